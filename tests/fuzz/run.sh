#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh [TARGET...]: each target, or all, for FUZZ_SECONDS (20), from its corpus. Findings and new inputs stay in the folder
# fuzzing/ of the build tree. The last line says how many found nothing.
: "${FUZZ_SECONDS:=20}" "${srcdir:=.}" "${FUZZ:=./tests/fuzz/fuzz}" "${SLABLAB:=./slablab}"

if [ "$FUZZ_BUILD" != yes ]; then
    echo "make fuzz needs a build with clang's libFuzzer: ./configure --enable-fuzz" >&2
    exit 1
fi
[ $# != 0 ] || set -- $(sed -n 's/^TARGET(\([a-z]*\),.*/\1/p' "$srcdir/tests/fuzz/targets.def")
SLABLAB_DATA=$(cd "$srcdir" && pwd)
ASAN_OPTIONS=quarantine_size_mb=16:$ASAN_OPTIONS
export SLABLAB_DATA ASAN_OPTIONS
mkdir -p fuzzing || exit 1
sh "$srcdir/tests/fuzz/dict.sh" "$SLABLAB" >fuzzing/dictionary

passed=0 failed=0
for target in "$@"; do
    mkdir -p "fuzzing/$target"
    ascii=0 && [ "$target" = grammar ] && ascii=1
    if "$FUZZ" "$target" -dict=fuzzing/dictionary -max_total_time="$FUZZ_SECONDS" -timeout=60 -rss_limit_mb=4096 -max_len=4096 \
        -only_ascii=$ascii -print_final_stats=1 -artifact_prefix="fuzzing/$target-" \
        "fuzzing/$target" "$srcdir/tests/fuzz/corpus/$target" >"fuzzing/$target.log" 2>&1
    then passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $target"
        tail -n 60 "fuzzing/$target.log"
    fi
    printf '%-10s %s executions, %s\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: //p' "fuzzing/$target.log")" \
        "$(grep -o 'cov: .*corp: [^ ]*' "fuzzing/$target.log" | tail -n 1)"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
