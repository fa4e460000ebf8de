#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The TUI on real terminals of several sizes: what its screens show, how it is driven, and how it leaves.
#
# tests/golden/tui/NAME.keys are scripts of keys, with engine, machine and sizes in their second line; NAME.SIZE.KIND.txt
# (or .txt.gz) the screens they save, one after the other. After a change that was meant: UPDATE=1 tests/test_tui.sh writes
# them anew; look at the difference. With NAMEs behind it only these scripts run.
. "${srcdir:-.}/tests/lib.sh"
golden=$srcdir/tests/golden/tui

TERM=xterm-256color LANG=C LC_ALL=
export TERM LANG LC_ALL
unset LINES COLUMNS XDG_CONFIG_HOME
need_terminal

# A UTF-8 locale of this machine.
utf8=
for l in C.UTF-8 C.utf8 en_US.UTF-8 en_US.utf8; do
    [ "$(LC_ALL=$l locale charmap 2>/dev/null)" = UTF-8 ] && utf8=$l && break
done

# ---- screens ----

# The second line of a script: "# On ENGINE, machine OPTIONS, at SIZES."
engine_of() { sed -n '2s/^# On \([^,]*\),.*/\1/p' "$golden/$1.keys"; }
machine_of() { sed -n '2s/.*, machine \([^,]*\),.*/\1/p' "$golden/$1.keys"; }
sizes_of() { sed -n '2s/.*, at \([^.]*\)\.$/\1/p' "$golden/$1.keys"; }

# screens NAME SIZE KIND: runs NAME.keys and compares what it saved
screens() {
    dir=$tmp/$1.$2.$3
    mkdir "$dir"
    case $3 in
    utf8)  locale=$utf8 option= ;;
    ascii) locale=$utf8 option=--ascii ;;
    mono)  locale=$utf8 option=--color=never ;;
    c)     locale=C option= ;;
    esac
    # shellcheck disable=SC2086
    out=$(cd "$dir" && HOME=$dir LC_ALL=$locale "$ptyrun" -o "$dir/raw" "$2" "$SLABLAB" -e "$(engine_of "$1")" -m "$(machine_of "$1")" $option \
          -t --keys "$golden/$1.keys" 2>&1) || { fail "$1 at $2, $3, runs" "$out$(tail -5 "$dir/raw")"; return; }
    n=0
    while [ -f "$dir/$1-$((n + 1))" ]; do n=$((n + 1)); cat "$dir/$1-$n"; done >"$dir/all"
    wanted=$(grep -c '^:save-display' "$golden/$1.keys")
    [ $n = "$wanted" ] || { fail "$1 at $2, $3, runs to its end: $n of $wanted screens"; return; }
    file=$golden/$1.$2.${4:-$3}.txt
    if [ -n "$UPDATE" ] && [ -z "$4" ]; then
        cp "$dir/all" "$file"
        case $2 in 80x24) ;; *) gzip -9nf "$file" ;; esac
    fi
    if [ -f "$file" ]; then cp "$file" "$dir/want"; else gzip -dc "$file.gz" >"$dir/want"; fi
    if difference=$(diff "$dir/want" "$dir/all"); then pass; else fail "$1 at $2, $3, shows its screens" "$difference"; fi
}

for name in ${*:-$(cd "$golden" && ls -- *.keys | sed 's/\.keys$//')}; do
    sizes=$(sizes_of "$name" 2>/dev/null)
    [ -n "$sizes" ] || fail "$name.keys is there, and says in its second line where it runs"
    for size in $sizes; do
        [ -z "$utf8" ] || screens "$name" "$size" utf8
        screens "$name" "$size" ascii
    done
done
[ $# = 0 ] || finish
if [ -n "$utf8" ]; then
    screens grow 80x24 mono utf8        # without colour the same text stands there
    check "without colour no colour is sent" sh -c "! grep -q '38;5;' '$tmp/grow.80x24.mono/raw'"
    check "with colour it is" grep -q '38;5;' "$tmp/grow.80x24.utf8/raw"
else
    skip "no UTF-8 locale"
fi
screens grow 80x24 c ascii              # a locale without UTF-8 gets ASCII
check "ASCII means ASCII" sh -c "! LC_ALL=C grep -q '[^ -~]' '$tmp/reap.120x40.ascii/all'"

# ---- every key has its line in the help ----

cat >"$tmp/help.keys" <<EOF
?
:save-display $tmp/help.txt
EOF
LC_ALL=C "$ptyrun" 110x95 "$SLABLAB" -e slab24 -t --keys "$tmp/help.keys"
tab=$(printf '\t')
"$SLABLAB" -c 'manual keys' | grep "$tab" >"$tmp/keys"
check "the table of keys can be read" test "$(wc -l <"$tmp/keys")" -gt 25
while IFS=$tab read -r names line; do
    check "the help says: $line" grep -qF -- "$line" "$tmp/help.txt"
done <"$tmp/keys"

# ---- every key is pressed by a script, one at least of its names ----

cat "$golden"/*.keys >"$tmp/pressed"
while IFS=$tab read -r names line; do
    found=
    for key in $names; do
        awk -v k="$key" '{ for (i = 1; i <= NF; i++) if ($i == k || $i == "\"" k "\"") found = 1 } END { exit !found }' "$tmp/pressed" && found=1
    done
    case $names in q | Q) found=1 ;; esac          # typed below
    check "a script presses one of $names: $line" test -n "$found"
done <"$tmp/keys"

# ---- expectations ----

cat >"$tmp/right.keys" <<EOF
:save-display $tmp/seen --force
:expect-display $tmp/seen
Tab
EOF
check "a right expectation is fulfilled" "$ptyrun" 80x24 "$SLABLAB" -e slab24 -t --keys "$tmp/right.keys"
echo ":expect-display $tmp/seen" >>"$tmp/right.keys"
"$ptyrun" -o "$tmp/out" 80x24 "$SLABLAB" -e slab24 -t --keys "$tmp/right.keys"
check "a wrong one fails" test $? = 1
check "and says where" grep -q 'right.keys:4: the screen is not as in' "$tmp/out"

# ---- a real keyboard, and the prompt ----

typed() { "$ptyrun" -o "$tmp/out" "$@"; }

typed -i ':a = kmalloc(100)\r' -i '\e[D\e[D' -i ":save-display $tmp/typed\\r" -i Q 80x24 "$SLABLAB" -e slab24 -t
check "Q ends the program" test $? = 0
check "typed keys and arrows do what they say" grep -q 'call 1/1  event [0-9]*/[0-9]*' "$tmp/typed"
check "two steps back of the call" sh -c "! grep -q 'kmalloc(100) returns' '$tmp/typed'"
if typed -i 'tui\r' -i ':a = kmalloc(100)\r' -i '[' -i q -i 'kfree(a)\r' -i 'quit\r' 80x24 "$SLABLAB" -e slab24; then pass
else fail "tui at the prompt opens it, q comes back" "$(cat "$tmp/out")"; fi
check "the prompt stands where the picture was left" grep -q 'never assigned\|no variable\|a is not\|error' "$tmp/out"
check "without a terminal a plain sentence" sh -c "setsid '$SLABLAB' -e slab24 -t </dev/null 2>&1 | grep -q 'needs a terminal'"
TERM=nonsense typed 80x24 "$SLABLAB" -e slab24 -t
check "an unknown terminal is an error" test $? = 1
TERM=dumb typed 80x24 "$SLABLAB" -e slab24 -t
check "one that cannot place its cursor, too" test $? = 1
check "and it is said" grep -q "the TUI cannot draw on the terminal 'dumb'" "$tmp/out"

# The mouse of a real terminal: pressed on the bar of time, pulled, let go.
typed -i ':a = kmalloc(100)\r' -i '\e[<0;70;22M' -i '\e[<32;30;22M' -i '\e[<0;12;22m' -i ":save-display $tmp/dragged\\r" -i Q 80x24 "$SLABLAB" -e slab24 -t
check "the knob is dragged with the mouse" grep -q 'call 1/1  event 13/' "$tmp/dragged"

# What goes on while nobody touches anything: two seconds of it cost next to nothing.
cpu_ms() {      # QUIET: of the program, until it was quiet for so long
    sh -c '"$0" -o /dev/null -q "$1" -i ":a = kmalloc(100)\\r" -s 15 80x24 "$2" -e slab24 -t; times' "$ptyrun" "$1" "$SLABLAB" |
        awk 'NR == 2 { n = split($0, t, /[ms. ]+/); print (t[1] * 60 + t[2]) * 1000 + substr(t[3] "00", 1, 3) + (t[4] * 60 + t[5]) * 1000 + substr(t[6] "00", 1, 3) }'
}
short=$(cpu_ms 200) long=$(cpu_ms 2200)
check "idle costs nothing (${short:-?} and ${long:-?} ms of CPU)" test $((${long:-9999} - ${short:-0})) -lt 100

# ---- a host's fault in a call is the simulated kernel's: the picture goes on ----

cat >"$tmp/wild.keys" <<EOF
:kmem_cache_create(foo, 300, 0, 0)
:a = kmem_cache_alloc(foo)
:write(kmem_cache#2.20, 128, 41 41 41 41 41 41 41 41)
:kmem_cache_free(foo, a)
:kmem_cache_shrink(foo)
:save-display $tmp/wild.txt
EOF
check "the picture outlives a wild pointer" "$ptyrun" -o /dev/null 120x40 "$SLABLAB" -e slab -t --keys "$tmp/wild.keys"
same "which is an Oops of the kernel that is looked at" "OOPS          unable to handle kernel paging request at virtual address 4141414141414179. cpu 0" \
    "$(grep OOPS "$tmp/wild.txt" | sed 's/^ *//; s/ *$//')"

# ---- leaving: the modes are restored (ptyrun looks), the screen is given back, the status is the signal's ----

gives_back() { tail -c 200 "$tmp/out" | grep -q '1049l'; }
for signal in 15 1 3 6 11; do
    typed -s $signal 80x24 "$SLABLAB" -e slab24 -t
    check "signal $signal ends it as signals do" test $? = $((128 + signal))
    check "and the terminal is restored" gives_back
done
typed -i "$(printf '\003')" -i "$(printf '\003')" 80x24 "$SLABLAB" -e slab24 -t
check "Ctrl-C twice ends it" test $? = 0
check "Ctrl-C twice restores the terminal" gives_back
typed -x 80x24 "$SLABLAB" -e slab24 -t
check "a terminal that hangs up ends it" test $? = 129

# ---- cost ----

frames() {      # N FAR: draws N frames, and pulls at the knob over FAR places and back in a history as long
    cat >"$tmp/frames.keys" <<EOF
:kmem_cache_create(foo, 300, 0, 0)
:v = repeat 200 kmem_cache_alloc(foo)
Home
:frames $1
:v = repeat $((200 * $2)) kmem_cache_alloc(foo)
:scrub $2
EOF
    typed 200x60 "$SLABLAB" -e slab24 -t --keys "$tmp/frames.keys"
}
if grep -q 'KIND_CFLAGS = *[^ ]' "$top_builddir/Makefile" 2>/dev/null; then
    frames 3 3
    check "what a frame costs is measured" grep -q 'a frame at 200x60: [0-9.]* ms of CPU' "$tmp/out"
    check "and a pull at the knob" grep -q 'the knob at 200x60 in [0-9]* events: [0-9.]* ms of CPU' "$tmp/out"
    skip "the cost of a frame is judged in plain builds"
else
    frames 300 100
    cost=$(sed -n 's/.*a frame at 200x60: \([0-9]*\)\..*/\1/p' "$tmp/out" | tail -1)
    check "a frame at 200x60 takes under 4 ms of CPU (${cost:-?} ms)" test "${cost:-9}" -lt 4
    cost=$(sed -n 's/.*the knob at .*: \([0-9]*\)\.[0-9]* ms of CPU.*/\1/p' "$tmp/out" | tail -1)
    check "a pull at the knob shows the next frame within 16 ms of CPU (${cost:-?} ms)" test "${cost:-99}" -lt 16
fi

if command -v tmux >/dev/null 2>&1 && [ -n "$TUI_TMUX" ]; then
    check "it runs in tmux" sh -c "tmux -L slablab-test -f /dev/null new-session -d -x 80 -y 24 '$SLABLAB -e slab24 -t; exit' &&
        sleep 1 && tmux -L slablab-test capture-pane -p | grep -q EVENTS; s=\$?; tmux -L slablab-test kill-server; exit \$s"
else
    skip "tmux (TUI_TMUX=1 asks for it)"
fi
finish
