#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages and the shells' completions: every row of the tables is in them, and their readers understand them.
passed=0 failed=0 skipped=0

: "${srcdir:=.}" "${top_builddir:=.}" "${SLABLAB:=./slablab}"

check() {       # check SENTENCE FINDINGS: passes when there are no findings
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL: %s\n%s\n' "$1" "$2"
    fi
}

skip() {
    skipped=$((skipped + 1))
    printf 'SKIP: %s\n' "$1"
}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

for file in manual/slablab.1 manual/slablab-script.5 manual/slablab-lesson.5 \
            completion/slablab.bash completion/_slablab completion/slablab.fish; do
    check "$file can be made" "$(sh "$srcdir/build-aux/manual.sh" "$SLABLAB" "$srcdir/repl/$file.in" 2>&1 >"$tmp/${file#*/}")"
    check "nothing is left to fill in" "$(grep -n '^@.*@$' "$tmp/${file#*/}")"
done

missing() {     # missing FILE FIELD TABLE: rows of TABLE whose FIELD is not in FILE
    "$SLABLAB" -c "manual $3" | awk -F '\t' -v field="$2" 'NF > 1 && $1 != "group" {print $field}' | while IFS= read -r word; do
        sed 's/\\-/-/g; s/\\&//g' "$tmp/$1" | grep -qF -- "$word" || echo "$word"
    done
}
check "every option is in slablab(1)" "$(missing slablab.1 2 options)"
check "every key is in slablab(1)" "$(missing slablab.1 1 keys)"
check "every command is in slablab-script(5)" "$(missing slablab-script.5 2 commands)"
check "every event is in slablab-script(5)" "$(missing slablab-script.5 2 events)"
check "every option of the machine is in slablab-script(5)" "$(missing slablab-script.5 1 machine)"
check "every kind of block is in slablab-lesson(5)" "$(missing slablab-lesson.5 1 lesson)"
for file in slablab.bash _slablab slablab.fish; do
    check "every option is in $file" "$(missing $file 2 options)"
done
check "an unknown table is an error" "$("$SLABLAB" -c 'manual nothing' 2>&1 | grep -v 'manual takes\|nothing\|\^')"

if command -v groff >/dev/null 2>&1 || command -v man >/dev/null 2>&1; then
    for page in slablab.1 slablab-script.5 slablab-lesson.5; do
        if command -v groff >/dev/null 2>&1; then
            check "groff has no complaint about $page" "$(LC_ALL=C groff -man -Tascii -ww -z "$tmp/$page" 2>&1)"
        else
            check "man has no complaint about $page" "$(man --warnings -l "$tmp/$page" 2>&1 >/dev/null)"
        fi
    done
else
    skip "no groff: the manual pages are not read"
fi
for pair in bash:slablab.bash zsh:_slablab fish:slablab.fish; do
    shell=${pair%%:*}
    if ! command -v "$shell" >/dev/null 2>&1; then
        skip "no $shell: its completion is not read"
    else
        check "$shell reads its completion" "$($shell -n "$tmp/${pair#*:}" 2>&1)"
    fi
done

line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed = 0 ]
