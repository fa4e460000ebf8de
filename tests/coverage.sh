#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests ran, from a build with --enable-coverage in which they ran: a table of lines and branches a folder, then the functions
# that nothing called. Needs gcov and awk.
#
#   make coverage
#
# A source that is compiled several times (engines with and without recording, readers of traces for several programs)
# counts once: a line is covered when one of its copies ran.

: "${srcdir:=.}" "${top_builddir:=.}" "${GCOV:=gcov}"
cd "$top_builddir" || exit 1
[ -n "$(find core -name '*.gcda' | head -n 1)" ] || { echo "coverage: nothing ran: configure with --enable-coverage, then make check" >&2; exit 1; }

for folder in core repl tui lessons scenarios; do
    find $folder -name '*.gcda'
done | sort | while read -r data; do
    # Paths in the objects are as the compiler saw them: from here.
    "$GCOV" -b -c -t "$data" 2>/dev/null
done | awk -v srcdir="$srcdir/" '
    function trim(s) { gsub(/^ +| +$/, "", s); return s }
    /^ *-: *0:Source:/ {
        file = $0; sub(/.*Source:/, "", file)
        if (index(file, srcdir) == 1) file = substr(file, length(srcdir) + 1)
        sub(/^\.\//, "", file)
        ours = file ~ /^(core|repl|tui|lessons|scenarios)\/.*\.[ch]$/
        next
    }
    !ours { next }
    /^function / { name = $2; sub(/_(off|rec)_/, "_", name); called[file " " name] += $4; seen[file " " name] = 1; next }
    /^branch / {
        k = file ":" line ":" $2
        branch[k] += ($3 == "taken") ? $4 : 0
        next
    }
    /^(call|unconditional)/ { next }
    {
        n = index($0, ":"); count = trim(substr($0, 1, n - 1)); rest = substr($0, n + 1)
        line = trim(substr(rest, 1, index(rest, ":") - 1))
        if (count == "-" || line == 0) next
        gsub(/\*/, "", count)
        k = file ":" line
        lines[k] += (count ~ /^[#=]/) ? 0 : count
    }
    function folder_of(f) { sub(/\/[^\/]*$/, "", f); return f }
    END {
        for (k in lines) { f = folder_of(k); total[f]++; hit[f] += lines[k] > 0; total["all"]++; hit["all"] += lines[k] > 0 }
        for (k in branch) { f = folder_of(k); btotal[f]++; bhit[f] += branch[k] > 0; btotal["all"]++; bhit["all"] += branch[k] > 0 }
        printf "%-24s %14s %8s %16s %8s\n", "folder", "lines", "", "branches", ""
        fflush()
        for (f in total) if (f != "all") printf "%-24s %6d/%-7d %7.1f%% %8d/%-7d %7.1f%%\n", f, hit[f], total[f], 100 * hit[f] / total[f], bhit[f], btotal[f], btotal[f] ? 100 * bhit[f] / btotal[f] : 0 | "sort"
        close("sort")
        f = "all"
        printf "%-24s %6d/%-7d %7.1f%% %8d/%-7d %7.1f%%\n", f, hit[f], total[f], 100 * hit[f] / total[f], bhit[f], btotal[f], btotal[f] ? 100 * bhit[f] / btotal[f] : 0
        print "\nFunctions that nothing called:"
        fflush()
        for (k in seen) if (!called[k]) print "  " k | "sort"
        close("sort")
    }'
