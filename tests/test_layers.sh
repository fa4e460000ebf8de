#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers are one way only: core needs nothing but libc, and no layer includes what stands above it.
. "${srcdir:-.}/tests/lib.sh"

includes() {    # includes FOLDER PATTERN: lines of the folder's sources that include such a path
    grep -rnE "#include \"($2)" "$srcdir/$1" --include='*.[ch]' --include='*.def' 2>/dev/null
}

# What the archives leave undefined must be in libc (or be the sanitizer's own).
archives="$top_builddir/libcore.a $top_builddir/libengine_rec.a $top_builddir/libengine_off.a"
# shellcheck disable=SC2086
nm -A $archives 2>/dev/null | awk 'NF > 1 && $(NF-1) ~ /^[TDBRVWGSCiu]$/ {print $NF}' | sort -u >"$tmp/defined"
# shellcheck disable=SC2086
nm -A $archives 2>/dev/null | awk 'NF > 1 && $(NF-1) == "U" {print $NF}' | sort -u >"$tmp/undefined"
libc=$(${CC:-cc} -print-file-name=libc.so.6)
nm -D "$libc" | awk '{print $NF}' | sed 's/@.*//' | sort -u >"$tmp/libc"
left=$(comm -23 "$tmp/undefined" "$tmp/defined" | comm -23 - "$tmp/libc" |
       grep -vE '^(__asan_|__ubsan_|__[a-z]+[sdt]i[0-9]$||__gcov_|__llvm_|__start_slab_sites|__stop_slab_sites|_GLOBAL_OFFSET_TABLE_)')
none "core needs nothing but libc" "$left"
test -s "$tmp/undefined" || none "the archives can be read" "nm found nothing in $archives"

none "core includes no face and no lesson" "$(includes core 'repl/|tui/|lessons/|readline|curses|cjson|check\.h')"
none "the TUI does not include the prompt" "$(includes tui 'repl/|readline')"
none "the prompt includes of the TUI only its door" "$(includes repl 'tui/' | grep -v 'tui/tui.h')"
none "lessons include no face" "$(includes lessons 'repl/|tui/|readline|curses')"
none "faces include of the lessons only their door" "$(includes repl 'lessons/' | grep -v 'lessons/lesson.h'; includes tui 'lessons/')"
none "what reads traces includes no face and no lesson" "$(includes scenarios 'repl/|tui/|lessons/|readline|curses')"
none "faces and lessons include of it only its door" "$(for f in repl tui lessons; do includes $f 'scenarios/'; done | grep -v 'scenarios/traces.h')"
none "core does not know who reads traces" "$(includes core 'scenarios/|zlib')"
none "base stands on nothing" "$(includes core/base 'core/(arena|journal|event|machine|ram|mm|slab|look|command|export)/')"
none "the arena stands on nothing" "$(includes core/arena 'core/(base|journal|event|machine|ram|mm|slab|look|command|export)/')"
none "journal and events do not know what is recorded" "$(includes core/journal 'core/(ram|mm|slab|look|command|export)/')"
none "the simulated RAM knows pages, no more" "$(includes core/ram 'core/(slab|look|command|export)/')"
none "looking knows no session" "$(includes core/look 'core/(command|export)/')"
none "words know no command's work" "$(includes core/command/language 'core/command/(calls|look|time|figures)/')"
none "calls do not look" "$(includes core/command/calls 'core/command/(look|time|figures)/')"
none "moving knows no commands that look" "$(includes core/command/time 'core/command/(calls|look|figures)/')"
none "figures know no commands that look" "$(includes core/command/figures 'core/command/(calls|look)/')"
none "pages do not know slabs" "$(includes core/mm 'core/(slab|command)/')"
none "slab engines do not know who looks" "$(includes core/slab 'core/(look|command|export)/')"
engines=$(cd "$srcdir/core/slab" && ls -d */)
for engine in $engines; do
    for other in $engines; do
        [ $engine = $other ] ||
            none "${engine%/} does not include ${other%/}" "$(includes core/slab/$engine "core/slab/$other")"
    done
done

finish
