#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# dict.sh SLABLAB: the program's own words as a dictionary of libFuzzer, from its tables. What stands in its manual cannot be
# missing here.
slablab=$1

table() { "$slablab" -c "manual $1"; }
{
    table commands | awk -F'\t' '$1 == "command" { sub(/[ (].*/, "", $2); print $2 "(" ; print $2 " "; if ($6 != "") print $6 }'
    table machine | awk -F'\t' '{ print $1 "=" }'
    table events | awk -F'\t' '$1 == "event" { print $2 }'
    table lesson | awk -F'\t' '{ print "```" $1 }'
    "$slablab" -c 'help gfp' | awk '/^[_A-Z]/ { print $1 }'
    "$slablab" -c 'help flags' | awk '/^[_A-Z]/ { print $1 }'
    "$slablab" -c 'export help' -c 'help export' -k 2>/dev/null | tr -c 'a-z-' '\n' | grep -E '^--?[a-z]|^(state|events|timeline|script|html|svg|dot|cast|schema)$'
    printf '%s\n' '-e all' '-e slab24' '-e slab' '-e buddy24' '-e buddy' 'engine all' '$1' '$' '[0..3]' 'foo#1.0' 'foo#1' '--force' \
        '0x' 'repeat 8 ' 'start' 'end' '18446744073709551615' '-1' 'zones[DMA].free' 'count(foo.partial)' 'foo.num' '==' '<=' \
        '<!-- expect ' ' -->' 'answer: ' 'because: ' 'run: ' 'format: 1' 'title: ' 'engine: ' 'machine: ' '- [x] ' '- [ ] ' 'expect '
    printf '%s\n' kmem:kmalloc: kmem:kfree: kmem:kmem_cache_alloc: kmem:kmem_cache_free: kmem:mm_page_alloc: kmem:mm_page_free: \
        call_site= ptr=0x ptr= bytes_req= bytes_alloc= gfp_flags= name= node= pfn=0x page= order= migratetype= accounted= \
        'slabinfo - version: 2.1' 'slabinfo - version: 1.1' ' : tunables ' ' : slabdata ' 'Node 0, zone ' 'Normal '
} | sort -u | sed 's/[\\"]/\\&/g; s/.*/"&"/'
