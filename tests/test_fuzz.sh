#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The corpora of tests/fuzz: every input that a fuzzer thought worth keeping, and every one that was a finding, runs and is
# judged (tests/fuzz/fuzz.h).
. "${srcdir:-.}/tests/lib.sh"
SLABLAB_DATA=$srcdir
export SLABLAB_DATA

for target in $(sed -n 's/^TARGET(\([a-z]*\),.*/\1/p' "$srcdir/tests/fuzz/targets.def"); do
    if "$top_builddir/tests/fuzz/fuzz" "$target" "$srcdir/tests/fuzz/corpus/$target" >"$tmp/out" 2>&1; then
        inputs=$(sed -n 's/ inputs$//p' "$tmp/out")
        passed=$((passed + inputs))
        check "$target has a corpus" test "$inputs" -gt 0
    else
        fail "$target, the last of these:" "$(tail -n 20 "$tmp/out")"
    fi
done

finish
