# SPDX-License-Identifier: GPL-3.0-or-later
# lib.sh: what the test scripts share. Each of them begins with
#
#   . "${srcdir:-.}/tests/lib.sh"
#
# and ends with `finish`. It has then absolute paths in srcdir, top_builddir, SLABLAB and ptyrun, and a folder $tmp of its own.
# shellcheck shell=sh
: "${srcdir:=.}" "${top_builddir:=.}" "${SLABLAB:=$top_builddir/slablab}"
srcdir=$(cd "$srcdir" && pwd) || exit 1
top_builddir=$(cd "$top_builddir" && pwd) || exit 1
case $SLABLAB in /*) ;; *) SLABLAB=$(pwd)/$SLABLAB ;; esac
ptyrun=$top_builddir/tests/ptyrun
passed=0 failed=0 skipped=0
unset NO_COLOR

tmp=$(mktemp -d) || exit 1
tmp=$(cd "$tmp" && pwd -P)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

pass() { passed=$((passed + 1)); }

# fail SENTENCE [TEXT]: with the first lines of the text
fail() {
    failed=$((failed + 1))
    printf 'FAIL: %s\n' "$1"
    [ -z "$2" ] || printf '%s\n' "$2" | head -n 40
}

# skip SENTENCE: what it needs is not there
skip() {
    skipped=$((skipped + 1))
    printf 'SKIP: %s\n' "$1"
}

# check SENTENCE COMMAND...: passes when the command does
check() {
    sentence=$1
    shift
    if printed=$("$@" 2>&1); then pass; else fail "$sentence" "$printed"; fi
}

# none SENTENCE FINDINGS: passes when there are no findings
none() { if [ -z "$2" ]; then pass; else fail "$1" "$2"; fi; }

# same SENTENCE EXPECTED GOT
same() {
    if [ "$2" = "$3" ]; then
        pass
    else
        failed=$((failed + 1))
        printf 'FAIL: %s\n--- expected\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    fi
}

# says PATTERN COMMAND...: it prints a line like that
says() {
    pattern=$1
    shift
    "$@" >"$tmp/out" 2>&1
    grep -q -- "$pattern" "$tmp/out" || { cat "$tmp/out"; false; }
}

refuses() { ! "$@"; }
have() { command -v "$1" >/dev/null 2>&1; }

# Where a test needs a terminal of its own and there is none, all of it is one skip.
need_terminal() {
    "$ptyrun" 80x24 true || { skip "no pseudo terminals here"; finish; }
}

# The line of counts that run-suite.sh reads, and the status.
finish() {
    line="$passed passed, $failed failed"
    [ $skipped = 0 ] || line="$line, $skipped skipped"
    echo "$line"
    [ $failed = 0 ] && [ $((passed + skipped)) != 0 ]
    exit
}
