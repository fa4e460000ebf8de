#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is exported: documents against their schemas, scripts that make their history again, files.
. "${srcdir:-.}/tests/lib.sh"

# run ENGINE < lines: what they say goes to $tmp/out
run() {
    "$SLABLAB" -e "$1" >"$tmp/out" 2>"$tmp/err"
    echo $? >"$tmp/status"
}

engines=$("$SLABLAB" -c 'manual engines' | cut -f 1 | grep -v '^all$')

# story ENGINE: a short history
story() {
    case $1 in
    buddy*) printf 'p = alloc_pages(GFP_KERNEL, 3)\ncpu 1\nfree_pages(p, 3)\n' ;;
    *)      printf 'kmem_cache_create(foo, 300)\nv = repeat 2 kmem_cache_alloc(foo)\ncpu 1\nkmem_cache_free(foo, v[0])\nn = kmalloc(0)\n' ;;
    esac
}

# ---- documents and schemas

python3 -c 'import jsonschema' 2>/dev/null && validator=yes || validator=

# valid SENTENCE SCHEMA FILE [lines]: FILE is kept, and looked at with all the others by validate()
valid() {
    asked=$((${asked:-0} + 1))
    cp "$3" "$tmp/$asked.document"
    printf '%s\t%s\t%s\t%s\n' "$1" "$tmp/$2.schema" "$tmp/$asked.document" "$4" >>"$tmp/asked"
}

validate() {
    if [ -z "$validator" ]; then
        while IFS= read -r row; do
            skip "${row%%	*} (no python3-jsonschema)"
        done <"$tmp/asked"
        return
    fi
    python3 "$srcdir/tests/validate.py" <"$tmp/asked" >"$tmp/verdicts" 2>&1
    same "each document was looked at" "$asked" "$(wc -l <"$tmp/verdicts")"
    while IFS= read -r row; do
        case $row in
        "a wrong document	"*) same "a wrong document is found out" "caches/foo/node/0: {'nr_partial': 'many'" "$(echo "${row#*	}" | cut -d, -f1)" ;;
        "a member that"*)      same "${row%%	*} is found out" wrong "$(echo "$row" | grep -q 'fine$' || echo wrong)" ;;
        *)                     same "${row%%	*}" fine "${row#*	}" ;;
        esac
    done <"$tmp/verdicts"
}

for d in state events timeline lines lab; do
    "$SLABLAB" -c "export schema $d" >"$tmp/$d.schema"
done
for e in $engines; do
    { story $e; printf 'export state %s/state\nexport events %s/events\nexport timeline %s/timeline\nexport events --lines --calls 2..2 %s/lines\n' \
        "$tmp" "$tmp" "$tmp" "$tmp"; } | run $e
    valid "$e: the state is what its schema says" state "$tmp/state"
    case $e in slub | slab24) valid "$e: and the timeline" timeline "$tmp/timeline" ;; esac
    [ $e != slub ] || valid "events are too" events "$tmp/events"
    [ $e != slub ] || valid "and events a line each" lines "$tmp/lines" lines
    same "$e: the stream begins with a header" '{"schema":"slablab/lines/1","machines":[{"engine":"'$e'"' \
        "$(head -n 1 "$tmp/lines" | cut -d, -f1,2)"
    rm -f "$tmp/state" "$tmp/events" "$tmp/timeline" "$tmp/lines"
done
for m in "slab nodes=2 debug=1 vmstat=percpu" "slub nodes=2 slub_debug=FZPU" "slub random=1 hardened=1 vmstat=percpu" "slab24 debug=1 arch=x86_64"; do
    e=${m%% *}
    { echo "machine ${m#* }"; story $e; echo "export state $tmp/state"; } | run $e
    valid "$m: the state is what its schema says" state "$tmp/state"
    rm -f "$tmp/state"
done
{ story slub; echo "export state $tmp/state"; } | run all
same "a lab's documents stand behind a header" '{"schema":"slablab/lab/1","documents":"slablab/state/1","engines":["slab24","slab","slub"]}' \
    "$(head -n 1 "$tmp/state")"
same "one each" 4 "$(wc -l <"$tmp/state")"
head -n 1 "$tmp/state" >"$tmp/header"
valid "the header is what its schema says" lab "$tmp/header"
tail -n 3 "$tmp/state" >"$tmp/rest"
valid "so are they" state "$tmp/rest" lines
{ story slub; echo "export state $tmp/broken"; } | run slub
sed -i 's/"nr_partial":[0-9]*/"nr_partial":"many"/' "$tmp/broken"
valid "a wrong document" state "$tmp/broken"
sed 's/"nr_partial":"many"/"nr_partial":1,"new":1/' "$tmp/broken" >"$tmp/more"
valid "a member that no table tells of" state "$tmp/more"
sed 's/"nr_partial":"many"/"nr_partial":1,"nr_partial":1/' "$tmp/broken" >"$tmp/twice"
valid "a member that stands twice" state "$tmp/twice"
validate
echo 'export schema nonsense' | run slub
same "an unknown schema: which there are" "<stdin>:1:15: error: export schema takes one of state events timeline lines lab" "$(head -n 1 "$tmp/err")"

# ---- scripts

# again ENGINE NAME: the script of what is in $tmp/in makes the same state, events, branches and script
again() {
    rm -f "$tmp"/one.* "$tmp"/two.*
    { cat "$tmp/in"; printf 'export script %s/one.script\nexport state %s/one.state\nexport events %s/one.events\n' "$tmp" "$tmp" "$tmp"; } | run "$1"
    cat "$tmp/err"
    { cat "$tmp/one.script"; printf 'export script %s/two.script\nexport state %s/two.state\nexport events %s/two.events\n' "$tmp" "$tmp" "$tmp"; } | run slub
    cat "$tmp/err"
    sed -i 's/"line":[0-9]*,//g' "$tmp/one.events" "$tmp/two.events"
    for what in script state events; do
        same "$1: $2: the same $what" "$(cksum <"$tmp/one.$what")" "$(cksum <"$tmp/two.$what")"
    done
}

for e in slub slab slab24 all; do
    for recording in events calls; do
        cat >"$tmp/in" <<END
recording $recording
machine cpus=3 seed=7
kmem_cache_create(foo, 300)
v = repeat 8 kmem_cache_alloc(foo)
watch kmalloc-64
cpu 1
kfree(v[2..4])
fail 1
x = kmalloc(64)
p = alloc_pages(GFP_KERNEL, 3)
undo 2
kmalloc(128)
goto 4
branch what-if
z = kmalloc(1000)
kmem_cache_free(foo, v[0])
switch main@12
kmalloc(32)
branch main trunk
switch what-if
undo
END
        [ $e = slub ] || sed -i '/^watch/d' "$tmp/in"
        again $e "recording $recording, branches, undone commands"
    done
done
same "a script says what is undone and where one stands" "goto what-if@5" "$(grep goto "$tmp/one.script" | tail -n 1)"
story slub | sed '1i recording off' >"$tmp/in"
again slub "without recording"
{ story slub | sed '1i recording off'; echo 'recording events'; echo 'w = kmalloc(10)'; } >"$tmp/in"
again slub "recording switched on"
story buddy >"$tmp/in"
again buddy "pages alone"
printf 'machine slab24: cpus=4 slub: hardened=1\nkmalloc(8)\n' >"$tmp/in"
again slab24,slub "machines that differ"
printf 'a = kmalloc(8)\nstep kfree(a)\nback 2\n' >"$tmp/in"
again slub "in the middle of a call"
printf 'a = kmalloc(8)\ngoto start\n' >"$tmp/in"
again slub "at the beginning"
cp "$tmp/one.script" "$tmp/again.slab"
"$SLABLAB" -j "$tmp/again.slab" | tail -n 1 >"$tmp/out"
same "the script runs as a script" '"do":"goto main@start"' "$(grep -o '"do":"[^"]*"' "$tmp/out")"
{ echo 'history 8'; echo 'repeat 40000 alloc_pages(GFP_ATOMIC, 0)'; echo 'repeat 200000 get_zeroed_page(GFP_ATOMIC)'; echo 'export script'; } | run buddy
same "a history whose beginning is gone has no script" \
    "<stdin>:4:1: error: history had no room for all of it, so there is no script that makes it again; \`history MB\` gives it more" \
    "$(head -n 1 "$tmp/err")"

# ---- files

echo "export state $tmp/file" | run buddy
echo "export events $tmp/file" | run buddy
same "a file is not written over" "<stdin>:1:15: error: $tmp/file exists; --force would replace it" "$(head -n 1 "$tmp/err")"
same "it stays as it was" '{"schema":"slablab/state/1"' "$(head -c 27 "$tmp/file")"
echo "export events --force $tmp/file" | run buddy
same "but with --force" '{"schema":"slablab/events/1"' "$(head -c 28 "$tmp/file")"
ln -s nowhere "$tmp/link"
echo "export state $tmp/link" | run buddy
same "a link to nowhere is a file too" 1 "$(cat "$tmp/status")"
echo "export state \"$tmp/two words\"" | run buddy
same "a name with a blank is quoted" "$tmp/two words" "$(ls "$tmp/two words")"
echo "export state $tmp/none/file" | run buddy
same "a folder that is not there" "<stdin>:1:14: error: $tmp/none/file: No such file or directory" "$(head -n 1 "$tmp/err")"
mkdir "$tmp/closed" && chmod a-w "$tmp/closed"
if [ -w "$tmp/closed" ]; then
    skip "a folder that must not be written (this is root)"
else
    echo "export state $tmp/closed/file" | run buddy
    same "a folder that must not be written" "<stdin>:1:14: error: $tmp/closed/file: Permission denied" "$(head -n 1 "$tmp/err")"
fi
(ulimit -f 8; trap '' XFSZ; { story slub; echo "export state $tmp/large"; } | run slub; head -n 1 "$tmp/err" >"$tmp/why")
if grep -q "no room for another machine" "$tmp/why"; then
    skip "a disk that takes no more (a guard build's machine is a file itself)"
else
    same "a disk that takes no more is said, and nothing is left" "<stdin>:6:14: error: $tmp/large: File too large" "$(cat "$tmp/why")"
fi
same "no half of a file stays" "" "$(ls "$tmp" | grep large)"
echo 'export nonsense' | run buddy
same "what can be exported is said" "<stdin>:1:8: error: export takes state, events, timeline, script, schema, html, cast, svg or dot" "$(head -n 1 "$tmp/err")"
echo 'export state --lines' | run buddy
same "an option that a kind lacks" "<stdin>:1:14: error: export state has no option --lines" "$(head -n 1 "$tmp/err")"
echo 'export events --calls 3..9' | run buddy
same "calls that are not there" "<stdin>:1:23: error: --calls takes A..B, calls from 1 to 0" "$(head -n 1 "$tmp/err")"

# ---- examples: each that help gives is run where its tools are

mkdir "$tmp/examples"
"$SLABLAB" -c 'manual examples' >"$tmp/examples/list"
same "help gives the examples" "$(cut -f 1 "$tmp/examples/list")" \
    "$("$SLABLAB" -c 'help export' | sed -n '/^    Examples/,$s/^      \(.*\): export .*/\1/p')"
tab=$(printf '\t')
while IFS=$tab read -r what export shell; do
    tool=${shell%% *}
    if ! have "$tool"; then
        skip "$what (no $tool)"
        continue
    fi
    (cd "$tmp/examples" && rm -f s.json e.json l.jsonl && { story slub; echo "$export"; } | "$SLABLAB" -e slub >/dev/null &&
        printf '%s\n' "$shell" | awk '{ gsub(/\\n/, "\n"); gsub(/\\\\/, "\\"); print }' >run && sh ./run >out 2>&1
        echo "status $?" >>out)
    case $what in
    "free pages by zone")        want="0 DMA 4095 0 DMA32 61425" ;;
    "objects in use in each"*)   want='{"foo":{"#1":12},' ;;
    "how often each event"*)     want=" call" ;;
    "locks by call"*)            want='[2,"v = repeat 2 kmem_cache_alloc(foo)",' ;;
    "pages taken"*)              want='[2,25,' ;;
    "a table of slabs"*)         want="foo,#1,12,13,1,1" ;;
    esac
    got=$(tr '\n\r' '  ' <"$tmp/examples/out" | tr -s ' ')
    case $got in
    *"$want"*"status 0"* | *"$want "*) same "$what" "$want" "$want" ;;
    *)                                 same "$what" "$want" "$got" ;;
    esac
done <"$tmp/examples/list"

# ---- pictures

{ story slub; printf 'export svg %s/a.svg\nexport svg %s/b.svg --pages --dark\nexport svg %s/c.svg --cache kmalloc-64\nexport dot %s/a.dot\nexport dot %s/b.dot --pages\n' \
    "$tmp" "$tmp" "$tmp" "$tmp" "$tmp"; } | run slub
same "an object in use is a full square; with the legend's two" 3 "$(grep -c 'width="12" height="12" rx="2"' "$tmp/a.svg")"
same "the next of the cpu and of the slab are triangles; with the legend's" 3 "$(grep -c '^<path d="M[0-9]* [0-9]*l12' "$tmp/a.svg")"
same "--cache takes another" 1 "$(grep -c '>kmalloc-64<' "$tmp/c.svg")"
same "--pages draws zones" 2 "$(grep -c '>DMA<\|>DMA32<' "$tmp/b.svg")"
printf '%s\n' 'kmem_cache_create(foo, 300, 0, 0)' 'v = repeat 2 kmem_cache_alloc(foo)' "export svg $tmp/array.svg" | run slab
same "the array of each CPU is a row: what it keeps, its limit, what is next" 'cpu 0
11 of 54 · next foo#1.10
cpu 1
0 of 54' "$(sed -n 's/<[^>]*>//g; /^cpu [0-9]*$\|of 54/p' "$tmp/array.svg")"
{ cat "$srcdir/tests/golden/picture/slub.slab"; echo "export svg $tmp/readme.svg"; } | run slub
same "the picture of README.md is what is drawn" "" "$(diff "$srcdir/tests/golden/picture/slub.svg" "$tmp/readme.svg")"
{ story slub; printf 'write(v[1], 0, "<b>&")\nexport svg %s/d.svg\n' "$tmp"; } | run slub
same "texts of a picture are escaped: the command, and what it says" 2 "$(grep -c 'write(v\[1\], 0, &quot;&lt;b&gt;&amp;&quot;)' "$tmp/d.svg")"
for f in a b c d; do
    if have rsvg-convert; then
        same "a picture that rsvg-convert draws: $f" 0 "$(rsvg-convert "$tmp/$f.svg" -o "$tmp/$f.png" 2>&1 | wc -l)"
    else
        skip "rsvg-convert draws the picture $f (not here)"
    fi
done
for f in a b; do
    if have dot; then
        same "a graph that dot lays out: $f" 0 "$(dot -Tsvg "$tmp/$f.dot" -o "$tmp/$f.dot.svg" 2>&1 | wc -l)"
    else
        skip "dot lays out the graph $f (not here)"
    fi
done
same "a graph of a cache has its slab, its objects and who hands them out" 13 "$(grep -o '<o[0-9]*>' "$tmp/a.dot" | wc -l)"
echo "export svg $tmp/none.svg --cache nothing" | run slub
same "no such cache" "<stdin>:1:1: error: there is no cache 'nothing'; \`show\` lists them" "$(head -n 1 "$tmp/err")"
echo "export svg" | run slub
same "a picture goes to a file" "<stdin>:1:11: error: export svg takes a FILE" "$(head -n 1 "$tmp/err")"

# ---- casts

{ story slub; printf 'export cast %s/a.cast\nexport cast %s/b.cast\nexport cast %s/c.cast --calls 2..2 --size 80x24 --speed 10\ngoto 1\nexport state %s/after\n' \
    "$tmp" "$tmp" "$tmp" "$tmp"; } | run slub
same "the same recording gives the same cast" "$(cksum <"$tmp/a.cast")" "$(cksum <"$tmp/b.cast")"
same "its header" '{"version":2,"width":80,"height":24,"title":"slablab","env":{"TERM":"xterm-256color"}}' "$(head -n 1 "$tmp/c.cast")"
same "a frame for the beginning and one for each event of the call" 35 "$(wc -l <"$tmp/c.cast")"
same "the clock goes by --speed" "[0.100000" "$(sed -n 3p "$tmp/c.cast" | cut -d, -f 1)"
same "the machine stands where it stood" '"call":1' "$(grep -o '"call":[0-9]*' "$tmp/after" | head -n 1)"
echo "export cast $tmp/d.cast --size 10x10" | run slub
same "a terminal too small" "<stdin>:1:1: error: --size takes COLUMNSxLINES from 60x18 to 400x200, not '10x10'" "$(head -n 1 "$tmp/err")"

finish
