#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The lessons say the truth (lesson check over all), they can be played, progress is kept; every scenario runs.
. "${srcdir:-.}/tests/lib.sh"
XDG_DATA_HOME=$tmp/data SLABLAB_DATA=$srcdir
export XDG_DATA_HOME SLABLAB_DATA

play() {        # play LINE...: each a command of one session
    set -- "$@"; for line; do printf '%s\n' "$line"; done >"$tmp/play"; "$SLABLAB" -k "$tmp/play"
}

# ---- what lessons claim ----

"$SLABLAB" -c 'lesson check' >"$tmp/all" 2>&1
status=$?
counts=$(grep -E '[0-9]+ passed, [0-9]+ failed$' "$tmp/all" | tail -1 | sed 's/.* \([0-9]* passed\)/\1/')
# shellcheck disable=SC2086
set -- $counts
passed=$((passed + ${1:-0})) failed=$((failed + ${3:-1}))
[ $status = 0 ] || cat "$tmp/all"

# ---- translations: the same machine, other words ----

# deeds FILE: what a lesson does and judges, without its words
deeds() {
    awk '/^```/ { kind = inside ? "" : $0; inside = !inside; print $1; next }
         kind ~ /^```(slablab|output|solution)/ || /^(expect |answer:|run:|engine:|machine:|minutes:)/ { print }
         /^- \[/ { print substr($0, 1, 5) }' "$1"
}
for file in "$srcdir"/lessons/*/*.md; do
    name=$(basename "$file")
    deeds "$srcdir/lessons/$name" >"$tmp/ours"
    deeds "$file" >"$tmp/theirs"
    check "$file does what $name does" cmp "$tmp/ours" "$tmp/theirs"
    check "$file says the truth" says ' 0 failed' "$SLABLAB" -c "lesson check \"$file\""
done

# ---- Ctrl-C ends what a lesson runs ----

{ printf -- '---\ntitle: long\nengine: slub\nformat: 1\n---\n\n```slablab\nrecording calls\nrepeat 4000000000 kmalloc(8)\n```\n'; } >"$tmp/long.md"
interrupted() { timeout -s INT -k 60 1 "$SLABLAB" -c "lesson check $tmp/long.md"; [ $? != 137 ]; }
check "a lesson that is being proved can be interrupted" interrupted

# ---- the checker sees what is wrong ----

check "a skeleton is written" "$SLABLAB" -c "lesson new $tmp/mine.md"
check "the skeleton passes" says '3 passed, 0 failed' "$SLABLAB" -c "lesson check $tmp/mine.md"
check "no file is overwritten" refuses "$SLABLAB" -c "lesson new $tmp/mine.md"
sed 's/a == foo#1.0/a == foo#1.7/' "$tmp/mine.md" >"$tmp/wrong.md"
check "a goal out of reach is seen" says 'does not reach the goal' "$SLABLAB" -c "lesson check $tmp/wrong.md"
sed 's/foo.objects == 13/foo.objects == 14/' "$tmp/mine.md" >"$tmp/wrong.md"
check "a wrong claim is seen" says 'claim does not hold' "$SLABLAB" -c "lesson check $tmp/wrong.md"
sed 's/^Take an object.*/&\nexpect foo.size == 304/; /^expect a/d; /^expect foo.slabs/d' "$tmp/mine.md" >"$tmp/wrong.md"
check "a goal that holds before is seen" says 'holds before' "$SLABLAB" -c "lesson check $tmp/wrong.md"
sed 's/^kmem_cache_create.*/&\n```\n\n```output\nnonsense/' "$tmp/mine.md" >"$tmp/wrong.md"
check "a wrong quotation is seen" says 'the machine says' "$SLABLAB" -c "lesson check $tmp/wrong.md"
sed 's/^format: 1/format: 9/' "$tmp/mine.md" >"$tmp/wrong.md"
check "another format is refused" says 'reads format 1' "$SLABLAB" -c "lesson check $tmp/wrong.md"
check "and the status says so" refuses "$SLABLAB" -c "lesson check $tmp/wrong.md"

# ---- a learner ----

check "a page is shown" says 'page 1 of' play "lesson start $tmp/mine.md"
check "a goal not reached is told" says 'Not yet' play "lesson start $tmp/mine.md" 'lesson check'
check "a goal reached is noticed" says 'goal of this exercise is reached' play "lesson start $tmp/mine.md 1" 'a = kmem_cache_alloc(foo)'
check "what was undone does not count" says 'Not yet' play "lesson start $tmp/mine.md 1" 'a = kmem_cache_alloc(foo)' undo 'lesson check'
check "reset begins again" says 'Not yet' play "lesson start $tmp/mine.md 1" 'a = kmem_cache_alloc(foo)' 'lesson reset' 'lesson check'
check "a hint" says 'kmem_cache_alloc; a name' play "lesson start $tmp/mine.md 1" 'lesson hint'
check "a solution after trying" says '    a = kmem_cache_alloc(foo)' play "lesson start $tmp/mine.md 1" 'lesson check' 'lesson solution'
check "a right answer" says 'whole words' play "lesson start $tmp/mine.md 2" 'lesson answer 304'
check "a wrong answer" says '^No\. ' play "lesson start $tmp/mine.md 2" 'lesson answer 300'
check "a right prediction" says '^Right' play "lesson start $tmp/mine.md 3" 'lesson answer foo#1.1'
check "a wrong prediction" says 'No: it is foo#1.1' play "lesson start $tmp/mine.md 3" 'lesson answer foo#1.0'
check "free play does not spoil the next page" says '^Right' play "lesson start $tmp/mine.md 2" 'repeat 9 kmem_cache_alloc(foo)' 'lesson next' 'lesson answer foo#1.1'
check "progress is kept" grep -q '^solved mine 2$' "$tmp/data/slablab/progress"
check "once each" test "$(grep -c '^solved mine 2$' "$tmp/data/slablab/progress")" = 1
# Twelve learners at once: each one's page is kept.
many() {
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        cp "$tmp/mine.md" "$tmp/many$i.md"
        "$SLABLAB" -c "lesson start $tmp/many$i.md 2" -c 'lesson answer 304' >/dev/null 2>&1 &
    done
    wait
    test "$(grep -c '^solved many[0-9]* 2$' "$tmp/data/slablab/progress")" = 12
}
check "programs at the same time lose nothing of each other's" many
check "and leave nothing lying about" test "$(ls "$tmp/data/slablab")" = "progress
progress.lock"
check "where progress cannot be kept, the lesson says so and goes on" says 'progress is not kept' env XDG_DATA_HOME=/dev/null "$SLABLAB" -c "lesson start $tmp/mine.md 2"
check "leaving and coming back" says 'comes back there' play "lesson start $tmp/mine.md 2" 'lesson quit'
check "without a lesson there is nothing to go on with" says 'no lesson is going on' play 'lesson next'
check "the list" says 'lesson start N begins one' play lesson
check "no colour without a terminal" sh -c "! grep -q '$(printf '\033')' '$tmp/out'"

# ---- languages ----

check "English where nothing is said" says '^Node\|Memory before anyone' env LC_ALL=C "$SLABLAB" -c 'lesson start 1 1'
check "the lesson of a language" says 'page 1 of\|第 1 页' env LC_ALL=C "$SLABLAB" --lang=zh_CN -c 'lesson start 1 1'
check "is its own file" says "$(sed -n 's/^title: //p' "$srcdir/lessons/zh_CN/01-nodes-zones-pages.md")" \
    env LC_ALL=C "$SLABLAB" --lang=zh_CN -c 'lesson start 1 1'
check "by the locale too" says "$(sed -n 's/^title: //p' "$srcdir/lessons/zh_CN/02-buddy.md")" env LC_ALL=zh_CN.UTF-8 "$SLABLAB" -c lesson
check "--lang=en wins" says 'Memory before anyone' env LC_ALL=zh_CN.UTF-8 "$SLABLAB" --lang=en -c 'lesson start 1 1'
check "a lesson without a translation is English" says 'Full, partial, free' "$SLABLAB" --lang=zh_CN -c 'lesson start 10 1'
check "a language that is none" says "not 'tlh'" "$SLABLAB" --lang=tlh -c lesson
check "JSON is the same in every locale" test "$(LC_ALL=zh_CN.UTF-8 "$SLABLAB" -j -c 'lesson start 1 1')" = "$(LC_ALL=C "$SLABLAB" -j -c 'lesson start 1 1')"
check "what the machine says is the same in every language" test "$(LC_ALL=zh_CN.UTF-8 "$SLABLAB" -c 'kmalloc(3)')" = "$(LC_ALL=C "$SLABLAB" -c 'kmalloc(3)')"
if [ -e "$top_builddir/po/locale/zh_CN/LC_MESSAGES/slablab.mo" ]; then
    printf 'lesson start 2 1\nlesson hint\nlesson check\nlesson answer A\n' >"$tmp/zh"
    check "words are translated" says '不对' env LC_ALL=C "$SLABLAB" --lang=zh_CN -k "$tmp/zh"
fi

# Paragraphs of Chinese have lines of 80 columns at most, some of them full.
if command -v python3 >/dev/null; then
    check "Chinese is wrapped" sh -c "'$SLABLAB' --lang=zh_CN -c 'lesson start 1 1' | PYTHONIOENCODING=utf-8 python3 -c '
import sys, unicodedata
two = lambda c: unicodedata.east_asian_width(c) in (\"W\", \"F\")
wide = [sum(2 if two(c) else 1 for c in l.rstrip(chr(10))) for l in sys.stdin if any(map(two, l))]
sys.exit(max(wide) not in range(78, 81))'"
fi

# ---- scenarios ----

for file in "$srcdir"/scenarios/*.slab; do
    name=$(basename "$file" .slab)
    check "scenario $name runs, and what it expects is so" "$SLABLAB" "$file"
    check "scenario $name has a head comment" sh -c "head -1 '$file' | grep -q '^# '"
    engines=$(sed -n 's/^# Engines: //p' "$file" | tr -d ,)
    check "scenario $name says on which engines it plays" test -n "$engines"
    for engine in $engines; do
        check "scenario $name plays on $engine" "$SLABLAB" -c "scenario $name $engine"
    done
done
# Each story on each engine that has what it is about: it runs to its end, and says what it left out.
for file in "$srcdir"/scenarios/*.slab; do
    name=$(basename "$file" .slab)
    engines='slab24 slab slub all'
    grep -q '^engine buddy' "$file" && engines="$engines buddy24 buddy"
    for engine in $engines; do
        check "scenario $name on $engine" "$SLABLAB" -c "scenario $name $engine"
    done
done
check "a story of slabs on pages alone is refused" says 'about slabs' "$SLABLAB" -c 'scenario first buddy'
check "what an engine lacks is left out, and said" says '(slub_debug=.*left out: slab24 has no option slub_debug)' "$SLABLAB" -c 'scenario overflow slab24'
check "scenarios are listed" says 'first' play scenario
check "a scenario is played" says 'foo.num == 3' play 'scenario first'

finish
