#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The page of `export html` in a browser without a window: it loads from a file, steps, scrubs, and complains of nothing.
. "${srcdir:-.}/tests/lib.sh"

# export ENGINE NAME < lines
page() {
    { cat; echo "export html $tmp/$2.html"; } | "$SLABLAB" -e "$1" >"$tmp/out" 2>&1 || cat "$tmp/out"
}

story='kmem_cache_create(foo, 300)
v = repeat 14 kmem_cache_alloc(foo)
cpu 1
kmem_cache_free(foo, v[0])
p = alloc_pages(GFP_KERNEL, 3)
write(v[1], 0, "</script><img id=stranger src=x onerror=alert(1)>")'

echo "$story" | page slub slub
echo "$story" | page all lab
printf 'p = alloc_pages(GFP_KERNEL, 3)\nfree_pages(p, 3)\n' | page buddy24 pages

same "the page has one script of data and one of code" 2 "$(grep -c '<script' "$tmp/slub.html")"
same "it names no other place" 0 "$(grep -cE '(src|href)=.?(https?:|//)|url\(|@import|fetch\(|XMLHttp' "$tmp/slub.html")"
same "a text of the recording cannot end the script" 2 "$(grep -c '</script>' "$tmp/slub.html")"
echo "$story" | page slub again
same "the same recording gives the same page" "$(cksum <"$tmp/slub.html")" "$(cksum <"$tmp/again.html")"
{ echo 'repeat 3000 alloc_pages(GFP_ATOMIC, 0)'; echo "export html $tmp/long.html"; } | "$SLABLAB" -e buddy >"$tmp/out" 2>&1
same "a long recording is refused with a range that fits" \
    "<stdin>:2:1: error: calls 1 to 3000 are too long for a page, which has room for 20000 events: \`export html FILE --calls 1..N\` fits" \
    "$(sed -n 's/1\.\.[0-9]*/1..N/; /error/p' "$tmp/out")"
range=$(sed -n 's/.*--calls \([0-9.]*\).*/\1/p' "$tmp/out")
{ echo 'repeat 3000 alloc_pages(GFP_ATOMIC, 0)'; echo "export html $tmp/part.html --calls $range"; } | "$SLABLAB" -e buddy >"$tmp/out" 2>&1
same "and it does fit" yes "$([ -s "$tmp/part.html" ] && echo yes)"

browser=
for b in chromium chromium-browser google-chrome; do
    [ -n "$browser" ] || ! command -v $b >/dev/null 2>&1 || browser=$b
done

# play NAME: what the page's tests found
play() {
    sed "s|^<style>|<script>window.errorsSeen = []; addEventListener('error', (e) => errorsSeen.push(e.message)); addEventListener('securitypolicyviolation', (e) => errorsSeen.push(e.blockedURI));</script>\n&|; /^<\/body>/d; /^<\/html>/d" \
        "$tmp/$1.html" >"$tmp/$1-test.html"
    { echo '<script>'; cat "$srcdir/tests/player_test.js"; echo '</script>'; } >>"$tmp/$1-test.html"
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$tmp/profile" --window-size=1366,768 \
        --enable-logging=stderr --virtual-time-budget=5000 --dump-dom "file://$tmp/$1-test.html#light" >"$tmp/dom" 2>"$tmp/log"
    sed -n '/<pre id="found">/,/<\/pre>/p' "$tmp/dom" | sed '1d;$d'
    grep -o 'CONSOLE.*' "$tmp/log"
}

if [ -z "$browser" ]; then
    skipped=$((skipped + 3))
    echo "skip: the page in a browser (no chromium)"
else
    common='at the beginning: Before the first call.
one event on: call 1 of LAST · event 1 of N
and back: call 1 of LAST · event 0 of N
to the end of the call: call 1 of LAST · event N of N
the bar is at its end: true
scrubbed to the middle: true
the end is the same again: true
40 back and 40 on: true
what the bar says: true
a line is selected: 1
few lines are in the page: true
the button steps too: true
dark: true
help: true'
    end='strangers: 0
nameless controls: 0
errors: '
    expected() { printf '%s\n' "$common" | sed "s/LAST/$1/; s/\([^0-9]\)N of N/\1$2 of $2/; s/N\$/$2/"; }
    same "a page of SLUB plays" "$(expected 19 20; printf '%s' "$end")" "$(play slub)"
    same "a page of a lab plays" "$(expected 19 121; printf 'the next allocator: slab\nside by side: 3\n%s' "$end")" "$(play lab)"
    same "a page of a machine of pages alone plays" "$(expected 2 16; printf '%s' "$end")" "$(play pages)"
fi

finish
