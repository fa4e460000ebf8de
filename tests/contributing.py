#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# contributing.py: does what CONTRIBUTING.md says, to the letter, in a copy of the tree.
#
#   tests/contributing.py [--each] [--keep DIR] [RECIPE ...]
#
# A recipe is a heading "## To add ..."; RECIPE is a word of it. Its steps are fenced blocks, and the line before a block
# says what to do with it:
#
#   In `FILE`, below `TEXT`:          the block goes below the one line of FILE that has TEXT in it
#   In `FILE`, in place of `TEXT`:    it takes the place of that line
#   A new file `FILE`:                it is the file
#   The whole of `FILE`:              it is the file, which was there before
#
# Lines of an `sh` block that begin with "$ " are typed, the others are what is printed; `...` stands for any text, alone on
# a line for any lines. Every command must end with status 0.
#
# All recipes are applied to one copy, which is built once: first each recipe up to its last edit, then what is typed behind
# it. With --each every recipe has a copy of its own, as a reader would work. --keep DIR: the copy stays there.
# The program that is there already (SLABLAB, or ./slablab) is what recipes begin with.
import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.environ.get("srcdir") or os.path.join(os.path.dirname(__file__), ".."))
DOCUMENT = "CONTRIBUTING.md"
SAYS = [
    ("below", re.compile(r"In `([^`]+)`, below `([^`]+)`:$")),
    ("place", re.compile(r"In `([^`]+)`, in place of `([^`]+)`:$")),
    ("new", re.compile(r"A new file `([^`]+)`:$")),
    ("whole", re.compile(r"The whole of `([^`]+)`:$")),
]


class Wrong(Exception):
    pass


class Step:
    def __init__(self, recipe, line, kind, words, body):
        self.recipe, self.line, self.kind, self.words, self.body = recipe, line, kind, words, body

    def wrong(self, what, line=None):
        return Wrong(f"{DOCUMENT}:{line or self.line}: {self.recipe}: {what}")


class Recipe:
    def __init__(self, name):
        self.name, self.steps = name, []

    def split(self):
        """What is done before all is built, and what behind it."""
        edits = [i for i, s in enumerate(self.steps) if s.kind != "sh"]
        last = edits[-1] + 1 if edits else 0
        return self.steps[:last], self.steps[last:]


def kind_of(lead, info):
    for kind, form in SAYS:
        found = form.search(lead)
        if found:
            return kind, found.groups()
    return ("sh", ()) if info == "sh" else (None, ())


def read_recipes(path):
    recipes, recipe, lead, fence = [], None, "", None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f.read().split("\n"), 1):
            if fence:
                if line == fence:
                    fence = None
                    if recipe and step.kind:
                        recipe.steps.append(step)
                else:
                    step.body.append(line)
                continue
            opening = re.match(r"(```+)(\w*)$", line)
            if opening:
                fence = opening.group(1)
                kind, words = kind_of(lead, opening.group(2))
                step = Step(recipe.name if recipe else "", number, kind, words, [])
                if recipe and not kind:
                    raise step.wrong(f"what shall be done with this block? The line before it says: {lead}")
            elif line.startswith("## "):
                recipe = Recipe(line[3:]) if line.startswith("## To add") else None
                recipes += [recipe] if recipe else []
            if line.strip():
                lead = line
    return recipes


# ---- edits ----

def the_line(step, text, mark, where):
    """The number of the one line that has the mark in it."""
    at = [i for i, line in enumerate(text.split("\n")) if mark in line]
    if len(at) != 1:
        raise step.wrong(f"`{mark}` stands in {len(at)} lines of {where}, not in one")
    return at[0]


def edit(step, tree):
    path = os.path.join(tree, step.words[0])
    if step.kind in ("new", "whole"):
        if os.path.exists(path) != (step.kind == "whole"):
            raise step.wrong(f"{step.words[0]} is {'there already' if step.kind == 'new' else 'not there'}")
        text = "\n".join(step.body) + "\n"
    else:
        if not os.path.exists(path):
            raise step.wrong(f"there is no {step.words[0]}")
        # The mark must be good for a reader who follows this recipe alone.
        original = os.path.join(ROOT, step.words[0])
        if os.path.exists(original):
            with open(original, encoding="utf-8") as f:
                the_line(step, f.read(), step.words[1], step.words[0])
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        at = the_line(step, "\n".join(lines), step.words[1], step.words[0])
        lines[at + (step.kind == "below"):at + 1] = step.body
        text = "\n".join(lines)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


# ---- what is typed ----

def fits(want, got):
    """Lines printed, against lines shown."""
    if not want:
        return not got
    if want[0] == "...":
        return any(fits(want[1:], got[i:]) for i in range(len(got) + 1))
    if not got:
        return False
    form = ".*".join(re.escape(part) for part in want[0].split("..."))
    return re.fullmatch(form, got[0]) is not None and fits(want[1:], got[1:])


def commands(step):
    """(line, command, what it shall print) of an sh block."""
    out = []
    for i, line in enumerate(step.body):
        if line.startswith("$ "):
            out.append((step.line + 1 + i, line[2:], []))
        elif out and out[-1][1].endswith("\\") and not out[-1][2]:
            out[-1] = (out[-1][0], out[-1][1] + "\n" + line, [])
        elif not out:
            raise step.wrong("an sh block begins with a command, `$ ...`")
        else:
            out[-1][2].append(line)
    return out


def type_all(step, tree):
    env = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm-256color", SLABLAB_INSTALL="no", XDG_DATA_HOME=os.path.join(tree, ".data"),
               XDG_STATE_HOME=os.path.join(tree, ".state"), XDG_CONFIG_HOME=os.path.join(tree, ".config"))
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "srcdir", "top_builddir", "SLABLAB", "NO_COLOR"):
        env.pop(name, None)
    env["MAKEFLAGS"] = "-j2 -- WERROR_CFLAGS=-Werror"
    env["CONFIGURE_FLAGS"] = os.environ.get("CONFIGURE_FLAGS", "CFLAGS=-O1")
    for line, command, want in commands(step):
        done = subprocess.run(["sh", "-c", command], cwd=tree, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace")
        got = [g.rstrip() for g in done.stdout.split("\n")]
        got = got[:-1] if got and not got[-1] else got
        if done.returncode:
            tail = "\n".join(got[-40:])
            raise step.wrong(f"status {done.returncode} of `{command}`, which printed\n{tail}", line)
        if not fits([w.rstrip() for w in want], got):
            shown = "\n".join(difflib.unified_diff(want, got, "shown", "printed", lineterm="", n=1))
            raise step.wrong(f"`{command}` prints something else\n{shown}", line)


def do(step, tree):
    if step.kind == "sh":
        type_all(step, tree)
    else:
        edit(step, tree)


# ---- the copy ----

def source_files():
    """What git tracks or would; outside of git everything that is no product of a build."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True)
    if done.returncode == 0 and done.stdout:
        return [f for f in done.stdout.decode().split("\0") if f]
    out = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in (".deps", "autom4te.cache", ".git")]
        for f in files:
            if not re.search(r"\.(o|a|gcda|gcno|log)$", f) and f not in ("Makefile", "config.status", "config.log"):
                out.append(os.path.relpath(os.path.join(folder, f), ROOT))
    return out


def copy_tree(to):
    for name in source_files():
        if os.path.isfile(os.path.join(ROOT, name)):
            os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), os.path.join(to, name))
    program = os.path.abspath(os.environ.get("SLABLAB") or "slablab")
    if os.path.exists(program):
        shutil.copy2(program, os.path.join(to, "slablab"))
        os.utime(os.path.join(to, "slablab"), (0, 0))           # make builds its own


def follow(recipes, tree):
    """Applies recipes to one tree; how many steps were done. What goes wrong in one does not stop the others."""
    done, wrong = 0, []
    copy_tree(tree)
    for part in (0, 1):
        for recipe in recipes:
            if any(recipe.name in w for w in wrong):
                continue
            for step in recipe.split()[part]:
                try:
                    do(step, tree)
                    done += 1
                except Wrong as e:
                    wrong.append(str(e))
                    print("FAIL: " + wrong[-1], flush=True)
                    break
    return done, wrong


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--each", action="store_true")
    args.add_argument("--keep")
    args.add_argument("recipe", nargs="*")
    opt = args.parse_args()
    passed = failed = 0
    try:
        recipes = read_recipes(os.path.join(ROOT, DOCUMENT))
    except Wrong as e:
        print(f"FAIL: {e}\n0 passed, 1 failed")
        return 1
    chosen = [r for r in recipes if not opt.recipe or any(w in r.name.split() for w in opt.recipe)]
    for group in ([[r] for r in chosen] if opt.each else [chosen]):
        tree = opt.keep or tempfile.mkdtemp(prefix="contributing-")
        try:
            done, wrong = follow(group, tree)
            passed += done
            failed += len(wrong)
        finally:
            if not opt.keep:
                shutil.rmtree(tree, ignore_errors=True)
    if not chosen:
        failed += 1
        print("FAIL: there is no such recipe")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
