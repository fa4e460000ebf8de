#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab in its own language: each tests/lab/NAME.slab is run, and what it prints must be NAME.out to the byte. The first
# line of a script is "# slablab: OPTIONS". Messages of failed commands are part of the output.
# `tests/test_lab.sh --write` writes the .out files anew: look at the difference before you keep it.
: "${srcdir:=.}" "${SLABLAB:=./slablab}"
passed=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
NO_COLOR=1 LC_ALL=C.UTF-8
export NO_COLOR LC_ALL

for script in "$srcdir"/tests/lab/*.slab; do
    name=$(basename "$script" .slab)
    options=$(sed -n '1s/^# slablab: *//p' "$script")
    cp "$script" "$tmp/$name.slab"
    # shellcheck disable=SC2086  # words of the first line
    (cd "$tmp" && "$SLABLAB" -k $options "$name.slab" >"$name.out" 2>&1)
    if [ "$1" = --write ]; then
        cp "$tmp/$name.out" "$srcdir/tests/lab/$name.out"
    elif cmp -s "$tmp/$name.out" "$srcdir/tests/lab/$name.out"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: tests/lab/$name.slab"
        diff -u "$srcdir/tests/lab/$name.out" "$tmp/$name.out" | head -40
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
