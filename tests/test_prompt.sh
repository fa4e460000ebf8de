#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The prompt on a terminal: Tab for every kind of argument, Ctrl-C, Ctrl-D, signals. What came of the keys is read in the file of
# lines typed: Meta-# makes a line a comment and ends it, Meta-* puts all that could stand there into it.
. "${srcdir:-.}/tests/lib.sh"
export HOME=$tmp XDG_STATE_HOME=$tmp/state XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp/config NO_COLOR=1
export TERM=xterm LC_ALL=C INPUTRC=$tmp/inputrc
unset LINES COLUMNS LANGUAGE
echo 'set enable-bracketed-paste off' >"$INPUTRC"
need_terminal
history=$XDG_STATE_HOME/slablab/history

# What lies about where the prompt runs.
mkdir "$tmp/here" "$tmp/here/traces"
touch "$tmp/here/traces/one.txt" "$tmp/here/a trace.txt" "$tmp/here/start.txt" "$tmp/here/foo.md"

# prompt ENGINE KEYS...: a session in which each KEYS is typed when the prompt stands there, and Ctrl-D behind them
prompt() {
    engine=$1 steps=()
    shift
    for keys; do steps+=(-w $'\n'"$engine> " -i "$keys"); done
    rm -f "$history"
    (cd "$tmp/here" && "$ptyrun" -t 60 -o "$tmp/screen" "${steps[@]}" -w $'\n'"$engine> " -i '\cD' 2000x50 "$SLABLAB" -e "$engine") >"$tmp/out" 2>&1
}

# completes ENGINE [LINE...]: rows of standard input, "what is typed => the line it becomes"; <TAB> completes, <ALL> puts all
# candidates there. LINEs are typed before.
completes() {
    keys=() typed=() wanted=()
    while IFS= read -r row; do
        [ -n "$row" ] || continue
        typed+=("${row%% => *}") wanted+=("#${row#* => }")
        row=${row%% => *}
        row=${row//<TAB>/\\t}
        keys+=("${row//<ALL>/\\e*}\\e#")
    done
    engine=$1
    shift
    prompt "$engine" "${@/%/\\r}" "${keys[@]}" || fail "the prompt of $engine takes what is typed, and ends well" "$(cat "$tmp/out")"
    mapfile -s $# -t lines <"$history"
    for i in "${!typed[@]}"; do
        same "on $engine: ${typed[i]}" "${wanted[i]}" "${lines[i]}"
    done
}

# ---- commands ----

completes slub <<'EOF'
kmem_cache_si<TAB> => kmem_cache_size(
kmal<TAB> => kmalloc
kmalloc<ALL> => kmalloc kmalloc_node 
buddy<TAB> => buddyinfo 
p = kmem_cache_z<TAB> => p = kmem_cache_zalloc(
p=kzal<TAB> => p=kzalloc(
kf<TAB> => kfree(
p = kf<ALL> => p = kf
p = buddy<ALL> => p = buddy
repeat 3 kzal<TAB> => repeat 3 kzalloc(
v = repeat 3 kzal<TAB> => v = repeat 3 kzalloc(
repe<TAB> => repeat 
repeat k<ALL> => repeat k
repeat 3 rep<ALL> => repeat 3 rep
repeat 3 buddy<ALL> => repeat 3 buddy
__free<TAB> => __free_pages(
cp<TAB> => cpu 
cpu o<TAB> => cpu o
cpu o<ALL> => cpu offline online 
cpu off<TAB> => cpu offline 
cpu offline o<ALL> => cpu offline o
nonsense <ALL> => nonsense 
kmalloc(8) <ALL> => kmalloc(8) 
x<ALL> => x
EOF

# ---- the machine's names ----

completes slub 'kmem_cache_create(foo, 300)' 'kmem_cache_create(fool, 64)' 'first = kmem_cache_alloc(foo)' 'v = repeat 3 kmem_cache_alloc(foo)' \
    'kmem_cache_free(foo, v[1])' 'branch what-if' <<'EOF'
kmem_cache_alloc(fo<TAB> => kmem_cache_alloc(foo
kmem_cache_alloc(fo<ALL> => kmem_cache_alloc(foo fool 
kmem_cache_alloc fo<ALL> => kmem_cache_alloc foo fool 
kmem_cache_alloc("fool<TAB> => kmem_cache_alloc("fool"
kmem_cache_alloc(foo, GFP_K<TAB> => kmem_cache_alloc(foo, GFP_KERNEL
kmem_cache_alloc foo GFP_D<ALL> => kmem_cache_alloc foo GFP_DMA GFP_DMA32 
kmem_cache_alloc(foo, GFP_KERNEL|__GFP_Z<TAB> => kmem_cache_alloc(foo, GFP_KERNEL|__GFP_ZERO
kmem_cache_alloc foo GFP_KERNEL | __GFP_Z<TAB> => kmem_cache_alloc foo GFP_KERNEL | __GFP_ZERO
kmem_cache_alloc foo GFP_KERNEL G<ALL> => kmem_cache_alloc foo GFP_KERNEL G
kmem_cache_alloc(foo, GFP_KERNEL, G<ALL> => kmem_cache_alloc(foo, GFP_KERNEL, G
alloc_pages(GFP_H<ALL> => alloc_pages(GFP_HIGHUSER GFP_HIGHUSER_MOVABLE 
alloc_pages(GFP_KERNEL, <ALL> => alloc_pages(GFP_KERNEL, 
kmem_cache_free(foo, <ALL> => kmem_cache_free(foo, NULL first v 
kmem_cache_free foo <ALL> => kmem_cache_free foo NULL first v 
kmem_cache_free(foo, fi<TAB> => kmem_cache_free(foo, first
kmem_cache_free(foo, foo#<ALL> => kmem_cache_free(foo, foo#1.0 foo#1.1 foo#1.3 
kmem_cache_free(foo, foo#1.1<TAB> => kmem_cache_free(foo, foo#1.1
kmem_cache_free(foo, bar#<ALL> => kmem_cache_free(foo, bar#
kmem_cache_free_bulk(foo, first, v<TAB> => kmem_cache_free_bulk(foo, first, v
kfree(NU<TAB> => kfree(NULL
kmem_cache_create(<ALL> => kmem_cache_create(
kmem_cache_create(new, <ALL> => kmem_cache_create(new, 
kmem_cache_create(new, 8, 0, SLAB_H<TAB> => kmem_cache_create(new, 8, 0, SLAB_HWCACHE_ALIGN
kmem_cache_create(new, 8, 0, <ALL> => kmem_cache_create(new, 8, 0, SLAB_ACCOUNT SLAB_CACHE_DMA SLAB_CACHE_DMA32 SLAB_CONSISTENCY_CHECKS SLAB_DEBUG_FREE SLAB_DESTROY_BY_RCU SLAB_FAILSLAB SLAB_HWCACHE_ALIGN SLAB_MEM_SPREAD SLAB_NOLEAKTRACE SLAB_PANIC SLAB_POISON SLAB_RECLAIM_ACCOUNT SLAB_RED_ZONE SLAB_STORE_USER SLAB_TEMPORARY SLAB_TRACE SLAB_TYPESAFE_BY_RCU 
kmem_cache_create(new, 8, 0, 0, <ALL> => kmem_cache_create(new, 8, 0, 0, ctor 
kmem_cache_create(new, 8, 0, 0, ctor, <ALL> => kmem_cache_create(new, 8, 0, 0, ctor, 
show foo<ALL> => show foo fool 
slabinfo fool<TAB> => slabinfo fool
watch <ALL> => watch * dma-kmalloc-128 dma-kmalloc-16 dma-kmalloc-192 dma-kmalloc-1k dma-kmalloc-256 dma-kmalloc-2k dma-kmalloc-32 dma-kmalloc-4k dma-kmalloc-512 dma-kmalloc-64 dma-kmalloc-8 dma-kmalloc-8k dma-kmalloc-96 foo fool kmalloc-128 kmalloc-16 kmalloc-192 kmalloc-1k kmalloc-256 kmalloc-2k kmalloc-32 kmalloc-4k kmalloc-512 kmalloc-64 kmalloc-8 kmalloc-8k kmalloc-96 kmalloc-rcl-128 kmalloc-rcl-16 kmalloc-rcl-192 kmalloc-rcl-1k kmalloc-rcl-256 kmalloc-rcl-2k kmalloc-rcl-32 kmalloc-rcl-4k kmalloc-rcl-512 kmalloc-rcl-64 kmalloc-rcl-8 kmalloc-rcl-8k kmalloc-rcl-96 kmem_cache kmem_cache_node 
pages <ALL> => pages DMA DMA32 
hexdump foo#<ALL> => hexdump foo#1.0 foo#1.1 foo#1.3 
x fi<TAB> => x first
owners <ALL> => owners first v 
translate fi<TAB> => translate first
who foo<ALL> => who foo fool 
who first foo<ALL> => who first foo
expect foo<ALL> => expect foo fool 
find <ALL> => find bytes reused slabs 
find slabs foo<ALL> => find slabs foo fool 
find bytes 41 in foo<ALL> => find bytes 41 in foo fool 
find bytes foo<ALL> => find bytes foo
break write fi<TAB> => break write first
break buddy_s<ALL> => break buddy_split 
break kmem_cache_cr<TAB> => break kmem_cache_create
break wri<TAB> => break write
goto <ALL> => goto end start 
diff --<TAB> => diff --patch
diff start <ALL> => diff start --patch end start 
switch <ALL> => switch main what-if 
undo <ALL> => undo 
step kmem_cache_alloc(fo<TAB> => step kmem_cache_alloc(foo
step p = kmem_cache_al<TAB> => step p = kmem_cache_alloc
step buddy<ALL> => step buddy
step 5 <ALL> => step 5 
inject slub_read<TAB> => inject slub_read_
inject slub_read_cpu kfr<TAB> => inject slub_read_cpu kfree(
inject slub_read_cpu:2 cpu 1 kmem_cache_free(foo, fi<TAB> => inject slub_read_cpu:2 cpu 1 kmem_cache_free(foo, first
inject slub_read_cpu <ALL> => inject slub_read_cpu DEFINE_PER_CPU __alloc_percpu __free_pages __get_dma_pages __get_free_pages alloc_pages alloc_pages_exact alloc_pages_node alloc_percpu cache_reap drain_all_pages drain_pages fill flush free_pages free_pages_exact free_percpu get_cpu_var get_zeroed_page kcalloc kfree kmalloc kmalloc_node kmap kmap_atomic kmem_cache_alloc kmem_cache_alloc_node kmem_cache_create kmem_cache_destroy kmem_cache_free kmem_cache_free_bulk kmem_cache_reap kmem_cache_shrink kmem_cache_size kmem_cache_zalloc krealloc ksize kunmap kunmap_atomic kzalloc kzfree page_address per_cpu per_cpu_ptr per_cpu_sum poke put_cpu_var read slabinfo_write this_cpu_add tune validate vfree virt_to_page vmalloc vmstat_update vzalloc write 
EOF

# ---- words of the program ----

completes slub <<'EOF'
machine <ALL> => machine arch= cpus= debug= hardened= l1= mem_mb= nodes= nomerge= random= seed= slub_debug= vmstat= 
machine s<ALL> => machine seed= slub_debug= 
machine cp<TAB> => machine cpus=
machine cpus=<ALL> => machine cpus=
machine cpus=4 vm<TAB> => machine cpus=4 vmstat=
machine arch=<ALL> => machine arch=i386 x86_64 
machine vmstat=<ALL> => machine vmstat=exact percpu 
rerun slub: har<TAB> => rerun slub: hardened=
engine <ALL> => engine all buddy buddy24 slab slab24 slub 
engine slab,slu<TAB> => engine slab,slub
recording <ALL> => recording calls events off 
compare c<TAB> => compare csv
sweep size=1..2 of bytes_p<TAB> => sweep size=1..2 of bytes_padding
sweep <ALL> => sweep 
explain fro<TAB> => explain frozen
explain GFP_A<ALL> => explain GFP_ATOMIC 
explain SLAB_H<TAB> => explain SLAB_HWCACHE_ALIGN
explain new_sl<TAB> => explain new_slab
help buddy<ALL> => help buddy_add buddy_add_tail buddy_merge buddy_split buddy_take buddyinfo 
help gf<TAB> => help gfp
apropos <ALL> => apropos 
export <ALL> => export cast dot events html schema script state svg timeline 
export st<TAB> => export state
export state st<TAB> => export state start.txt
export state --<ALL> => export state --cache --calls --dark --force --lines --pages --size --speed 
export svg --cache kmalloc-19<TAB> => export svg --cache kmalloc-192
import tr<TAB> => import traces/
import traces/<TAB> => import traces/one.txt
import "a tr<TAB> => import "a trace.txt"
import a<TAB> => import "a trace.txt"
import --<ALL> => import --force --strict 
replay --engine sl<ALL> => replay --engine slab slab24 slub 
replay --recording <ALL> => replay --recording calls events off 
replay tr<TAB> => replay traces/
check-geometry --arch <ALL> => check-geometry --arch i386 x86_64 
check-geometry --l<ALL> => check-geometry --l1 --live 
check-geometry --cpus <ALL> => check-geometry --cpus 
lesson <ALL> => lesson answer back check hint list new next quit reset solution start 
lesson sta<TAB> => lesson start
lesson start 02<TAB> => lesson start 02-buddy
lesson start 3<ALL> => lesson start 30-fork 31-slabinfo-buddyinfo 32-replay-a-trace 
lesson check fo<TAB> => lesson check foo.md
lesson next <ALL> => lesson next 
scenario fir<TAB> => scenario first
scenario first sl<ALL> => scenario first slab slab24 slub 
predict <ALL> => predict off on 
drill <ALL> => drill again arrays frames geometry inverse kmalloc lists merges mixed objects pages splits stop zones 
drill lists --<ALL> => drill lists --answers --engine --seed 
drill lists --engine bu<ALL> => drill lists --engine buddy buddy24 
restore <ALL> => restore forget list 
echo <ALL> => echo off on 
kfree(tr<ALL> => kfree(tr
show tr<ALL> => show tr
EOF

# ---- other machines ----

completes slab24 <<'EOF'
kmem_cache_create(new, 8, 0, 0, ctor, <TAB> => kmem_cache_create(new, 8, 0, 0, ctor, dtor
kmem_cache_alloc(size-64<ALL> => kmem_cache_alloc(size-64 size-64(DMA) 
kmem_cache_create(new, 8, 0, SLAB_<ALL> => kmem_cache_create(new, 8, 0, SLAB_CACHE_DMA SLAB_DEBUG_FREE SLAB_DEBUG_INITIAL SLAB_HWCACHE_ALIGN SLAB_MUST_HWCACHE_ALIGN SLAB_NO_REAP SLAB_POISON SLAB_RED_ZONE 
cache_re<TAB> => cache_reap(
machine s<ALL> => machine seed= smp= 
machine vm<ALL> => machine vm
EOF
completes buddy24 <<'EOF'
show <ALL> => show 
kmem_cache_alloc(<ALL> => kmem_cache_alloc(
alloc_pages(GFP_A<TAB> => alloc_pages(GFP_ATOMIC
machine s<ALL> => machine seed= smp= 
EOF
completes all <<'EOF'
kmem_cache_create(new, 8, 0, SLAB_N<ALL> => kmem_cache_create(new, 8, 0, SLAB_NOLEAKTRACE SLAB_NO_REAP 
kmalloc(8, GFP_NF<ALL> => kmalloc(8, GFP_NFS 
watch size-32<ALL> => watch size-32 size-32(DMA) size-32768 size-32768(DMA) 
machine s<ALL> => machine seed= slub_debug= smp= 
EOF

# ---- what the screen shows ----

prompt slub 'kmem_cache_create(foo, 300)\r' 'kmem_cache_create(fool, 64)\r' 'show fo\t\t\t\e#'
check "Tab, where it can go no further, lists what could stand there" grep -qx "foo  *fool *$(printf '\r')" "$tmp/screen"

# ---- Ctrl-C, Ctrl-D, signals: ptyrun sees whether the terminal's modes are as before ----

typed() { "$ptyrun" -t 60 -o "$tmp/screen" -w $'\nslub> ' "$@"; }

rm -f "$history"
typed -i 'kmalloc(1' -w '(1' -i '\cC' -w $'\nslub> ' -i 'p = kmalloc(8)\r' -w 'p = kmalloc-8' -w $'\nslub> ' -i '\cD' 80x24 "$SLABLAB"
same "Ctrl-D leaves" 0 $?
same "Ctrl-C takes the line away, and nothing of it is run" 'p = kmalloc(8)' "$(cat "$history")"
check "one Ctrl-C says nothing" refuses grep -q leaves "$tmp/screen"
typed -i '\cC' -w $'\nslub> ' -i '\cC' -w '(Ctrl-D or `quit` leaves.)' -w $'\nslub> ' -i 'quit\r' 80x24 "$SLABLAB"
same "the second of them says how one leaves" 0 $?
typed -i '\cC' -w $'\nslub> ' -i 'cpu 0\r' -w $'\nslub> ' -i '\cC' -w $'\nslub> ' -i 'quit\r' 80x24 "$SLABLAB"
check "one behind a command is a first one again" refuses grep -q leaves "$tmp/screen"
typed -i 'repeat 100000000 kmalloc(8)\r' -w '\n' -i '\cC' -w 'calls were made' -w $'\nslub> ' -i '\cD' 80x24 "$SLABLAB"
same "Ctrl-C stops a command, and the prompt goes on" 0 $?

for signal in 1 3 15; do
    typed -i 'kmalloc(1' -w '(1' -s $signal 80x24 "$SLABLAB"
    same "signal $signal at the prompt ends it as signals do, and the terminal is restored" $((128 + signal)) $?
done
INPUTRC=/dev/null "$ptyrun" -t 60 -o "$tmp/screen" -w 'slub> ' -i 'kmalloc(1' -w '(1' -s 15 80x24 "$SLABLAB"
same "so does one where pasting is marked" 143 $?
check "which ends with it" sh -c "tail -c 20 '$tmp/screen' | grep -q '2004l'"
PS1='% ' "$ptyrun" -t 60 -o "$tmp/screen" -w '% ' -i "'$SLABLAB'\r" -w 'slub> ' -i 'kmalloc(1' -w '(1' -i '\cZ' -w topped -w '% ' -i 'fg\r' \
    -w 'slub> kmalloc(1' -i '0)\r' -w 'kmalloc-16#' -w 'slub> ' -i 'quit\r' -w '% ' -i 'exit\r' 80x24 bash --norc --noprofile -i
same "Ctrl-Z gives the shell its terminal, and the line is there again when the prompt goes on" 0 $?
typed -i 'kmalloc(1' -w '(1' -x 80x24 "$SLABLAB"
same "a terminal that hangs up ends it" 129 $?

finish
