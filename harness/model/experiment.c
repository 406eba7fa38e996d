/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/experiment.h"

#include <assert.h>
#include <string.h>

/* What ends a ramp beside the host's own guards. */
#define RAMP_OPTIONS(instances, bytes, wide, knee)                                                          \
	{"instances_max", 1, 10000, instances, "no more instances at once than these"},                            \
	{"bytes_max", 1 << 20, 1ull << 46, bytes, "no more once the footprint of all has come to this"},           \
	{"concurrency", 1, 64, 1, "how many are started at the same time"},                                        \
	{"concurrency_wide", 0, 64, wide, "the same in a second ramp of each turn, where it is more; 0: the CPUs"}, \
	{"knee_ends", 0, 1, knee, "1: end where the last five starts took twice as long as the first five"}

static const struct experiment_option memory_options[] = {RAMP_OPTIONS(1000, 1ull << 30, 1, 0), {0}};
static const struct experiment_option density_options[] = {RAMP_OPTIONS(100, 1ull << 46, 0, 1), {0}};

static const struct experiment_option touch_options[] = {
	{"bytes", 4096, 1ull << 40, 64 << 20, "how much memory the payload holds"},
	{0},
};

/* Method R4.2 and R4.3; what is slower than limit_ms is measured with less, and what is faster than floor_ms not. */
static const struct experiment_option work_options[] = {
	{"iterations", 1, 20, 5, "iterations of each workload that count, in each instance"},
	{"warmup", 0, 4, 1, "iterations before them that do not"},
	{"goal_ms", 1, 10000, 200, "how long one iteration takes at least in the fastest subject"},
	{"limit_ms", 10, 600000, 20000, "how long one may take in the slowest: if it took longer, all do less"},
	{"floor_ms", 1, 1000, 20, "less than this in the fastest would be noise: the slow subject is left out instead"},
	{"patience_ms", 100, 600000, 60000, "how long one that hangs lives, beyond what it should take"},
	{0},
};

static const struct experiment_option layers_options[] = {
	{"layers", 1, 30, 8, "how many layers are committed, one upon another"},
	{"bytes", 1, 4096, 4096, "how large the file is that is new in each"},
	{0},
};

static const struct experiment_option distribution_options[] = {
	{"bytes", 1, 4096, 4096, "how large the file is that is new in the changed image"},
	{0},
};

static const struct experiment_option exec_options[] = {
	{"commands", 2, 100, 6, "how many commands are run in each instance, one after the other"},
	{0},
};

static const struct experiment_option disk_options[] = {
	{"bytes", 1, 64 << 20, 1 << 20, "how much the payload writes into a new file"},
	{0},
};

static const struct experiment_option limit_options[] = {
	{"trials", 1, 100, 3, "so many starts must get ready with a limit that works"},
	{"step_bytes", 4096, 1ull << 30, 1 << 20, "limits closer together are not told apart"},
	{0},
};

const struct experiment_spec experiment_specs[] = {
	{"memory", "more and more instances: how much memory each further one takes of the host", memory_options},
	{"density", "how many instances run at once, and what the last of them costs", density_options},
	{"limit", "the smallest memory limit with which the payload still gets ready", limit_options},
	{"touch", "memory that the payload holds and gives back, seen by every lens", touch_options},
	{"disk", "what all instances share on disk, and what each has of its own: ready, idle, after work",
	 disk_options},
	{"cow", "the first and the second write to a file of the image: how long it takes, what it allocates", NULL},
	{EXPERIMENT_WORK, "identical work in every subject: what each operation costs", work_options},
	{"layers", "a small change committed again and again: what each layer costs, what they share", layers_options},
	{"distribution", "an image pushed to a registry on loopback, pulled and started; and again with a small change",
	 distribution_options},
	{"exec", "one command inside of an instance that runs: the first, and each further one", exec_options},
};

const size_t experiment_spec_count = sizeof(experiment_specs) / sizeof(experiment_specs[0]);

const struct experiment_spec *experiment_spec_find(const char *name)
{
	for (size_t i = 0; i < experiment_spec_count; i++)
		if (!strcmp(experiment_specs[i].name, name))
			return &experiment_specs[i];
	return NULL;
}

void experiment_choose(struct experiment_choice *choice, const struct experiment_spec *spec)
{
	*choice = (struct experiment_choice){.spec = spec};
	for (size_t i = 0; spec->options && spec->options[i].name; i++)
		choice->numbers[i] = spec->options[i].fallback;
}

uint64_t experiment_number(const struct experiment_choice *choice, const char *option)
{
	const struct experiment_option *options = choice->spec->options;

	for (size_t i = 0; options && options[i].name; i++)
		if (!strcmp(options[i].name, option))
			return choice->numbers[i];
	assert(!"an option that the experiment has");
	return 0;
}
