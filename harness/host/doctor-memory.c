/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of memory, page cache and file systems. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/host/doctor-checks.h"

#define MEMORY_WARN_BYTES (1024.0 * 1024 * 1024)
#define MEMORY_WARN_RATIO 0.15 /* the density ramps stop there as well */
#define SPACE_WARN_BYTES (2.0 * 1024 * 1024 * 1024)
#define SPACE_FAIL_BYTES (256.0 * 1024 * 1024)

void check_memory(const struct json *host, struct finding *ret)
{
	double total = check_number(host, "memory.total_bytes"),
	       available = check_number(host, "memory.available_bytes");
	char total_text[32], available_text[32];

	if (isnan(total) || isnan(available)) {
		check_unknown(ret, "The kernel does not say how much memory is available.");
		return;
	}
	bool strict = check_number(host, "memory.overcommit") == 2;
	bool low = available < MEMORY_WARN_BYTES || available < total * MEMORY_WARN_RATIO;

	check_size(total, total_text);
	check_size(available, available_text);
	check_value(ret, low || strict ? FINDING_WARN : FINDING_OK, "%s available of %s%s", available_text,
		    total_text, strict ? ", strict overcommit" : "");
	if (low)
		check_say(ret, "The kernel has to reclaim memory while samples run.",
			  "Stop what uses the memory and start again.");
	else if (strict)
		check_say(ret, "Guests and large processes are refused memory that they would never touch.",
			  "sudo sysctl -w vm.overcommit_memory=0");
}

void check_swap(const struct json *host, struct finding *ret)
{
	double swap = check_number(host, "memory.swap_bytes");
	char text[32];

	if (isnan(swap)) {
		check_unknown(ret, "The kernel does not say whether there is swap.");
	} else if (swap > 0) {
		check_size(swap, text);
		check_value(ret, FINDING_WARN, "%s", text);
		check_say(ret, "Memory of idle instances may be swapped out, and then counts as nothing.",
			  "sudo swapoff -a");
	} else {
		check_value(ret, FINDING_OK, "none");
	}
}

void check_thp(const struct json *host, struct finding *ret)
{
	const char *thp = check_text(host, "memory.thp"), *defrag = check_text(host, "memory.thp_defrag");
	const char *shmem = check_text(host, "memory.thp_shmem");

	if (!thp) {
		check_unknown(ret, "This kernel has no transparent huge pages.");
		return;
	}
	check_value(ret, FINDING_INFO, "%s, defrag %s, shmem %s", thp, defrag ? defrag : "unknown",
		    shmem ? shmem : "unknown");
	check_say(ret, "Huge pages round memory up to 2 MiB; QEMU asks for them with madvise.", "");
}

void check_ksm(const struct json *host, struct finding *ret)
{
	double run = check_number(host, "memory.ksm_run");

	if (isnan(run)) {
		check_value(ret, FINDING_OK, "not in this kernel");
	} else if (run == 1) {
		check_value(ret, FINDING_WARN, "on, %.0f pages shared",
			    check_number(host, "memory.ksm_pages_sharing"));
		check_say(ret,
			  "Equal pages of several guests are merged over minutes, so memory depends on how "
			  "long one waits.",
			  "sudo sh -c 'echo 0 > /sys/kernel/mm/ksm/run'");
	} else {
		check_value(ret, FINDING_OK, "off");
	}
}

/* What a file system does to the comparison; NULL: nothing. */
static const char *fs_objection(const char *fs)
{
	static const char *const objections[][2] = {
		{"tmpfs", "Images and writable layers would lie in memory: disk costs nothing there and "
			  "memory is counted twice."},
		{"ramfs", "Images and writable layers would lie in memory: disk costs nothing there and "
			  "memory is counted twice."},
		{"overlay", "An overlay's writable layer cannot lie on another overlay, so containers have "
			    "to use tmpfs."},
		{"nfs", "The times would be those of the network, and an overlay's writable layer cannot lie "
			"there."},
		{"nfs4", "The times would be those of the network, and an overlay's writable layer cannot "
			 "lie there."},
		{"cifs", "The times would be those of the network, and an overlay's writable layer cannot "
			 "lie there."},
		{"9p", "The times would be those of another file server, and an overlay's writable layer "
		       "cannot lie there."},
	};

	for (size_t i = 0; i < sizeof(objections) / sizeof(objections[0]); i++)
		if (!strcmp(fs, objections[i][0]))
			return objections[i][1];
	return NULL;
}

static void fs_judge(const struct json *row, double free_bytes, struct finding *ret)
{
	const char *objection = fs_objection(json_get_text(row, "fs", ""));

	if (!json_get_bool(row, "writable", true)) {
		ret->level = FINDING_FAIL;
		check_say(ret, "This user cannot write there, so neither instances nor results have a place.",
			  "Name another folder with --out.");
	} else if (free_bytes < SPACE_FAIL_BYTES) {
		ret->level = FINDING_FAIL;
		check_say(ret, "A run needs room for images, instances and results.",
			  "Free some space, or name another folder with --out.");
	} else if (objection) {
		ret->level = FINDING_WARN;
		check_say(ret, objection, "Name a folder on a local disk with --out.");
	} else if (!json_get_bool(row, "overlay_supported", true)) {
		ret->level = FINDING_WARN;
		check_say(ret, "Containers with root=image need overlayfs.", "sudo modprobe overlay");
	} else if (free_bytes < SPACE_WARN_BYTES) {
		ret->level = FINDING_WARN;
		check_say(ret, "Workloads that write, and density ramps, may run out of space.",
			  "Free some space.");
	}
}

void check_fs(const struct json *host, struct finding *ret)
{
	const struct json *row = json_first(json_get(host, "storage"));
	const char *fs = json_get_text(row, "fs", NULL), *device = json_get_text(row, "device", NULL);
	double free_bytes = json_get_number(row, "free_bytes", NAN);
	char free_text[32] = "unknown space";

	if (!fs) {
		check_unknown(ret, "No file system is known for this folder.");
		return;
	}
	if (!isnan(free_bytes))
		check_size(free_bytes, free_text);
	check_value(ret, FINDING_OK, "%s%s%s, %s free, %s", fs, device ? " on " : "", device ? device : "",
		    free_text,
		    json_get_bool(row, "overlay_supported", false) ? "overlay works" : "no overlay");
	fs_judge(row, free_bytes, ret);
}

void check_io(const struct json *host, struct finding *ret)
{
	const struct json *row = json_first(json_get(host, "storage")),
			  *rotational = json_get(row, "rotational");
	const char *scheduler = json_get_text(row, "scheduler", NULL);

	if (json_is_null(rotational)) {
		check_unknown(ret, "No block device is behind this file system.");
		return;
	}
	check_value(ret, FINDING_INFO, "%s, scheduler %s",
		    json_bool_of(rotational, false) ? "rotating disk" : "not rotating",
		    scheduler ? scheduler : "unknown");
	check_say(ret, "A virtual disk says what its host tells it.", "");
}

void check_cache(const struct json *host, struct finding *ret)
{
	const char *lens = check_text(host, "limits.page_cache_lens");

	if (lens && !strcmp(lens, "cachestat")) {
		check_value(ret, FINDING_OK, "cachestat");
	} else if (lens) {
		check_value(ret, FINDING_INFO, "%s", lens);
		check_say(ret,
			  "This kernel has no cachestat; mincore tells the same, for files that this user "
			  "owns.",
			  "");
	} else if (json_is_null(json_path(host, "limits.euid"))) {
		check_unknown(ret, "A recorded host cannot be asked.");
	} else {
		check_value(ret, FINDING_WARN, "neither cachestat nor mincore");
		check_say(ret, "Whether a start was warm or cold cannot be proved.", "");
	}
}
