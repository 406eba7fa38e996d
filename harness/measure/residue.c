/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/residue.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/measure/traces.h"
#include "harness/model/runtime.h"

void residue_remember(struct residue *residue, const struct instance *in)
{
	if (in->pid > 0)
		counters_find(in->pid, *in->group ? in->group : in->name, &residue->cgroups);
}

static void residue_add(char *text, size_t size, const char *what, const char *which)
{
	size_t used = strlen(text);

	(void)snprintf(text + used, size - used, "%s%s %s", used ? "; " : "", what, which);
}

static bool process_lives(const struct instance *in)
{
	struct pollfd pidfd = {.fd = in->pidfd, .events = POLLIN};

	return in->pidfd >= 0 && poll(&pidfd, 1, 0) == 0;
}

/* Where no process was ever known there may be one all the same: half a guest. */
static void residue_search(const struct instance *in, char *text, size_t size)
{
	struct traces traces = {0};

	traces_find_processes(in->name, places_runtime(), &traces);
	traces_find_cgroups(in->name, TRACES_CGROUP_ROOT, &traces);
	for (size_t i = 0; i < traces.count; i++)
		residue_add(text, size, traces.all[i].kind == TRACE_PROCESS ? "process" : "cgroup",
			    traces.all[i].which);
	free(traces.all);
}

void residue_check(const struct residue *residue, const struct instance *in, char *text, size_t size)
{
	cleanup_free char *mounts = file_read("/proc/self/mountinfo", NULL, NULL);
	char number[24], known[160] = "";

	text[0] = '\0';
	(void)snprintf(number, sizeof(number), "%d", (int)in->pid);
	if (process_lives(in))
		residue_add(text, size, "process", number);
	for (unsigned i = 0; i < residue->cgroups.count; i++)
		if (file_exists(residue->cgroups.folders[i].path))
			residue_add(text, size, "cgroup", residue->cgroups.folders[i].path);
	if (in->pid <= 0 && in->subject->runtime->kind != RUNTIME_MOCK)
		residue_search(in, text, size);
	if (in->subject->runtime->remains)
		in->subject->runtime->remains(in, known, sizeof(known));
	if (*known)
		residue_add(text, size, "in the engine:", known);
	if (file_exists(in->storage))
		residue_add(text, size, "storage", in->storage);
	if (file_exists(in->socket))
		residue_add(text, size, "socket", in->socket);
	if (mounts && strstr(mounts, in->name))
		residue_add(text, size, "mount of", in->name);
}
