/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instance takes on disk (method 3): what all share, what is its own when ready, when idle and after its
 * payload has written, each block counted once. One fresh instance a turn.
 *
 * Record "row": row (R3.3: image_transfer, image_base, boot_artefacts, platform, instance_created, instance_idle,
 * instance_after_work), in bytes allocated, apparent, unique (what no row before it holds too; this is what adds up)
 * and shared (in extents that another file has too: reflinks); files_count; of the instance's rows written_bytes and
 * filesystem_bytes (by how much the whole file system grew since before the request: a cross-check).
 * image_transfer has apparent_bytes alone, and is read in the first counted turn.
 */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"
#include "harness/measure/attempt-steps.h"
#include "harness/measure/disk.h"
#include "harness/measure/experiment.h"
#include "harness/measure/extents.h"

#define ANSWER_WAIT_NS 60000000000u
#define PACK_WAIT_NS 300000000000u
#define WORK_FILE "/tare-work"

/* The rows that are no one instance's, in the order in which blocks are counted. */
static const struct {
	enum disk_row row;
	const char *name;
} shared_rows[] = {
	{DISK_BASE, "image_base"},
	{DISK_BOOT, "boot_artefacts"},
	{DISK_PLATFORM, "platform"},
};

/** One turn. */
struct weighing {
	struct experiment_turn *turn;
	struct attempt *attempt;
	struct extents shared; /* the blocks of what is no one instance's */
	int64_t filesystem_first;
};

/* Of the file system that the instances' layers lie on; UNKNOWN. */
static int64_t filesystem_used(const struct weighing *w)
{
	const char *storage = w->turn->attempts->run->storage;
	struct statvfs st;

	disk_sync(storage);
	return statvfs(storage, &st) < 0 ? UNKNOWN : (int64_t)(st.f_blocks - st.f_bfree) * (int64_t)st.f_frsize;
}

/* All paths of one row. False: one of them cannot be read. */
static bool row_weigh(const struct costs *costs, enum disk_row row, struct extents *extents,
		      struct extents_usage *usage)
{
	bool known = true;

	for (size_t i = 0; i < costs->path_count; i++) {
		if (costs->paths[i].row != row)
			continue;
		if (row == DISK_INSTANCE)
			disk_sync(costs->paths[i].path);
		known &= file_exists(costs->paths[i].path) && !extents_add(extents, costs->paths[i].path, usage);
	}
	return known;
}

static struct json *row_record(struct weighing *w, const char *name, bool known, const struct extents_usage *usage)
{
	struct json *record = experiment_begin_record(w->turn, "row");

	json_add_text(record, "row", name);
	experiment_add_known(record, "allocated_bytes", known ? usage->allocated : UNKNOWN);
	experiment_add_known(record, "apparent_bytes", known ? usage->apparent : UNKNOWN);
	experiment_add_known(record, "unique_bytes", known ? usage->unique : UNKNOWN);
	experiment_add_known(record, "shared_bytes", known ? usage->shared : UNKNOWN);
	experiment_add_known(record, "files_count", known ? usage->files : UNKNOWN);
	return record;
}

static bool weigh_shared(struct weighing *w)
{
	for (size_t i = 0; i < sizeof(shared_rows) / sizeof(shared_rows[0]); i++) {
		struct extents_usage usage = {0};
		bool known = row_weigh(&w->attempt->costs, shared_rows[i].row, &w->shared, &usage);

		if (!experiment_record(w->turn, row_record(w, shared_rows[i].name, known, &usage)))
			return false;
	}
	return true;
}

/* Its own blocks are held against a copy of the shared ones: at the next point they are its own again. */
static bool weigh_instance(struct weighing *w, const char *name, uint64_t written)
{
	struct extents_usage usage = {0};
	struct extents known_blocks = {.count = w->shared.count};

	known_blocks.all = alloc_zero(w->shared.count + 1, sizeof(*known_blocks.all));
	(void)memcpy(known_blocks.all, w->shared.all, w->shared.count * sizeof(*w->shared.all));
	bool known = row_weigh(&w->attempt->costs, DISK_INSTANCE, &known_blocks, &usage);

	extents_release(&known_blocks);
	int64_t used = filesystem_used(w);
	struct json *record = row_record(w, name, known, &usage);

	json_add_int(record, "written_bytes", (int64_t)written);
	experiment_add_known(record, "filesystem_bytes",
			     used == UNKNOWN || w->filesystem_first == UNKNOWN ? UNKNOWN : used - w->filesystem_first);
	return experiment_record(w->turn, record);
}

/* What has to be shipped, in one archive, as layers are: tar and gzip. UNKNOWN: it could not be made. */
static int64_t packed_bytes(const struct weighing *w)
{
	const struct costs *costs = &w->attempt->costs;
	cleanup_free char *file = alloc_format("%s/%s.tgz", w->turn->attempts->run->storage, w->attempt->in.name);
	cleanup_free char *option = alloc_format("--file=%s", file);
	const char *arguments[COSTS_PATHS_MAX + 12] = {"tar",	    "--create",	   "--gzip",  option,
						       "--sort=name", "--owner=0", "--group=0", "--mtime=@0",
						       "--absolute-names", "--one-file-system"};
	size_t count = 10, least = count;
	struct stat st = {0};

	for (size_t i = 0; i < costs->path_count; i++)
		if (costs->paths[i].row == DISK_BASE || costs->paths[i].row == DISK_BOOT)
			arguments[count++] = costs->paths[i].path;
	struct spawn_program program = {.arguments = arguments, .timeout_ns = PACK_WAIT_NS};
	struct error err;

	if (count == least)
		return 0;
	bool made = !spawn_run(&program, &err) && !stat(file, &st);

	(void)unlink(file);
	return made ? (int64_t)st.st_size : UNKNOWN;
}

/* Once a run: it is the same for every instance. */
static bool weigh_transfer(struct weighing *w)
{
	if (w->turn->step->block != w->turn->attempts->scenario->blocks[BLOCK_EXPERIMENT].warmup)
		return true;
	int64_t bytes = packed_bytes(w);
	struct extents_usage usage = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};

	usage.apparent = bytes;
	return experiment_record(w->turn, row_record(w, "image_transfer", true, &usage));
}

/* False: it did not do it. */
static bool work(struct weighing *w, uint64_t bytes)
{
	char command[128], value[32];

	(void)snprintf(command, sizeof(command), PROTOCOL_COMMAND_WRITE " " WORK_FILE " 0 %llu",
		       (unsigned long long)bytes);
	if (!attempt_command(w->attempt, command, ANSWER_WAIT_NS))
		return false;
	if (!channel_fact(channel_text(w->attempt->channel), PROTOCOL_FACT_ERROR, value, sizeof(value)))
		return true;
	experiment_fail(w->turn, SAMPLE_START_ERROR, "disk", "the payload could not write %llu bytes: errno %s",
			(unsigned long long)bytes, value);
	return false;
}

static void disk_steps(struct experiment_turn *turn, struct attempt *a, void *data)
{
	struct weighing *w = data;
	uint64_t bytes = experiment_number(turn->choice, "bytes");
	const struct scenario *scenario = turn->attempts->scenario;

	w->attempt = a;
	if (!weigh_shared(w) || !weigh_instance(w, "instance_created", 0) || experiment_must_end(w->turn))
		return;
	uint64_t settled_ns = timeline_get(&w->attempt->timeline, EVENT_READY_OBS).t_ns + scenario->settle_min_ns;

	(void)channel_wait(w->attempt->channel, CHANNEL_INTERRUPTED | CHANNEL_EXITED, settled_ns);
	if (experiment_must_end(w->turn) || !weigh_instance(w, "instance_idle", 0))
		return;
	/* A subject without a layer of its own would write into the host. */
	if (costs_has_row(&w->attempt->costs, DISK_INSTANCE) &&
	    (!work(w, bytes) || !weigh_instance(w, "instance_after_work", bytes)))
		return;
	if (!experiment_must_end(w->turn))
		(void)weigh_transfer(w);
}

void experiment_disk(struct experiment_turn *turn)
{
	struct weighing w = {.turn = turn};

	w.filesystem_first = filesystem_used(&w);
	experiment_instance(turn, disk_steps, &w);
	extents_release(&w.shared);
}
