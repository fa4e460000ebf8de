#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers are one way only: core needs nothing but libc, and no layer includes what stands above it.
passed=0 failed=0

# check SENTENCE FINDINGS: passes when there are no findings
check() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL: %s\n%s\n' "$1" "$2"
    fi
}

includes() {    # includes FOLDER PATTERN: lines of the folder's sources that include such a path
    grep -rnE "#include \"($2)" "$srcdir/$1" --include='*.[ch]' --include='*.def' 2>/dev/null
}

: "${srcdir:=.}" "${top_builddir:=.}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

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
check "core needs nothing but libc" "$left"
test -s "$tmp/undefined" || check "the archives can be read" "nm found nothing in $archives"

check "core includes no face and no lesson" "$(includes core 'repl/|tui/|lessons/|readline|curses|cjson|check\.h')"
check "the TUI does not include the prompt" "$(includes tui 'repl/|readline')"
check "the prompt includes of the TUI only its door" "$(includes repl 'tui/' | grep -v 'tui/tui.h')"
check "lessons include no face" "$(includes lessons 'repl/|tui/|readline|curses')"
check "faces include of the lessons only their door" "$(includes repl 'lessons/' | grep -v 'lessons/lesson.h'; includes tui 'lessons/')"
check "what reads traces includes no face and no lesson" "$(includes scenarios 'repl/|tui/|lessons/|readline|curses')"
check "faces and lessons include of it only its door" "$(for f in repl tui lessons; do includes $f 'scenarios/'; done | grep -v 'scenarios/traces.h')"
check "core does not know who reads traces" "$(includes core 'scenarios/|zlib')"
check "base stands on nothing" "$(includes core/base 'core/(arena|journal|event|machine|mm|slab|look|command|export)/')"
check "looking knows no session" "$(includes core/look 'core/(command|export)/')"
check "pages do not know slabs" "$(includes core/mm 'core/(slab|command)/')"
check "slab engines do not know who looks" "$(includes core/slab 'core/(look|command|export)/')"
engines=$(cd "$srcdir/core/slab" && ls -d */)
for engine in $engines; do
    for other in $engines; do
        [ $engine = $other ] ||
            check "${engine%/} does not include ${other%/}" "$(includes core/slab/$engine "core/slab/$other")"
    done
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
