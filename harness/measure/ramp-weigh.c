/* SPDX-License-Identifier: Apache-2.0 */
/* What all instances of a ramp take together. */
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/start.h"
#include "harness/measure/counters.h"
#include "harness/measure/daemons.h"
#include "harness/measure/memory.h"
#include "harness/measure/ramp.h"
#include "harness/model/runtime.h"

static int64_t known_or_0(int64_t number)
{
	return number == UNKNOWN ? 0 : number;
}

/*
 * Those that serve all instances: what they grow by is the instances'. The manager of guests works inside the harness
 * where no daemon of its own is known; for other subjects the harness's growth is its own book-keeping and not theirs.
 */
int64_t ramp_daemons_bytes(const struct ramp *ramp)
{
	const struct run *run = ramp->turn->attempts->run;
	struct start_status status;
	const struct subject *subject = ramp->turn->subject;
	bool inside = subject->runtime->kind == RUNTIME_VM && !subject->daemon_count;
	int64_t total = (inside ? hostmem_process_pss(getpid()) : 0) + known_or_0(daemons_pss_bytes(subject));

	if (run->keeper && start_status(run->keeper, &status, NULL) >= 0) {
		total += hostmem_process_pss(status.keeper.pid);
		for (size_t i = 0; i < START_LANES_MAX && status.starters[i].pid; i++)
			total += hostmem_process_pss(status.starters[i].pid);
	}
	return total;
}

static int64_t cpu_of_both(const struct ramp *ramp)
{
	int64_t keeper_ns = ramp->keeper ? hostmem_process_cpu_ns(ramp->keeper) : 0;

	return hostmem_process_cpu_ns(getpid()) + keeper_ns;
}

void ramp_harness_begin(struct ramp *ramp)
{
	struct start_client *keeper = ramp->turn->attempts->run->keeper;
	struct start_status status;

	if (keeper && start_status(keeper, &status, NULL) >= 0)
		ramp->keeper = status.keeper.pid;
	ramp->harness_first = hostmem_process_anon(getpid());
	ramp->cpu_first_ns = cpu_of_both(ramp);
}

int64_t ramp_harness_cpu_ns(const struct ramp *ramp)
{
	return cpu_of_both(ramp) - ramp->cpu_first_ns - ramp->cpu_weighing_ns;
}

/* What all instances together have charged to their cgroups, keep in the page cache, and used of the CPU. */
struct totals {
	int64_t pss, cgroup_kernel, private_cache, cpu_ns;
};

static struct totals totals_read(const struct ramp *ramp, bool cpu_only)
{
	struct totals totals = {0};

	for (size_t i = 0; i < ramp->count; i++) {
		struct ramp_member *member = ramp->members[i];
		struct counters_memory memory;

		for (size_t k = 0; k < member->pid_count; k++) {
			totals.cpu_ns += hostmem_process_cpu_ns(member->pids[k]);
			if (!cpu_only)
				totals.pss += hostmem_process_pss(member->pids[k]);
		}
		if (cpu_only)
			continue;
		counters_read_memory(&member->attempt.residue.cgroups, &memory);
		totals.cgroup_kernel += known_or_0(memory.kernel);
		totals.private_cache += known_or_0(memory_cached_bytes(member->attempt.in.storage));
	}
	return totals;
}

static int64_t sec_growth(const struct ramp *ramp, const struct hostmem *now)
{
	return now->sec_pagetables == UNKNOWN || ramp->first.sec_pagetables == UNKNOWN
		       ? 0
		       : now->sec_pagetables - ramp->first.sec_pagetables;
}

/* One point, after the newest has settled. */
void ramp_weigh(struct ramp *ramp)
{
	uint64_t settle_ns = ramp->turn->attempts->scenario->settle_min_ns, begin_ns = clock_now_ns();
	int64_t cpu_begin_ns = ramp_harness_cpu_ns(ramp);
	struct totals before = totals_read(ramp, true);
	struct hostmem now;

	if (ramp->count)
		(void)channel_wait(ramp->members[0]->attempt.channel, CHANNEL_INTERRUPTED, begin_ns + settle_ns);
	uint64_t waited_ns = clock_now_ns() - begin_ns;
	struct totals totals = totals_read(ramp, false);
	int64_t daemons = ramp_daemons_bytes(ramp) - ramp->daemons_first;

	hostmem_read(&now);
	int64_t kernel = now.kernel - ramp->first.kernel, sec = sec_growth(ramp, &now);
	int64_t footprint = totals.pss + kernel + sec + totals.private_cache + daemons;
	const struct {
		const char *key;
		int64_t number;
	} rows[] = {
		{"n", (int64_t)ramp->count},
		{"settle_ns", (int64_t)waited_ns},
		{"pss_bytes", totals.pss},
		{"kernel_bytes", kernel},
		{"cgroup_kernel_bytes", totals.cgroup_kernel},
		{"sec_pagetables_bytes", sec},
		{"private_cache_bytes", totals.private_cache},
		{"daemons_bytes", daemons},
		{"footprint_bytes", footprint},
		{"mem_available_bytes", ramp->first.available - now.available},
		{"harness_bytes", hostmem_process_anon(getpid()) - ramp->harness_first},
		{"swap_bytes", now.swap_used - ramp->first.swap_used},
		{"ksm_shared_bytes", now.ksm_shared},
		{"idle_cpu_ns", totals.cpu_ns - before.cpu_ns},
	};
	struct json *record = ramp_begin_record(ramp, "point");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		experiment_add_known(record, rows[i].key, rows[i].number);
	(void)experiment_record(ramp->turn, record);
	ramp->cpu_weighing_ns += ramp_harness_cpu_ns(ramp) - cpu_begin_ns;
	if (!ramp->reason && footprint >= (int64_t)experiment_number(ramp->turn->choice, "bytes_max"))
		ramp->reason = "bytes_max";
}
