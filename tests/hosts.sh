#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The core alone (--disable-faces) on other C libraries and machines: built in a folder of its own, and every script of the golden
# traces run there. It must come out equal to the trace, and equal to the byte to what the program here says.
#
#   make check-hosts HOSTS="musl s390x"         srcdir is a release then: one that is configured builds nowhere else
#     musl     this machine with musl
#     s390x    most significant byte first, on an emulator
#
# A host whose compiler or emulator is not here is skipped. All hosts have 64-bit addresses: core/arena/README.md says why.

: "${srcdir:=.}" "${top_builddir:=.}" "${SLABLAB:=$PWD/slablab}"
srcdir=$(cd "$srcdir" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0 skipped=0
COMPARE=$(cd "$top_builddir" && pwd)/tests/compare
export COMPARE srcdir
unset MAKEFLAGS MAKELEVEL

# golden NAME PROGRAM: counts into the log, sums into NAME.sums
golden() {
    SLABLAB=$2 NDJSON_SUMS=$tmp/$1.sums sh "$srcdir/tests/test_golden.sh" >"$tmp/$1.log" 2>&1
}

# on NAME "EMULATOR" COMPILER [CONFIGURE OPTION...]
on() {
    local name=$1 emulator=$2 cc=$3 began=$SECONDS
    shift 3
    for command in ${cc%% *} ${emulator%% *}; do
        command -v "$command" >/dev/null && continue
        skipped=$((skipped + 1))
        echo "SKIP: $name: no $command"
        return
    done
    mkdir "$tmp/$name" && cd "$tmp/$name" || exit 1
    if ! { "$srcdir/configure" -q --disable-faces --disable-nls CFLAGS=-O1 CC="$cc" "$@" && make -j2 slablab; } >build.log 2>&1; then
        failed=$((failed + 1))
        echo "FAILED: $name does not build"
        tail -n 20 build.log
        return
    fi
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$emulator" "$tmp/$name/slablab" >run && chmod +x run
    golden "$name" "$tmp/$name/run"
    cd "$OLDPWD" || exit 1
    if line=$(tail -n 1 "$tmp/$name.log") && [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        [ "${BASH_REMATCH[2]}" = 0 ] || head -n 30 "$tmp/$name.log"
    fi
    if cmp -s "$tmp/here.sums" "$tmp/$name.sums"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name says other bytes"
        diff "$tmp/here.sums" "$tmp/$name.sums" | head -n 10
    fi
    echo "$name: ${line:-no counts}, $((SECONDS - began)) s"
}

golden here "$SLABLAB"
for host in "$@"; do
    case $host in
    musl)  on musl "" "musl-gcc" ;;
    s390x) on s390x qemu-s390x "s390x-linux-gnu-gcc" --host=s390x-linux-gnu LDFLAGS=-static ;;
    *)     echo "FAILED: there is no host $host"; failed=$((failed + 1)) ;;
    esac
done

line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "$line"
test $failed = 0
