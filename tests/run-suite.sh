#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run-suite.sh: run tests, as many at a time as there are processors, and add up their counts.
#
#   tests/run-suite.sh TEST...     TEST is a Check program or a script NAME.sh; what does not
#                                  stand here is looked for in $srcdir
#
# SUITE_JOBS=1 runs one after the other.
#
# A Check program's counts are its lines "N%: Checks: N, Failures: N, Errors: N", a script's
# the last line "N passed, N failed[, N skipped]" that it prints. A test that says neither,
# that exits non-zero without having counted a failure (a crash), or that runs longer than
# SUITE_TIMEOUT seconds (600), is one failure; a script that exits 77 without counts is one
# skip. Each has an empty home of its own. The output of a failing test is shown, in the order in which they end. The last line
# is the sum of all, and the status is 0 only if something ran and nothing failed.

# find_test NAME: the path of it
find_test() {
    case $1 in
    /*) path=$1 ;;
    *)  path=./$1; [ -f "$path" ] || path=${srcdir:-.}/$1 ;;
    esac
}

run_test() {
    case $path in
    *.sh) if [ -x "$path" ]; then $timeout "$path"; else $timeout bash "$path"; fi ;;
    *)    $timeout "$path" ;;
    esac
}

# Print "passed failed skipped" of the log, nothing if it has no counts.
counts() {
    awk '
        { sub(/\r$/, "") }
        /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
            gsub(/[^0-9]+/, " "); bad = $3 + $4
            p += $2 - bad; f += bad; seen = 1
        }
        /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
            lp = $1; lf = $3; ls = ($6 == "skipped") ? $5 : 0; line = 1
        }
        END { if (seen || line) print p + lp, f + lf, ls + 0 }' "$log"
}

# one WORK TEST: run it; its verdict to standard output in one piece, its counts to WORK/sum
one() {
    test=$2 limit=${SUITE_TIMEOUT:-600}
    own=$(mktemp -d "$1/XXXXXX") || exit 1
    log=$own/log HOME=$own/home
    mkdir "$HOME"

    # Without --foreground the time limit reaches a test's children too, but Ctrl-C does not.
    timeout=
    if command -v timeout >/dev/null 2>&1; then
        timeout="timeout -k 10 $limit"
        [ -t 2 ] && timeout="timeout -k 10 --foreground $limit"
    fi

    find_test "$test"
    began=$(date +%s)
    run_test >"$log" 2>&1 </dev/null
    status=$?
    took=$(($(date +%s) - began))

    p=0 f=0 s=0 why=
    sum=$(counts)
    if [ -n "$sum" ]; then
        # shellcheck disable=SC2086  # three numbers
        set -- $sum
        p=$1 f=$2 s=$3
    fi

    if [ -n "$timeout" ] && { [ $status = 124 ] || [ $status = 137 ]; }; then
        f=$((f + 1)) why=" (stopped after ${took} s)"
    elif [ -z "$sum" ] && [ $status = 77 ]; then
        s=1
    elif [ -z "$sum" ]; then
        f=1 why=" (no counts, status $status)"
    elif [ $status != 0 ] && [ "$f" = 0 ]; then
        f=1 why=" (status $status)"
    fi

    verdict=ok
    [ "$s" = 0 ] || verdict="ok, $s skipped"
    [ "$f" = 0 ] || verdict="FAILED: $f$why"
    {
        printf '%-32s %6d passed  %4d s  %s\n' "$test" "$p" "$took" "$verdict"
        if [ "$f" != 0 ]; then
            sed 's/^/    /' "$log"
        elif [ "$s" != 0 ]; then
            grep -i '^ *skip' "$log" | sed 's/^/    /'
        fi
    } >"$own/verdict"
    cat "$own/verdict"
    echo "$p $f $s" >>"${own%/*}/sum"
    rm -rf "$own"
}

if [ "$1" = --one ]; then
    one "$2" "$3"
    exit 0
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

CK_VERBOSITY=normal
export CK_VERBOSITY

# Tests leave nothing in anybody's home: not what was typed, no lesson's progress, no session that was killed.
PYTHONUSERBASE=${PYTHONUSERBASE:-$HOME/.local}
export PYTHONUSERBASE
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME SLABLAB_DATA

: >"$work/sum"
[ $# = 0 ] || printf '%s\n' "$@" | tr '\n' '\0' | xargs -0 -n 1 -P "${SUITE_JOBS:-$(getconf _NPROCESSORS_ONLN)}" sh "$0" --one "$work"

# A test whose runner was killed has no counts: it failed.
awk -v tests=$# '
    { p += $1; f += $2; s += $3 }
    END {
        f += tests - NR
        printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""
        exit !(f == 0 && p > 0)
    }' "$work/sum"
