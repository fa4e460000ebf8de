/* SPDX-License-Identifier: GPL-3.0-or-later
 * Counters of a zone. Models mm/vmstat.c of 4.0: each CPU keeps small differences to itself and adds them to the zone's
 * counter when they pass a threshold, so what the watermarks see may be a little stale.
 *
 * V1  zone->free_pages plus all CPUs' vm_stat_diff[NR_FREE_PAGES] is the number of pages in the free lists.
 * V2  With vmstat=exact (and in 2.4) all differences are 0. */
#include "core/mm/names.h"

#include "core/event/emit.h"
#include "core/mm/policy.h"

static void zone_page_state_add(struct zone *zone, enum zone_stat_item item, long delta)
{
	if (item == NR_FREE_PAGES)
		SET(zone->free_pages, zone->free_pages + (unsigned long)delta);
	else
		SET(zone->alloc_batch, zone->alloc_batch + delta);
}

void mod_zone_page_state(struct machine *m, struct zone *zone, enum zone_stat_item item, long delta)
{
	struct per_cpu_pages *pcp = zone->pcp[smp_processor_id(m)];
	long diff;

	if (!m->config.vmstat_percpu) {
		zone_page_state_add(zone, item, delta);
		return;
	}
	diff = delta + pcp->vm_stat_diff[item];
	if (diff > pcp->stat_threshold || diff < -pcp->stat_threshold) {
		zone_page_state_add(zone, item, diff);
		EMIT(m, vmstat_fold, zone_id(zone), (uint64_t)diff);
		diff = 0;
	}
	SET(pcp->vm_stat_diff[item], (int)diff);
}

long zone_page_state(const struct zone *zone, enum zone_stat_item item)
{
	long value = item == NR_FREE_PAGES ? (long)zone->free_pages : zone->alloc_batch;

	return item == NR_FREE_PAGES && value < 0 ? 0 : value;
}

long zone_page_state_snapshot(const struct machine *m, const struct zone *zone, enum zone_stat_item item)
{
	long value = item == NR_FREE_PAGES ? (long)zone->free_pages : zone->alloc_batch;

	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
		if (zone->pcp[cpu])
			value += zone->pcp[cpu]->vm_stat_diff[item];
	return value;
}

/* How far one CPU's count may be off: grows with the number of CPUs and the zone's size. */
static int normal_threshold(const struct machine *m, const struct zone *zone)
{
	uint64_t chunks = zone->managed_pages >> (27 - 12);     /* of 128 MB */
	int cpu_bits = 64 - __builtin_clzl(m->config.cpus), chunk_bits = chunks ? 64 - __builtin_clzl(chunks) : 0;
	int threshold = 2 * cpu_bits * (1 + chunk_bits);

	return threshold < 125 ? threshold : 125;
}

/* With vmstat=exact the thresholds are 0: every change goes to the zone's counter at once. */
void refresh_zone_stat_thresholds(struct machine *m)
{
	if (!m->config.vmstat_percpu)
		return;
	for_each_zone(m, zone) {
		int threshold = normal_threshold(m, zone);
		unsigned long drift = m->config.cpus * (unsigned long)threshold;

		for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++)
			SET(zone->pcp[cpu]->stat_threshold, threshold);
		SET(zone->percpu_drift_mark, drift > zone->pages_low - zone->pages_min ? zone->pages_high + drift : 0);
	}
}

/* This CPU adds its differences to the counters; what it keeps of another node's zones goes back, a batch at
 * a time, when they rested. */
static void refresh_zone(struct machine *m, struct zone *zone, unsigned int cpu)
{
	struct per_cpu_pages *pcp = zone->pcp[cpu];

	for (int item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
		long diff = pcp->vm_stat_diff[item];

		if (!diff)
			continue;
		SET(pcp->vm_stat_diff[item], 0);
		zone_page_state_add(zone, item, diff);
		EMIT(m, vmstat_fold, zone_id(zone), (uint64_t)diff);
		SET(pcp->expire, 3);
	}
	if (!pcp->expire || !pcp->count)
		return;
	SET(pcp->expire, zone->node == cpu % m->config.nodes ? 0 : pcp->expire - 1);
	if (!pcp->expire && zone->node != cpu % m->config.nodes)
		drain_zone_pages(m, zone, pcp);
}

void vmstat_update(struct machine *m)
{
	FRAME(m);
	if (m->era == ERA_24)
		return;
	for_each_zone(m, zone)
		refresh_zone(m, zone, smp_processor_id(m));
}
