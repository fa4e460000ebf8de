#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every trace that was measured on a real allocator must come out equal, call by call, twice the same to the byte, and equal
# also where nothing is recorded (the engines are compiled twice).
# With NDJSON_SUMS=FILE a checksum of each output goes there, so that builds can be compared (.ci/run does).
# COMPARE is tests/compare of this build, or of another where this one cannot make it (--disable-faces).
# Each folder of tests/golden has its traces, their scripts, and a list `runs`: TRACE SCRIPT ENGINE [MACHINE OPTIONS]
. "${srcdir:-.}/tests/lib.sh"
: "${COMPARE:=$top_builddir/tests/compare}"
[ -x "$COMPARE" ] || { echo "SKIP: no $COMPARE"; exit 77; }

# The answers to the script when it begins with `recording off`, numbered as without that line
unrecorded() {
    { echo 'recording off'; cat "$script"; } | "$SLABLAB" -e "$1" -m "$2" -j -s /dev/stdin 2>/dev/null |
        awk 'NR > 1 { match($0, /"n":[0-9]+/); print "{\"n\":" substr($0, RSTART + 4, RLENGTH - 4) - 1 substr($0, RSTART + RLENGTH) }'
}

# run TRACE SCRIPT ENGINE OPTIONS
run() {
    trace=$dir/$1 script=$dir/$2
    "$SLABLAB" -e "$3" -m "$4" -j -s "$script" >"$tmp/first" 2>"$tmp/errors"
    "$SLABLAB" -e "$3" -m "$4" -j -s "$script" >"$tmp/second" 2>/dev/null
    [ -z "${NDJSON_SUMS:-}" ] || echo "$1 $(cksum <"$tmp/first")" >>"$NDJSON_SUMS"
    if "$COMPARE" "$trace" "$tmp/first" >"$tmp/said" && cmp -s "$tmp/first" "$tmp/second"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $1 with $3 $4"
        head -5 "$tmp/errors"
        cat "$tmp/said"
    fi
    unrecorded "$3" "$4" >"$tmp/unrecorded"
    if "$COMPARE" "$trace" "$tmp/unrecorded" >"$tmp/said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $1 with $3 $4, recording off"
        cat "$tmp/said"
    fi
}

for dir in "$srcdir"/tests/golden/*/; do
    dir=${dir%/}
    [ -f "$dir/runs" ] || continue
    while read -r trace script engine options; do
        case $trace in '#'* | '') continue ;; esac
        run "$trace" "$script" "$engine" "$options"
    done <"$dir/runs"
done

finish
