#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages and the shells' completions: every row of the tables is in them, and their readers understand them.
. "${srcdir:-.}/tests/lib.sh"

for file in manual/slablab.1 manual/slablab-script.5 manual/slablab-lesson.5 \
            completion/slablab.bash completion/_slablab completion/slablab.fish; do
    none "$file can be made" "$(sh "$srcdir/build-aux/manual.sh" "$SLABLAB" "$srcdir/repl/$file.in" 2>&1 >"$tmp/${file#*/}")"
    none "nothing is left to fill in" "$(grep -n '^@.*@$' "$tmp/${file#*/}")"
done

missing() {     # missing FILE FIELD TABLE: rows of TABLE whose FIELD is not in FILE
    "$SLABLAB" -c "manual $3" | awk -F '\t' -v field="$2" 'NF > 1 && $1 != "group" {print $field}' | while IFS= read -r word; do
        sed 's/\\-/-/g; s/\\&//g' "$tmp/$1" | grep -qF -- "$word" || echo "$word"
    done
}
none "every option is in slablab(1)" "$(missing slablab.1 2 options)"
none "every key is in slablab(1)" "$(missing slablab.1 1 keys)"
none "every command is in slablab-script(5)" "$(missing slablab-script.5 2 commands)"
none "every event is in slablab-script(5)" "$(missing slablab-script.5 2 events)"
none "every option of the machine is in slablab-script(5)" "$(missing slablab-script.5 1 machine)"
none "every kind of block is in slablab-lesson(5)" "$(missing slablab-lesson.5 1 lesson)"
for file in slablab.bash _slablab slablab.fish; do
    none "every option is in $file" "$(missing $file 2 options)"
done
none "an unknown table is an error" "$("$SLABLAB" -c 'manual nothing' 2>&1 | grep -v 'manual takes\|nothing\|\^')"

if command -v groff >/dev/null 2>&1 || command -v man >/dev/null 2>&1; then
    for page in slablab.1 slablab-script.5 slablab-lesson.5; do
        if command -v groff >/dev/null 2>&1; then
            none "groff has no complaint about $page" "$(LC_ALL=C groff -man -Tascii -ww -z "$tmp/$page" 2>&1)"
        else
            none "man has no complaint about $page" "$(man --warnings -l "$tmp/$page" 2>&1 >/dev/null)"
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
        none "$shell reads its completion" "$($shell -n "$tmp/${pair#*:}" 2>&1)"
    fi
done

finish
