#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every lesson played from its first page to its last as a learner would: at the prompt and in the picture, on terminals.
# First each page is asked what is right, as a learner may ask (`lesson solution`, a wrong prediction); then the lesson is
# played with wrong answers, hints, and the right ones, and all its exercises must be solved.
. "${srcdir:-.}/tests/lib.sh"
TERM=xterm-256color LC_ALL=C.UTF-8 XDG_STATE_HOME=$tmp/state XDG_CONFIG_HOME=$tmp/config SLABLAB_DATA=$srcdir
export TERM LC_ALL XDG_STATE_HOME XDG_CONFIG_HOME SLABLAB_DATA
unset LINES COLUMNS
need_terminal

# ---- what is right ----

# questions LANG LESSON PAGES: each page begun, judged, answered wrongly, solved
questions() {
    page=1
    while [ $page -le "$3" ]; do
        printf 'lesson start %s %s\nlesson check\nlesson answer ~\nlesson solution\nlesson solution\n' "$2" $page
        page=$((page + 1))
    done >"$tmp/ask"
    XDG_DATA_HOME=$tmp/asking "$SLABLAB" --lang="$1" -j -k "$tmp/ask"
}

# Replies become what a learner types: a line a page.
plays='
function text(s) { if (!match(s, /"text":"/)) return ""; s = substr(s, RSTART + 8); sub(/"}$/, "", s); gsub(/\\"/, "\"", s); gsub(/\\\\/, "\\", s); return s }
function put(s) { printf "%s\n", s }
/"do":"lesson start/ { page++; kind = ""; done = 0; next }
/"do":"lesson check"/ {
    t = text($0)
    kind = t ~ /^Not yet/ ? "try" : t ~ /^This one wants/ ? "ask" : "none"
    if (kind == "none") { put("lesson next"); put("--") }
    next
}
/"do":"lesson answer/ { t = text($0)
    if (kind == "ask" && t ~ /^No: it is /) {
        sub(/^No: it is /, "", t); sub(/\.\\n.*/, "", t); done = 1
        put("lesson answer ~"); put("lesson reset"); put("lesson answer " t); put("lesson next"); put("--")
    }
    next
}
/"do":"lesson solution"/ { t = text($0)
    if (kind == "none" || done || t ~ /^Try it/) next
    done = 1
    n = split(t, line, /\\n/)
    if (kind == "try") {
        put("lesson check"); put("lesson hint")
        for (i = 2; i <= n; i++) { sub(/^ +/, "", line[i]); if (line[i] != "") put(line[i]) }
        put("lesson check")
    } else {
        sub(/^ +/, "", line[1])
        put("lesson answer ~"); put("lesson hint"); put("lesson answer " line[1])
    }
    put("lesson next"); put("--")
}'

# ---- played ----

# Each page typed at once when the prompt is quiet.
at_prompt() {
    set -- "$1" "$2" "lesson start $2 1\\r"
    lang=$1 begin=$3; shift 3
    page=''
    while IFS= read -r line; do
        if [ "$line" = -- ]; then set -- "$@" -i "$page"; page=''; else page="$page$line\\r"; fi
    done <"$tmp/play"
    XDG_DATA_HOME=$tmp/prompt "$ptyrun" -t 60 -q 40 -o "$tmp/screen" -i "$begin" "$@" -i 'quit\r' 80x24 "$SLABLAB" --color=never --lang="$lang"
}

in_picture() {
    { echo ":lesson start $2 1"; grep -v '^--$' "$tmp/play" | sed 's/^/:/'; } >"$tmp/keys"
    XDG_DATA_HOME=$tmp/picture "$ptyrun" -t 60 80x24 "$SLABLAB" --lang="$1" -t --keys "$tmp/keys"
}

solved() { test "$(grep -c "^solved $2 " "$tmp/$1/slablab/progress")" = "$3"; }

play_lesson() {   # LANG FILE
    id=$(basename "$2" .md) number=${id%%-*} number=${number#0}
    pages=$("$SLABLAB" --lang=en -c "lesson start $number 1" 2>/dev/null | sed -n '1s/^page 1 of \([0-9]*\).*/\1/p')
    exercises=$(grep -cE '^```(try|quiz|predict)' "$2")
    questions en "$number" "$pages" 2>/dev/null | awk "$plays" >"$tmp/play"
    rm -rf "$tmp/prompt" "$tmp/picture"
    check "$1 $id at the prompt" at_prompt "$1" "$number"
    check "$1 $id: all solved at the prompt" solved prompt "$id" "$exercises"
    check "$1 $id in the picture" in_picture "$1" "$number"
    check "$1 $id: all solved in the picture" solved picture "$id" "$exercises"
    wrongs=$(grep -c '^lesson answer ~' "$tmp/play")
    check "$1 $id: $wrongs wrong answers are refused" sh -c "test \$(grep -acE '(No: it is|No[.] (lesson|Answer)|answer with a letter|不对[:：。]|请用 A)' '$tmp/screen') -eq $wrongs"
}

for file in "$srcdir"/lessons/[0-9]*.md; do
    play_lesson en "$file"
done
for file in "$srcdir"/lessons/zh_CN/[0-9]*.md; do
    play_lesson zh_CN "$file"
done

finish
