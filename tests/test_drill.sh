#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# predict and drill: the answers of the teacher's sheet are those that the drill takes, the same everywhere; wrong ones are
# refused; while a question waits one may look, but not call.
. "${srcdir:-.}/tests/lib.sh"
XDG_DATA_HOME=$tmp/data
export XDG_DATA_HOME

play() { for line; do printf '%s\n' "$line"; done >"$tmp/play"; "$SLABLAB" -k "$tmp/play"; }
answers() { "$SLABLAB" -j -c "drill $1 --answers" | grep -o '"answer":"[^"]*"' | cut -d'"' -f4; }
drill() { { echo "drill $1"; cat; } >"$tmp/play"; "$SLABLAB" -k "$tmp/play"; }

# ---- drill ----


n=3
for topic in objects lists pages arrays geometry kmalloc frames splits merges zones inverse mixed; do
    args="$topic --seed 7 -n $n --engine all"
    answers "$args" >"$tmp/right"
    check "a sheet of $topic has its $n answers" test "$(wc -l <"$tmp/right")" -eq $n
    check "they are what the drill takes: $topic" sh -c '"$1" -k "$2" | tail -1 | grep -qx "$3 of $3 right."' sh "$SLABLAB" \
        "$({ echo "drill $args"; cat "$tmp/right"; } >"$tmp/play"; echo "$tmp/play")" $n

done

wrong() { yes 99999 | head -3 | drill 'objects --seed 7 -n 3'; }
check "wrong answers are refused, and the right one is said" says '^No: it is foo#' wrong
check "and counted" says '^0 of 3 right' wrong
check "a sheet is the same each time" test "$(answers "mixed --seed 7 -n 3 --engine all")" = "$(cat "$tmp/right")"
check "another seed, other questions" refuses test "$(answers 'frames --seed 1')" = "$(answers 'frames --seed 2')"
check "a known answer" says '^  Answer: foo#2.1$' "$SLABLAB" -c 'drill objects --seed 1 -n 1 --engine slab24 --answers'
check "a drill goes on without end" says '^7\. objects' sh -c "yes 1 | head -6 | { echo 'drill objects'; cat; } | '$SLABLAB'"
check "one may look meanwhile" says '^foo  .*in use' play 'drill objects' 'show foo'
check "a call must wait" says 'waits for its answer' play 'drill objects' 'x = kmalloc(3)'
check "a skipped question is no right one" says '^0 of 1 right' play 'drill kmalloc -n 1' skip
check "drill stop says how it went" says '^0 of 1 right' play 'drill kmalloc' 1 'drill stop'
check "an unknown topic" says "1:7: error: there is no topic 'foo'" "$SLABLAB" -c 'drill foo'
check "no exercises at all" refuses "$SLABLAB" -c 'drill objects -n 0'
check "an engine without such a thing" says 'not drilled on buddy' "$SLABLAB" -c 'drill objects --engine buddy'
check "the topics are listed" says 'which object a call returns' "$SLABLAB" -c drill
check "a sheet leaves the machine alone" says '^a = foo#1.1 ' play 'kmem_cache_create(foo, 300)' 'kmem_cache_alloc(foo)' \
    'drill objects -n 2 --answers' 'a = kmem_cache_alloc(foo)'
command -v python3 >/dev/null &&
check "each line of -j is JSON" sh -c "printf 'drill inverse -n 2\na\nb\n' | '$SLABLAB' -j | python3 -c 'import json,sys; [json.loads(l) for l in sys.stdin]'"

# ---- predict ----

ask() { play 'kmem_cache_create(foo, 300)' "predict on --seed $1" 'a = kmem_cache_alloc(foo)' "$2" 'predict'; }
check "the object: asked before it runs" says 'Which object' ask 4 'foo#1.0'
check "a right prediction counts" says '1 of 1 were right' ask 4 'foo#1.0'
check "a wrong one does not, and the call runs all the same" says '0 of 1 were right' ask 4 'foo#1.3'
check "it says what was right" says 'No: it is foo#1.0' ask 4 'foo#1.3'
check "the call ran" says '^a = foo#1.0' ask 4 'foo#1.3'
check "skip runs it ungraded" says '^predict is on\.$' ask 4 skip
check "a choice may be said in words" says '^Right' play 'kmem_cache_create(foo, 300)' 'predict on --seed 3' 'a = kmem_cache_alloc(foo)' "$(
    play 'kmem_cache_create(foo, 300)' 'predict on --seed 3' 'a = kmem_cache_alloc(foo)' 0 |
    sed -n 's/^No: it is \(.*\)\. 0 of 1\.$/\1/p' | sed 's/^[A-E], //')"
check "what is no call is not asked about" refuses says 'Type what' play 'predict on' 'show' 'machine cpus=1'
check "a wrong line says itself what is wrong" says 'never assigned' play 'predict on' 'kfree(nosuch)'
check "predict off" says 'predict is off' play 'predict on' 'predict off'
check "a switch that is none" refuses "$SLABLAB" -c 'predict maybe'

finish
