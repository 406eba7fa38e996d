/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/placement.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

#define SPLIT_FROM 3u /* CPUs */

int placement_decide(const char *wanted, const struct topology *topology, struct placement *ret, struct error *err)
{
	bool can = strcmp(topology->policy, "none") != 0;
	bool split = !strcmp(wanted, "split");

	*ret = (struct placement){.policy = "none", .topology = *topology};
	if (split && !can)
		return error_host(err, "--placement split: it takes two CPUs that this program may use; auto does "
				       "without");
	if (split || (can && !strcmp(wanted, "auto") && topology->cpu_count >= SPLIT_FROM))
		(void)snprintf(ret->policy, sizeof(ret->policy), "%s", topology->policy);
	else
		(void)snprintf(ret->reason, sizeof(ret->reason), "%s",
			       !strcmp(wanted, "none") ? "none was asked for"
			       : can ? "with two CPUs a split costs more than it steadies; --placement split makes one"
				     : "there is one CPU");
	return 0;
}

int placement_choose(const char *wanted, struct placement *ret, struct error *err)
{
	struct topology topology = {.policy = "none"};

	if (topology_read(&topology, err) < 0)
		topology = (struct topology){.policy = "none"};
	return placement_decide(wanted, &topology, ret, err);
}

const char *placement_subject_cpus(const struct placement *placement)
{
	return strcmp(placement->policy, "none") ? placement->topology.subject_cpus : NULL;
}

int placement_enter(struct placement *placement, struct start_client *keeper, struct error *err)
{
	struct start_status status = {0};

	if (!placement_subject_cpus(placement))
		return 0;
	if (sched_getaffinity(0, sizeof(placement->before), &placement->before) < 0)
		return error_errno(err, errno, "cannot read this program's CPUs");
	int rc = keeper ? start_status(keeper, &status, err) : 0;

	if (!rc)
		rc = topology_bind(0, placement->topology.housekeeping_cpus, err);
	placement->entered = !rc;
	if (!rc && keeper)
		rc = topology_bind(status.keeper.pid, placement->topology.subject_cpus, err);
	if (rc < 0)
		placement_leave(placement);
	return rc;
}

void placement_leave(struct placement *placement)
{
	if (placement->entered)
		(void)sched_setaffinity(0, sizeof(placement->before), &placement->before);
	placement->entered = false;
}

void placement_describe(const struct placement *placement, struct json *host)
{
	const struct json *facts = json_get(host, "placement");
	struct json *object = facts ? json_copy(facts) : json_object();

	json_add_text(object, "policy", placement->policy);
	json_add_text(object, "reason", *placement->reason ? placement->reason : NULL);
	json_add_text(object, "drawing", *placement->topology.drawing ? placement->topology.drawing : NULL);
	json_add_text(object, "by", placement_subject_cpus(placement) ? "affinity" : NULL);
	json_add(host, "placement", object);
}

static void add_thread(const char *name, cpu_set_t *all)
{
	cpu_set_t one;

	if (*name != '.' && !sched_getaffinity((pid_t)strtol(name, NULL, 10), sizeof(one), &one))
		CPU_OR(all, all, &one);
}

void placement_read(pid_t pid, char *text, size_t size)
{
	cleanup_free char *path = alloc_format("/proc/%d/task", (int)pid);
	DIR *folder = pid > 0 ? opendir(path) : NULL;
	cpu_set_t all;

	CPU_ZERO(&all);
	for (const struct dirent *entry; folder && (entry = readdir(folder));)
		add_thread(entry->d_name, &all);
	if (folder)
		(void)closedir(folder);
	topology_list(&all, text, size);
}
