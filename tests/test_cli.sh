#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program from outside: what goes to standard output and error, carets, exit statuses, options.
. "${srcdir:-.}/tests/lib.sh"

# slablab ARGUMENTS: fills $out, $err and $status; standard input is $tmp/in
slablab() {
    "$SLABLAB" "$@" >"$tmp/out" 2>"$tmp/err" <"$tmp/in"
    status=$?
    out=$(cat "$tmp/out") err=$(cat "$tmp/err")
}
: >"$tmp/in"

slablab -e buddy24 -j -c 'p = alloc_pages(GFP_KERNEL, 3)' -c 'cpu 1' -c 'free_pages(p, 3)  # back'
same "-c counts commands and answers one object each" '{"n":1,"engine":"buddy24","cpu":0,"do":"p = alloc_pages(GFP_KERNEL, 3)","ret":65528,"events":16,"zone":"Normal","kswapd":0}
{"n":2,"engine":"buddy24","cpu":1,"do":"cpu 1","ret":"ok","events":1}
{"n":3,"engine":"buddy24","cpu":1,"do":"free_pages(p, 3)","ret":"ok","events":13,"zone":null,"kswapd":0}' "$out"
same "all commands worked: status 0" 0 $status

printf '# a comment\n\np = alloc_pages(GFP_KERNEL, 3)\nfree_pages(p 3)\ncpu 1\n' >"$tmp/s.slab"
slablab -e buddy24 -j "$tmp/s.slab"
same "a failed command says FILE:LINE:COL, shows the line and a caret" "$tmp/s.slab:4:16: error: free_pages needs ORDER
  free_pages(p 3)
                 ^" "$err"
same "a script stops at a failed command" 2 "$(printf '%s\n' "$out" | wc -l)"
same "a failed command: status 1" 1 $status
slablab -k -e buddy24 -j "$tmp/s.slab"
same "-k goes on" '{"n":5,"engine":"buddy24","cpu":1,"do":"cpu 1","ret":"ok","events":1}' "$(printf '%s\n' "$out" | tail -1)"
same "-k keeps the status" 1 $status

printf 'cpu 1' >"$tmp/in"
slablab -e buddy24 -j
same "standard input is a script, its last line may lack an end" '{"n":1,"engine":"buddy24","cpu":1,"do":"cpu 1","ret":"ok","events":1}' "$out"
slablab -e buddy24 -j -c 'cpu 0' -
same "a SCRIPT of - is standard input" 2 "$(printf '%s\n' "$out" | wc -l)"
printf 'alloc_pages(GFP_KERNEL,' >"$tmp/in"
slablab -e buddy24
same "the end of input in the middle of a call" "<stdin>:1:24: error: the ( at column 12 has no )
  alloc_pages(GFP_KERNEL,
                         ^" "$err"
: >"$tmp/in"

printf 'cpu 1\000\n' >"$tmp/nul"
slablab -e buddy24 -j "$tmp/nul"
same "a NUL byte is an error at its place" '{"n":1,"error":{"line":1,"col":6,"message":"a NUL byte has no meaning here"}}' "$out"
printf 'cpu 1 \377\n' >"$tmp/utf"
slablab -e buddy24 -j "$tmp/utf"
same "broken UTF-8 is an error at its place" '{"n":1,"error":{"line":1,"col":7,"message":"this is no UTF-8 text"}}' "$out"
head -c 10000000 /dev/zero | tr '\0' 'x' >"$tmp/long"
slablab -e buddy24 -j "$tmp/long"
same "10 MB on one line are one clear message" '{"n":1,"error":{"line":1,"col":65537,"message":"the line is too long"}}' "$out"
same "and a short one" 3 "$(printf '%s\n' "$err" | wc -l)"

slablab -e buddy24 -m cpus=99
same "impossible options: status 2" 2 $status
same "and a message" "slablab: error: cpus takes a number from 1 to 64
Try 'slablab --help'." "$err"
slablab -e nothing
same "an unknown engine: status 2" 2 $status
slablab --nothing
same "an unknown option: status 2" 2 $status
slablab a b
same "two scripts: status 2" 2 $status
slablab "$tmp/missing"
same "a script that is not there: a failure" 1 $status
slablab --version
same "--version" 0 "$status"
slablab --help
same "--help says every option" "$(grep -c '^OPTION(' "$srcdir/repl/options.def")" "$(printf '%s\n' "$out" | grep -c '^  .*--[a-z-]*')"

slablab -e slub -j --fail-on-bug -c 'kfree(0x1234)' -c 'cpu 1'
same "--fail-on-bug: status 3" 3 $status
same "and nothing after the trap" 1 "$(printf '%s\n' "$out" | wc -l)"
slablab -e slub -j -c 'kfree(0x1234)' -c 'cpu 1'
same "a trap is an outcome, no error" 0 $status
same "and the machine goes on" '{"n":2,"engine":"slub","cpu":1,"do":"cpu 1","ret":"ok","events":1,"pages":[]}' "$(printf '%s\n' "$out" | tail -1)"

slablab -e buddy24 --color=always -c 'cpu 9'
same "--color=always colours messages" 1 "$(printf '%s\n' "$err" | grep -c "$(printf '\033')\[31m")"
slablab -e buddy24 -c 'cpu 9'
same "a pipe gets no colours" 0 "$(printf '%s\n' "$err" | grep -c "$(printf '\033')")"

slablab -e buddy24 -j -c 'repeat 1500 alloc_pages(GFP_ATOMIC, 0)'
same "a repeat answers with the first 1,000 and a count" 1000,1500 \
    "$(printf '%s\n' "$out" | sed 's/.*"ret":\[\([^]]*\)\],"count":\([0-9]*\).*/\1 \2/' | awk '{n = split($1, a, ","); print n "," $2}')"

slablab -e all -j -c 'flush(kmalloc-64)'
same "a lab answers once an engine, and says what one lacks" 'slab24 unsupported
slab unsupported
slub ok' "$(printf '%s\n' "$out" | sed 's/.*"engine":"\([a-z0-9]*\)".*"ret":"\([a-z]*\)".*/\1 \2/')"

printf 'p = alloc_pages(GFP_KERNEL, 3)\ngoto start\nstep\nback\nbreak buddy_split\nrun\ndelete\nhistory\nevents 1\nbranches\nhelp cpu\n' >"$tmp/all.slab"
slablab -e buddy24 -j "$tmp/all.slab"
same "every command gives one object, those that only say something too" "1 2 3 4 5 6 7 8 9 10 11" \
    "$(printf '%s\n' "$out" | sed 's/^{"n":\([0-9]*\),.*/\1/' | tr '\n' ' ' | sed 's/ $//')"

printf '%s\n' 'repeat 2 kmalloc(64)' 'cpu 1' 'b = repeat 3 kmalloc(64)' 'goto start' 'break slub_alloc_fastpath if cpu == 1' run >"$tmp/break.slab"
slablab -e slub -s "$tmp/break.slab"
same "a breakpoint asks for the CPU of any event" "  [q] (fast path) popped from cpu 1's freelist, tid is now 3" "$(printf '%s\n' "$out" | grep popped | tail -n 1)"

slablab -e buddy24 -c "export state $tmp/state.json" -c "export state $tmp/state.json"
same "export does not overwrite" 1 $status
slablab -e buddy24 -c "export state $tmp/state.json --force"
same "but with --force" 0 $status
same "documents name their schema" '{"schema":"slablab/state/1"' "$(head -c 27 "$tmp/state.json")"
same "and leave nothing beside them" 1 "$(find "$tmp" -name 'state*' | wc -l)"

"$SLABLAB" -e buddy24 -j -c 'repeat 100000000 alloc_pages(GFP_KERNEL, 0)' >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1
# Again until it has gone, as a person would: a signal in the moment before the program waits is seen only when it reads on.
(while kill -INT $pid 2>/dev/null; do sleep 0.1; done) &
wait $pid
same "Ctrl-C stops a repeat at a call's border: status 130" 130 $?
same "and it says how far it came" 1 "$(grep -c '^<command>:1: interrupted: [0-9]* of 100000000 calls were made$' "$tmp/err")"

slablab -e slab24 -c 'help flags'
same "help flags lists the flags of this kernel, with their values" 'SLAB_HWCACHE_ALIGN             0x2000  objects begin on a cache line; small ones share one
SLAB_NO_REAP                   0x1000  kmem_cache_reap leaves this cache alone
SLAB_CACHE_DMA                 0x4000  memory that old ISA devices can reach
SLAB_MUST_HWCACHE_ALIGN        0x8000  no red zones, even with debug=1
SLAB_RED_ZONE                   0x400  a word before and behind each object (debug=1 only)
SLAB_POISON                     0x800  free objects are filled with 5a (debug=1 only)
SLAB_DEBUG_INITIAL              0x200  the constructor verifies freed objects (debug=1 only)
SLAB_DEBUG_FREE                 0x100  known by name only: no kernel of 2.4 takes it' "$out"
slablab -e buddy24 -c 'help flags'
same "of a machine of pages it says why there is none" "this machine has no slab layer" "$out"
slablab -e slub -c 'help gfp'
same "help gfp lists masks with their values" '__GFP_DMA                     0x1  memory that old ISA devices can reach: zone DMA, the first 16 MB
GFP_KERNEL                  0xcc0  memory for the kernel'"'"'s own use; the caller can sleep' "$(printf '%s\n' "$out" | grep '^__GFP_DMA  \|^GFP_KERNEL  ')"
slablab -e slub -c 'explain GFP_ATOMIC' && explained=$out
slablab -e slub -c 'help GFP_ATOMIC'
same "help on a mask or flag is what explain says of it" "$explained" "$out"

# ---- traces: Ctrl-C while one is read, lines without end, how far it is ----

grep -v '^#' "$srcdir/scenarios/fork.trace" | head -n 200 >"$tmp/part.trace"
i=0
while [ $i -lt 200 ]; do cat "$tmp/part.trace"; i=$((i + 1)); done >"$tmp/many.trace"
bytes=$(wc -c <"$tmp/many.trace")
mkfifo "$tmp/pipe"
"$SLABLAB" -c "import $tmp/pipe" >"$tmp/out" 2>"$tmp/err" &
pid=$!
exec 3>"$tmp/pipe"
head -c 200000 "$tmp/many.trace" >&3    # more than a pipe holds: it is being read
# Again until it has gone, as a person would: a signal in the moment before the program waits is seen only when it reads on.
(while kill -INT $pid 2>/dev/null; do sleep 0.1; done) &
wait $pid
same "Ctrl-C stops an import that waits for its trace: status 130" 130 $?
exec 3>&-
same "no script is made of a part" "" "$(cat "$tmp/out")"
same "and it is said" 1 "$(grep -c '^<command>:1: interrupted: 0 of [0-9]* calls were made$' "$tmp/err")"

{ head -n 2 "$tmp/part.trace"; head -c 200000 /dev/zero | tr '\0' x; echo; sed -n 3p "$tmp/part.trace"; head -c 200000 /dev/zero | tr '\0' y; } >"$tmp/long.trace"
slablab -e slub -j -c "import $tmp/long.trace"
same "a line of any length is one line that cannot be read" '"lines":5,"replayed":3,"skipped":{"broken":2}' \
    "$(printf '%s\n' "$out" | grep -o '"lines":[^}]*}')"
if "$top_builddir/tests/ptyrun" 80x24 true; then
    (cd "$tmp" && TERM=xterm "$top_builddir/tests/ptyrun" -t 60 -o "$tmp/bar" 80x24 "$SLABLAB" -c 'import many.trace many.slab')
    same "on a terminal a long one says how far it is, in bytes" 2 "$(tr '\r' '\n' <"$tmp/bar" | grep -c "^\[#*\.*\] [0-9]* of $((bytes))\$")"
else
    skip "no pseudo terminals here"
fi

finish
