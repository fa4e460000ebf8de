#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What survives: sessions that are killed, files of two instances, full disks and folders that are not there.
. "${srcdir:-.}/tests/lib.sh"
export HOME=$tmp XDG_STATE_HOME=$tmp/state XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp/config NO_COLOR=1
sessions=$XDG_STATE_HOME/slablab/sessions

says() { grep -qF -- "$1" "$tmp/out"; }
files() { find "$sessions" -type f 2>/dev/null | wc -l; }
prompt() { "$SLABLAB" -i "$@" >"$tmp/out" 2>&1; }

# ---- a session and its file ----

printf 'p = kmalloc(100)\nquit\n' | prompt
check "a session that ends well leaves no file" test "$(files)" = 0
printf 'p = kmalloc(100)\n' | prompt
check "nor does one whose input ends" test "$(files)" = 0

mkfifo "$tmp/in"
"$SLABLAB" -e slab -m cpus=4 -i <"$tmp/in" >"$tmp/killed" 2>&1 &
pid=$!
exec 3>"$tmp/in"
printf 'p = kmalloc(100)\nnonsense\nq = kmalloc(200)\ngoto 1.2\n' >&3
n=0
until grep -q '^slub@1\.2\|slab@1\.2' "$tmp/killed" || [ $n -gt 200 ]; do sleep 0.05; n=$((n + 1)); done
check "while it runs it has one" test "$(files)" = 1
printf 'restore list\n' | prompt
check "nobody else takes it" says "All sessions ended well."
kill -9 $pid
wait $pid 2>/dev/null
exec 3>&-

printf 'restore list\n' | prompt
check "a killed session is listed" says "3 commands, the last one: goto 1.2"
printf 'restore\nkfree(q)\nexport state\n' | prompt
check "restore brings its commands back" says "3 commands are back."
check "on its engine, where the cursor stood" says "slab@1.2> "
check "with its machine" says '"cpus":4'
check "afterwards nothing is left to restore" test "$(files)" = 0

printf 'slablab session 1\nengine slub\nmachine \n>p = kmalloc(64)\n.\n>q = kmalloc(64)\nx\n>r = kma' >"$sessions/1-0"
printf 'restore\n$1\nr = 1\nquit\n' | prompt
check "what had not finished is left out" says "1 command are back. The last one had not finished and is left out: r = kma"
printf 'slablab session 1\nengine slub\nmachine \n>p = kmalloc(64)\n.\n' >"$sessions/1-0"
printf 'restore forget\n' | prompt
check "restore forget" says "1 session is forgotten."
check "forgets" test "$(files)" = 0
printf 'restore\n' | prompt
check "restore without a file says so" says "there is nothing to restore"
printf 'slablab session 1\nengine nonsense\nmachine \n>p = kmalloc(64)\n.\n' >"$sessions/1-0"
printf 'restore\np = kmalloc(8)\n' | prompt
check "a file that is no session's changes nothing" says "is no session of this program"
check "and the prompt goes on" says "p = kmalloc-8"
rm -f "$sessions"/*

# ---- killed at random moments ----

"$top_builddir/tests/killer" "${KILLS:-20}" "$SLABLAB" "$tmp/kills" >"$tmp/out" 2>&1
check "kill -9 loses one command at most ($(tail -1 "$tmp/out"))" test $? = 0

# ---- disks and folders ----

printf 'p = kmalloc(100)\nq = kmalloc(100)\n' | XDG_STATE_HOME=/dev/null prompt
check "a folder that cannot be made is said once" test "$(grep -c 'This session is not kept: /dev/null' "$tmp/out")" = 1
check "and the session goes on" says "q = kmalloc-128"
printf 'p = kmalloc(100)\nq = kmalloc(100)\n' | env -u HOME -u XDG_STATE_HOME "$SLABLAB" -i >"$tmp/out" 2>&1
check "no home is said once" test "$(grep -c 'This session is not kept: neither XDG_STATE_HOME nor HOME' "$tmp/out")" = 1
# The machine of a guard build is a file itself (of memory), which such a limit refuses.
if (trap '' XFSZ; ulimit -f 0; "$SLABLAB" -c 'kmalloc(8)' 2>&1) | grep -q 'no room for another machine'; then
    skip "full disks (a guard build's machine is a file itself)"
else
    (trap '' XFSZ; ulimit -f 0; printf 'p = kmalloc(100)\nq = kmalloc(100)\n' | "$SLABLAB" -i 2>&1) | cat >"$tmp/out"
    check "a full disk is said once" test "$(grep -c 'This session is not kept' "$tmp/out")" = 1
    check "and the session goes on" says "q = kmalloc-128"
    (trap '' XFSZ; ulimit -f 0; "$SLABLAB" -c 'p = kmalloc(8)' -c "export state $tmp/state.json" 2>&1) | cat >"$tmp/out"
    check "an export to a full disk is one error" says "$tmp/state.json: "
    check "and leaves nothing" test -z "$(ls "$tmp"/state.json* 2>/dev/null)"
fi

finish
