#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pot.sh [XGETTEXT]: writes po/slablab.pot anew, every marked text of the files in po/POTFILES. Tables mark theirs by the
# place of the argument; keys.def has two in a row, so it is read twice.
set -eu
cd "$(dirname "$0")/.."
xgettext=${1:-xgettext}
labels=$(mktemp)
trap 'rm -f "$labels"' EXIT
sed -n 's/^KEY([^"]*"[^"]*", *\("[^"][^"]*"\).*/_(\1)/p' tui/keys.def >"$labels"

extract() {
    "$xgettext" --from-code=UTF-8 --language=C --no-location --add-comments=TRANSLATORS --keyword=_ --keyword=N_ \
        --package-name=slablab --output=po/slablab.pot "$@" 2>/dev/null
}
extract --files-from=po/POTFILES --keyword=OPTION:4 --keyword=KEY:5 --keyword=HEAD:1 --keyword=say:3 \
    --keyword=help_row:2 --keyword=help_row:3
extract --join-existing "$labels"
sed -i -e '1,/^$/{/^#/d;/POT-Creation-Date/d;/PO-Revision-Date/d;/Last-Translator/d;/Language-Team/d;/Report-Msgid/d;s/CHARSET/UTF-8/}' \
    po/slablab.pot
