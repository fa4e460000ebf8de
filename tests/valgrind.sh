#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Under valgrind: no byte is read that nobody wrote, none beside its block, none after it was freed, none is lost.
#
#   make check-valgrind          what stands below; minutes
#
# Check programs that are quick anywhere run without forks (not test_memory: it bounds memory, and valgrind needs more);
# then the program itself: stories on every engine, a lesson, drills, what is
# exported, wrong lines, a session at the prompt, the picture driven by keys. What a library keeps until the end ("still
# reachable") is its own business; what tests/valgrind.supp lets pass says there why.

: "${srcdir:=.}" "${top_builddir:=.}"
srcdir=$(cd "$srcdir" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
ptyrun=$top_builddir/tests/ptyrun
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export HOME=$tmp/home TERM=xterm LC_ALL=C.UTF-8 CK_FORK=no CK_DEFAULT_TIMEOUT=600 NO_COLOR=1
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME
mkdir "$HOME"
passed=0 failed=0

command -v valgrind >/dev/null || { echo "SKIP: no valgrind"; exit 77; }
judge="valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=99 --log-file=$tmp/log.%p \
    --suppressions=$srcdir/tests/valgrind.supp"

# clean NAME COMMAND...: whatever its status is, valgrind has nothing to say
clean() {
    local name=$1 began=$SECONDS status
    shift
    rm -f "$tmp"/log.*
    "$@" >"$tmp/out" 2>&1 </dev/null
    status=$?
    if [ $status != 99 ] && [ $status -lt 124 ] && [ -z "$(cat "$tmp"/log.* 2>/dev/null)" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name (status $status)"
        head -n 40 "$tmp"/log.* 2>/dev/null
        tail -n 5 "$tmp/out"
    fi
    printf '%-32s %4d s\n' "$name" $((SECONDS - began))
}

for test in code command exact journal parts; do
    clean "test_$test" $judge "$top_builddir/tests/test_$test"
done

for engine in slab24 slab slub all buddy24 buddy; do
    clean "a story on $engine" $judge "$SLABLAB" -k -c "scenario first $engine" -c 'back 5' -c 'export script' -c 'diff start' -c 'why' -c 'events'
done
for story in "$srcdir"/scenarios/*.slab; do
    clean "$(basename "$story")" $judge "$SLABLAB" -j -s -k "$story"
done
cat >"$tmp/walk" <<EOF2
lesson
lesson start 2
lesson answer 1
lesson hint
lesson solution
lesson next
lesson check
lesson quit
drill inverse --seed 7
skip
drill stop
predict on
p = kmalloc(100)
skip
predict off
help
help export
apropos slab
explain frozen
no such command
p = kmalloc(
write(p, 0, "text")
find bytes 74 65
owners p
hexdump p
translate p
compare
sweep n=1..3 "kmalloc(\$n)"
replay fork
check-geometry --live
engine all
undo
redo
recording calls
v = repeat 100 kmalloc(64)
kfree(v)
recording off
kmalloc(64)
EOF2
clean "many commands" $judge "$SLABLAB" -k "$tmp/walk"
clean "as JSON" $judge "$SLABLAB" -k -j -s "$tmp/walk"
for kind in state events timeline html svg dot cast; do
    clean "export $kind" $judge "$SLABLAB" -c 'kmem_cache_create(foo, 300)' -c 'v = repeat 20 kmem_cache_alloc(foo)' -c "export $kind $tmp/x.$kind --force"
done
clean "the prompt" "$ptyrun" -t 120 -q 1000 -i 'p = kmal\t(100)\r' -i 'step\r' -i '\r' -i 'back\r' -i 'show\r' -i 'quit\r' 80x24 $judge "$SLABLAB"
cd "$tmp" || exit 1
for keys in grow pages bytes time; do
    file=$srcdir/tests/golden/tui/$keys.keys
    clean "the picture, $keys.keys" "$ptyrun" -t 300 80x24 $judge "$SLABLAB" -e "$(sed -n '2s/^# On \([^,]*\),.*/\1/p' "$file")" \
        -m "$(sed -n '2s/.*, machine \([^,]*\),.*/\1/p' "$file")" --ascii -t --keys "$file"
done

echo "$passed passed, $failed failed"
test $failed = 0
