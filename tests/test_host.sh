#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing that a script, lesson, story, trace or init file says touches the host: no program is started, and no file changes but
# those that `export` and its like name, which never write over another without --force. What a terminal would obey, and what
# turns letters around, is shown in writing in every face.
. "${srcdir:-.}/tests/lib.sh"
unset CDPATH LANGUAGE SLABLAB_DATA
export LC_ALL=C.UTF-8 TERM=xterm

# ---- a house with everything that somebody could want to break ----

house=$tmp/house
build_house() {
    rm -rf "$tmp/house" "$tmp/far"
    mkdir -p "$house/home/.config" "$house/here" "$tmp/far"
    echo 'the profile' >"$house/home/.profile"
    echo 'kept' >"$house/here/old"
    chmod 600 "$house/here/old"
    echo 'far away' >"$tmp/far/file"
    ln -s old "$house/here/link"
    ln -s nothing "$house/here/dangling"
    ln -s "$tmp/far" "$house/here/way-out"
    mkfifo "$house/here/fifo"
    mkdir "$house/here/folder"
}

# What stands there: names, kinds, modes, links, bytes.
tree() {
    (cd "$tmp" && find house far -printf '%p %y %m %l\n' | sort; find house far -type f -print0 | sort -z | xargs -0 cksum)
}

# lab ARGUMENTS...: in the house; 10 s are for ever
lab() {
    (cd "$house/here" && HOME=$house/home XDG_CONFIG_HOME=$tmp/xdg/config XDG_STATE_HOME=$tmp/xdg/state XDG_DATA_HOME=$tmp/xdg/data \
        timeout -k 1 10 "$SLABLAB" "$@") >"$tmp/out" 2>"$tmp/err"
    status=$?
}

said() { grep -qF -- "$1" "$tmp/out" "$tmp/err"; }
error() { head -n 1 "$tmp/err"; }
same_tree() {
    tree >"$tmp/after"
    if difference=$(diff "$tmp/before" "$tmp/after"); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n%s\n' "$1" "$difference"
        build_house
    fi
}

build_house
tree >"$tmp/before"

# ---- what is there stays there ----

while read -r command; do
    lab -c "$command"
    same "'$command' is refused" 1 $status
    check "'$command' says what would do it" said "exists; --force would replace it"
done <<EOF2
export state old
export events link
export timeline dangling
export script fifo
export svg folder
export html ../here/old
export dot $house/home/.profile
export state way-out/file
export state /dev/null
import "$srcdir/scenarios/fork.trace" old
import "$srcdir/scenarios/fork.trace" dangling
replay "$srcdir/scenarios/fork.trace" --svg link
sweep n=1..2 --svg old "kmalloc(\$n)"
sweep n=1..2 --svg fifo "kmalloc(\$n)"
lesson new old
lesson new dangling
EOF2
same_tree "and nothing is another"

# ---- what --force can do, and what it cannot ----

for target in fifo folder /dev/full /dev/zero; do
    lab -c "export state $target --force"
    same "--force does not write into $target" 1 $status
done
same_tree "neither pipes nor devices were touched"
lab -c 'export state /dev/null --force'
same "/dev/null takes everything" 0 $status
lab -c 'export state old --force'
same "a file that is replaced keeps its mode" 600 "$(stat -c %a "$house/here/old")"
check "and has the new bytes" grep -q slablab/state "$house/here/old"
echo kept >"$house/here/old"
lab -c 'export state link --force' -c 'export events dangling --force'
same "a link is replaced, and what it points to stays" kept "$(cat "$house/here/old")"
check "it is a file now" test -f "$house/here/link" -a ! -L "$house/here/link"
check "so is one that led nowhere" test -f "$house/here/dangling" -a ! -L "$house/here/dangling" -a ! -e "$house/here/nothing"
ln -s "$tmp/far/file" "$house/here/new.$$.tmp"
for i in 0 1 2; do ln -s "$tmp/far/file" "$house/here/trap.$i"; done
cat "$house/here/fifo" >"$tmp/read" &
lab -c 'export schema state fifo --force'
wait $!
check "a pipe with a reader is written to" grep -q '"\$schema"' "$tmp/read"
same "what lies beside is not followed" "far away" "$(cat "$tmp/far/file")"
check "and no file of ours stays beside" test -z "$(find "$house" -name '*.[0-9]*-[0-9]*.tmp')"
build_house

# ---- reading does not wait, and opens no device ----

lesson="$srcdir/lessons/01-bytes-and-pages.md"
[ -f "$lesson" ] || lesson=$(find "$srcdir/lessons" -maxdepth 1 -name '01-*.md')
for file in fifo /dev/zero /dev/tty folder; do
    for verb in 'import FILE' 'replay FILE' 'check-geometry FILE' 'sweep n=1..2 FILE' 'lesson check FILE' 'lesson start ./FILE'; do
        case $verb in *./*) [ "${file#/}" = "$file" ] || continue ;; esac
        lab -c "${verb/FILE/$file}"
        check "'${verb/FILE/$file}' does not wait" test $status -lt 2
    done
done
lab -t --keys fifo
check "keys from a pipe without a writer" test $status -lt 3
same_tree "reading changes nothing"

# ---- the words of others write nothing ----

mkdir -p "$tmp/xdg/config/slablab" "$tmp/data/lessons" "$tmp/data/scenarios"
acts='export state made
export state old --force
export script ../home/.profile --force
import trace made
lesson new made
sweep n=1..2 --svg made "kmalloc($n)"
replay trace --svg made'
cp "$srcdir/scenarios/fork.trace" "$house/here/trace"
tree >"$tmp/before"
while read -r act; do
    echo "$act" >"$tmp/xdg/config/slablab/rc"
    (cd "$house/here" && HOME=$house/home XDG_CONFIG_HOME=$tmp/xdg/config XDG_STATE_HOME=$tmp/xdg/state timeout 20 \
        "$ptyrun" -q 100 -o "$tmp/out" -i 'quit\r' 80x24 "$SLABLAB") 2>"$tmp/err"
    check "an init file: '$act'" said "the init file writes no files"
    rm "$tmp/xdg/config/slablab/rc"
    printf -- '---\ntitle: Evil\nengine: slub\nminutes: 1\nformat: 1\n---\n\n```slablab\n%s\n```\n' "$act" >"$tmp/evil.md"
    lab -c "lesson start $tmp/evil.md"
    check "a lesson: '$act'" said "$(case $act in lesson*) echo "a lesson cannot call another" ;; *) echo "a lesson writes no files" ;; esac)"
    printf '# evil\n%s\n' "$act" >"$tmp/data/scenarios/evil.slab"
    SLABLAB_DATA=$tmp/data lab -c 'scenario evil'
    check "a story: '$act'" said "$(case $act in lesson*) echo "a lesson cannot call another" ;; *) echo "a story writes no files" ;; esac)"
    case $act in export*) lab -c "sweep n=1..2 \"$act\""; check "a sweep: '$act'" said "the script of a sweep writes no files" ;; esac
done <<<"$acts"
lab -c 'export state made'
same "the user does" 0 $status
rm -f "$house/here/made"
same_tree "nothing but that was written"

# A session that is restored has written its files already.
mkdir -p "$tmp/xdg/state/slablab/sessions"
printf 'slablab session 1\nengine slub\nmachine \n>p = kmalloc(64)\n.\n>export state old --force\n.\n>replay trace --svg old --force\n.\n' \
    >"$tmp/xdg/state/slablab/sessions/1-0"
printf 'restore\nquit\n' | lab -i
check "a restored session comes back" said "3 commands are back."
same_tree "and writes nothing again"

# ---- the screens that a file of keys saves ----

printf ':save-display made\n:save-display old\n' >"$tmp/keys"
(cd "$house/here" && HOME=$house/home timeout 20 "$ptyrun" -q 100 -o "$tmp/raw" 80x24 "$SLABLAB" -t --keys "$tmp/keys") >"$tmp/out" 2>&1
check "a file of keys writes over nothing" grep -q 'old exists; --force would replace it' "$tmp/out" "$tmp/raw"
same "what was there is there" kept "$(cat "$house/here/old")"
rm -f "$house/here/made"
same_tree "and it wrote what it named"

# ---- no program is started, whatever the environment offers ----

mkdir "$tmp/bin"
printf '#!/bin/sh\necho "$0 $*" >>"%s/started"\n' "$tmp" >"$tmp/bin/evil"
chmod +x "$tmp/bin/evil"
for name in sh bash less more pager vi ed stty tput clear xdg-open dot git env gzip; do ln -sf evil "$tmp/bin/$name"; done
cat >"$tmp/every" <<EOF2
help
help export
help events
manual commands
p = kmalloc(100)
write(p, 0, "\$(touch started) \`touch started\` ; touch started | sh")
show kmalloc-128
events
why
lesson
lesson start 1
lesson quit
scenario first
export script
diff start
find bytes 24 28
branch '\$(evil)'
!evil
| evil
export state | evil
export state "made; evil" --force
EOF2
timeout=$(command -v timeout)
(cd "$house/here" && PATH=$tmp/bin PAGER=evil MANPAGER=evil EDITOR=evil VISUAL=evil SHELL=$tmp/bin/sh BASH_ENV=$tmp/bin/evil ENV=$tmp/bin/evil \
    LESSOPEN='|evil %s' BROWSER=evil HISTFILE=$house/here/old INPUTRC=/dev/null HOME=$house/home XDG_CONFIG_HOME=$tmp/xdg/config XDG_STATE_HOME=$tmp/xdg/state XDG_DATA_HOME=$tmp/xdg/data \
    "$timeout" 60 "$ptyrun" -q 100 -o "$tmp/raw" -t 50 -i "$(tr '\n' '~' <"$tmp/every" | sed 's/~/\\r/g')" -i 'quit\r' 100x40 "$SLABLAB" -i) \
    >"$tmp/out" 2>&1
check "a session at the prompt with evil around" test $? -lt 2
check "nothing was started" test ! -e "$tmp/started"
check "what looks like a pipe is a name" test -f "$house/here/made; evil"
rm -f "$house/here/made; evil"
same "HISTFILE is the shell's" kept "$(cat "$house/here/old")"
same_tree "and nothing else was written"

# The kernel says so too. (A sanitizer that looks for leaks makes a process of its own, a coverage build writes its files.)
if command -v strace >/dev/null && strace -f -o "$tmp/trace" true 2>/dev/null; then
    (cd "$house/here" && ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 HOME=$house/home XDG_STATE_HOME=$tmp/xdg/state XDG_DATA_HOME=$tmp/xdg/data timeout 60 \
        strace -f -o "$tmp/trace" -e trace=process,network,file "$SLABLAB" -k "$tmp/every") >/dev/null 2>&1
    same "one program is started, this one" 1 "$(grep -c 'execve(.*= 0' "$tmp/trace")"
    same "no process is made, no socket opened" "" "$(grep -E '(fork|clone|clone3|socket|connect|bind)\(' "$tmp/trace")"
    same "what is opened to be written is what was named" "made; evil" \
        "$(grep -E 'O_WRONLY|O_RDWR|O_CREAT' "$tmp/trace" | grep -v '/dev/tty\|/tmpf\|/xdg/\|\.gcda"\|ENOENT' |
           sed -n 's/.*"\([^"]*\)".*/\1/p' | sed 's/\.[0-9]*-[0-9]*\.tmp$//; s|^/dev/shm/.*||' | grep -v '^$' | sort -u)"
    rm -f "$house/here/made; evil"
else
    skip "no strace, or it may not trace"
fi
same_tree "nor then"

# ---- terminals are not commanded: every kind of sign, in everything that has a name or a text ----

osc=$'\e]52;c;RVZJTA==\a' csi=$'\e[35;45;5m' c1=$'\xc2\x9b35;45;5m' bidi=$'\xe2\x80\xaelive' iso=$'\xe2\x81\xa6' del=$'\x7f' bs=$'\b\b\b' so=$'\x0e'
evil="$osc$csi$c1$bidi$iso$del$bs$so"

# dumb FILE: no byte that a terminal obeys, but line ends and tabs; no unseen character
dumb() {
    ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]\|\xc2[\x80-\x9f]\|\xe2\x80[\x8e\x8f\xa8-\xae]\|\xe2\x81[\xa6-\xa9]\|\xef\xbb\xbf' "$1"
}

# tame FILE: what is sent to a terminal has colours, and none of ours is the evil one
tame() {
    ! LC_ALL=C grep -q $'\e\\]\|\e\\[35;45\|\a\|\xc2[\x80-\x9f]\|\xe2\x80[\x8e\x8f\xa8-\xae]\|\xe2\x81[\xa6-\xa9]' "$1"
}

printf 'echo on\n# %s\np = kmalloc(8)   # %s\nfo%so\nwrite(p, 0, "%s")\nkmem_cache_create(a%s, 8)\nexport state "%s"\nlesson start "%s"\nexplain %s\nshow %s\n' \
    "$evil" "$evil" "$evil" "$evil" "$evil" "$evil" "$evil" "$evil" "$evil" >"$tmp/script"
printf '\xc2\x9b\n\x9b\n\xff\n%s' "$evil" >>"$tmp/script"
for option in '' --color=always -j '-j -s'; do
    # shellcheck disable=SC2086
    lab -k $option "$tmp/script"
    same "a hostile script fails, $option" 1 $status
    if [ "$option" = --color=always ]; then
        check "its messages are tame" tame "$tmp/err"
        check "its answers are tame" tame "$tmp/out"
    else
        check "its messages have nothing to obey, $option" dumb "$tmp/err"
        check "its answers neither, $option" dumb "$tmp/out"
    fi
done
lab -k "$tmp/script"
check "comments are shown" said '\x1b]52;c;RVZJTA==\x07\x1b[35;45;5m\u009b35;45;5m\u202elive\u2066\x7f\x08\x08\x08\x0e'
check "so are the lines of errors" said '  fo\x1b]52;c;RVZJTA=='
check "an error says where the sign is" said ":4:3: error: \\x1b is a sign that nobody sees: it has no place in a command"
same "nothing was made of it" "" "$(cd "$house/here" && find . -name '*live*')"
lab -j -c "x$bidi"
check "JSON too" said '"message":"\\u202e is a sign'

for word in "$evil" "-e$evil" "-m$evil" "--lang=$evil" "--color=$evil" "--no$evil" "-t --keys=$evil"; do
    if [ "${word#-t }" = "$word" ]; then lab "$word"; else lab -t "${word#-t }"; fi
    check "a word of the command line: ${word:0:8}" dumb "$tmp/err"
    check "it is shown: ${word:0:8}" grep -qF '\x1b]52;' "$tmp/err"
done
cp "$tmp/script" "$house/here/a$evil"
lab "a$evil"
check "the name of a script in its errors" dumb "$tmp/err"
rm -f "$house/here/a$evil"

# A lesson has texts everywhere.
cat >"$house/here/evil.md" <<EOF2
---
title: T$evil
engine: slub
machine: cpus=2
prerequisites: none$evil
minutes: 6
format: 1
---
Prose $evil, *emphasis $evil*, **strong $evil**, \`code $evil\`, [a link $evil](http://$evil/ "title $evil"), ![a picture $evil](x$evil).

- a list $evil

> a quotation $evil

# A heading $evil

<b onclick="$evil">$evil</b>

| a$evil | b |
|---|---|
| c$evil | d |

\`\`\`text
a block $evil
\`\`\`

\`\`\`slablab
p = kmalloc(8)   # $evil
\`\`\`

\`\`\`quiz
Which $evil?
- [ ] this $evil
- [x] that $evil
because: $evil
\`\`\`

\`\`\`try
Do it $evil.
expect count(kmalloc-64.slabs) == 1
\`\`\`
\`\`\`hint
A hint $evil
\`\`\`
\`\`\`solution
q = kmalloc(64)   # $evil
\`\`\`
EOF2
printf 'lesson start ./evil.md\nlesson answer 1 %s\nlesson answer #%s\nlesson answer 2\nlesson next\nlesson hint\nlesson solution\nlesson check\nlesson\nlesson quit\n' \
    "$evil" "$evil" >"$tmp/walk"
lab -k "$tmp/walk"
check "a lesson is played" said 'A hint'
check "and its title is shown" said 'T\x1b]52;'
check "with nothing to obey" dumb "$tmp/out"
lab -k --color=always "$tmp/walk"
check "in colours it is tame" tame "$tmp/out"
check "and there are some" grep -q $'\e\\[1m' "$tmp/out"
lab -k -j "$tmp/walk"
check "as JSON" dumb "$tmp/out"
lab -c 'lesson check evil.md'
check "proved" dumb "$tmp/err"
printf '# S%s\n# more %s\np = kmalloc(8)  # %s\nnonsense%s\n' "$evil" "$evil" "$evil" "$evil" >"$tmp/data/scenarios/evil.slab"
printf 'bad %s\n' "$evil" >"$tmp/data/lessons/01-evil.md"
SLABLAB_DATA=$tmp/data lab -k -c scenario -c 'scenario evil' -c 'scenario evil slab24' -c lesson -c 'lesson start 1'
check "stories" dumb "$tmp/out"
check "and their errors" dumb "$tmp/err"

# Traces, slabinfo, folders of sysfs.
sed "1,40s/name=[a-z_]*/name=n$evil/; 41,60s/call_site=[^ ]*/call_site=$evil/; 61,70s/gfp_flags=[^ ]*/gfp_flags=$evil/; 71,80s/^ *[a-z]*/$evil/" \
    "$srcdir/scenarios/fork.trace" >"$house/here/evil.trace" 2>/dev/null || sed -n 1,80p "$srcdir/scenarios/fork.trace" >"$house/here/evil.trace"
printf '%s\n' "$evil" >>"$house/here/evil.trace"
printf 'slabinfo - version: 2.1\n# name\nn%s 1 16 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\n%s\n' "$evil" "$evil" >"$house/here/evil.slabinfo"
mkdir -p "$house/here/sys/n$evil"
for pair in slab_size:64 object_size:64 objs_per_slab:64 order:0 align:8; do echo "${pair#*:}$evil" >"$house/here/sys/n$evil/${pair%:*}"; done
lab -k -c 'import evil.trace --strict' -c 'replay evil.trace --strict' -c 'show' -c 'check-geometry evil.slabinfo --all' -c 'check-geometry sys --all' \
    -c 'replay evil.trace csv' -c 'export script'
check "traces and slabinfo" dumb "$tmp/out"
check "and what is wrong with them" dumb "$tmp/err"
check "they were read" said "evil.trace"

# The full screen: the same texts drawn, and nothing else sent.
printf ':p = kmalloc(64)\n:write(p, 0, 1b 5d 35 32 3b 07 1b 5b 33 35 3b 34 35 6d)\n4\n:save-display bytes --force\n:lesson start ./evil.md\n:save-display lesson --force\n:export state "%s"\n:save-display message --force\n:explain %s\n' \
    "$evil" "$evil" >"$tmp/keys"
(cd "$house/here" && HOME=$house/home timeout 20 "$ptyrun" -q 100 -o "$tmp/raw" 120x40 "$SLABLAB" -t --keys "$tmp/keys") >"$tmp/out" 2>&1
check "the full screen shows the lesson" grep -qF '\x1b]52;' "$house/here/lesson"
for screen in bytes lesson message; do check "what it shows has nothing to obey: $screen" dumb "$house/here/$screen"; done
check "what it sends is tame" tame "$tmp/raw"
(cd "$house/here" && HOME=$house/home XDG_STATE_HOME=$tmp/xdg/state timeout 30 "$ptyrun" -q 100 -o "$tmp/raw" -i 'lesson start ./evil.md\r' -i 'scenario\r' \
    -i "export state evil.trace\\r" -i 'quit\r' 100x40 "$SLABLAB" -i) >"$tmp/out" 2>&1
check "the prompt shows it on a terminal" grep -qF 'T\x1b]52;' "$tmp/raw"
check "and is tame" tame "$tmp/raw"

# ---- pages and pictures: no text becomes markup ----

cat >"$tmp/markup" <<'EOF2'
p = kmalloc(64)
write(p, 0, "</script><script>alert(1)</script>")
write(p, 0, "<img src=x onerror=alert(1)> & ]]> <!-- --> ${x} ' &quot;")
write(p, 0, "%s%n javascript:alert(1)")
EOF2
lab -c 'p = kmalloc(64)' -c 'export html plain.html'
for kind in html svg dot; do echo "export $kind evil.$kind" >>"$tmp/markup"; done
lab "$tmp/markup"
same "pages of hostile strings are written" 0 $status
same "a page has as many scripts as one without" "$(grep -o '<script' "$house/here/plain.html" | wc -l)" "$(grep -o '<script' "$house/here/evil.html" | wc -l)"
check "and no tag of theirs" sh -c "! grep -qi '<img\|<!-- -->' '$house/here/evil.html'"
check "a picture has none" sh -c "! grep -qi '<script\|<img\|onerror=.alert' '$house/here/evil.svg'"
for kind in html svg dot; do check "$kind has nothing to obey" dumb "$house/here/evil.$kind"; done

finish
