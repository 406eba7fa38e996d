/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/describe.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "harness/analyze/stopping.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/program.h"
#include "harness/base/version.h"
#include "harness/host/doctor.h"
#include "harness/measure/floor-record.h"
#include "harness/model/protocol.h"
#include "harness/model/recording.h"
#include "harness/model/runtime.h"

static struct json *describe_tool(const struct describe_run *d)
{
	struct json *tool = json_object(), *build = json_object();

	json_add_text(tool, "name", "tare");
	json_add_text(tool, "version", version_text());
	json_add_text(tool, "git_commit", version_commit());
	json_add_text(build, "compiler", version_compiler());
	json_add_text(build, "cflags", version_flags());
	json_add_text(build, "payload_sha256", *d->payload_sha256 ? d->payload_sha256 : NULL);
	json_add(tool, "build", build);
	return tool;
}

static struct json *describe_design(const struct scenario *scenario, double precision)
{
	struct json *design = json_object(), *kinds = json_object();

	json_add_text(design, "type", "randomized_complete_blocks");
	for (size_t kind = 0; kind < BLOCK_KIND_COUNT; kind++) {
		struct json *counts = json_object();

		json_add_int(counts, "warmup_blocks", (int64_t)scenario->blocks[kind].warmup);
		json_add_int(counts, "blocks", (int64_t)scenario->blocks[kind].count);
		json_add(kinds, block_kind_name((enum block_kind)kind), counts);
	}
	json_add(design, "kinds", kinds);
	json_add_number(design, "confidence_ratio", 0.95);
	if (precision > 0)
		json_add(design, "precision", stopping_rule_json(precision));
	return design;
}

static struct json *describe_run_object(const struct describe_run *d)
{
	struct json *run = json_object(), *arguments = json_array(), *scenario = json_object();
	char seed[24], now[32], boot_id[40] = "";

	clock_utc(now);
	(void)snprintf(seed, sizeof(seed), "0x%llx", (unsigned long long)d->plan->seed);
	json_add_text(run, "id", d->run->id);
	json_add_text(run, "started_utc", now);
	(void)file_read_line("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id), NULL);
	json_add_text(run, "boot_id", *boot_id ? boot_id : NULL);
	json_add_text(run, "epoch_clock", "CLOCK_MONOTONIC");
	for (int i = 0; i < d->options->argument_count; i++)
		json_append(arguments, json_new_text(d->options->arguments[i]));
	json_add(run, "argv", arguments);
	json_add_text(run, "connect_uri", d->options->connect_uri);
	json_add_text(run, "placement", d->options->placement);
	json_add_text(run, "cache", d->options->cache);
	json_add_int(run, "budget_ns", (int64_t)d->options->budget_ns);
	json_add_text(run, "seed", seed);
	json_add_text(run, "profile", "headline");
	json_add_text(scenario, "name", d->scenario->name);
	json_add_text(scenario, "title", d->scenario->title);
	json_add(scenario, "source", json_copy(d->scenario->source));
	json_add(run, "scenario", scenario);
	json_add(run, "design", describe_design(d->scenario, d->options->precision));
	return run;
}

static const char *runtime_class(const struct runtime *runtime)
{
	return runtime->kind == RUNTIME_MOCK ? "mock" : "plain";
}

/* The runtime's own facts first, so that they cannot stand in for what the harness knows. */
static struct json *describe_subject(const struct describe_run *d, size_t index)
{
	struct subject *subject = &d->scenario->subjects[index];
	struct json *object = subject->facts ? json_copy(subject->facts) : json_object();
	struct json *asked = subject_describe(subject);

	json_add_text(object, "name", subject->name);
	json_add_text(object, "kind", runtime_kind_name(subject->runtime->kind));
	json_add_text(object, "runtime", subject->runtime->name);
	const char *class = *subject->class ? subject->class : runtime_class(subject->runtime);
	cleanup_free char *colder = strcmp(class, "plain") ? alloc_format("%s-cold", class) : alloc_text("cold");
	bool cold = subject->cache == CACHE_COLD && strcmp(class, SUBJECT_CONTROL);

	json_add_text(object, "class", cold ? colder : class);
	json_add_text(object, "root", root_name(subject->root));
	json_add_text(object, "label", subject->label);
	json_add_bool(object, "usable", d->usable[index]);
	json_add_text(object, "reason", d->usable[index] ? NULL : d->reasons[index]);
	json_add(object, "asked", asked);
	json_add_text(object, "subject_hash", subject->hash);
	json_add_int(object, "first_use_ns", (int64_t)d->first_use_ns[index]);
	return object;
}

struct json *describe_plan(const struct describe_run *d)
{
	struct json *plan = json_object(), *subjects = json_array();

	json_add_text(plan, "schema_version", SCHEMA_VERSION);
	json_add_int(plan, "method_version", METHOD_VERSION);
	json_add(plan, "tool", describe_tool(d));
	json_add(plan, "run", describe_run_object(d));
	for (size_t i = 0; i < d->scenario->subject_count; i++)
		json_append(subjects, describe_subject(d, i));
	json_add(plan, "subjects", subjects);
	json_add(plan, "order", plan_order_json(d->plan, d->scenario));
	return plan;
}

static struct json *artifact_row(const char *id, const char *kind, const char *path)
{
	struct json *row = json_object();
	char sha256[DIGEST_HEX];
	struct file_usage usage;

	json_add_text(row, "id", id);
	json_add_text(row, "kind", kind);
	json_add_text(row, "sha256", digest_file(path, sha256, NULL) < 0 ? NULL : sha256);
	if (file_usage(path, &usage, NULL) < 0)
		usage = (struct file_usage){0};
	json_add_int(row, "apparent_bytes", (int64_t)usage.apparent_bytes);
	json_add_int(row, "allocated_bytes", (int64_t)usage.allocated_bytes);
	return row;
}

/* Each file that a pattern below the folder matches, called by its name without the ending. */
static void describe_matching(const char *folder, const char *pattern, const char *kind, const char *ending,
			      struct json *array)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, pattern);
	glob_t found;

	if (glob(path, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		cleanup_free char *id = alloc_format("%.*s", (int)(strlen(name) - strlen(ending)), name);

		json_append(array, artifact_row(id, kind, found.gl_pathv[i]));
	}
	globfree(&found);
}

/* A tool says which version it is, and its libraries are told one by one. */
static void describe_packaged(const char *folder, struct json *array)
{
	cleanup_free char *tool = alloc_format("%s/root/" PROTOCOL_PROGRAM_TOOL, folder);
	char version[128];

	if (!file_exists(tool))
		return;
	struct json *row = artifact_row("tool", "workload", tool);

	program_version(tool, version, sizeof(version));
	json_add_text(row, "version", version);
	json_append(array, row);
	describe_matching(folder, "root/*.so*", "library", "", array);
}

/* What all subjects are made from. A thing that was not built is not listed. */
static struct json *describe_artifacts(const char *folder)
{
	static const struct {
		const char *id, *kind, *file;
	} rows[] = {
		{"payload", "workload", "payload"},
		{"program", "workload", "root/" PROTOCOL_PROGRAM_FILE},
		{"root", "disk", "root.ext4"},
		{"vmlinuz", "kernel", "guest/vmlinuz"},
		{"vmlinux", "kernel", "guest/vmlinux"},
	};
	struct json *array = json_array();
	char tree[DIGEST_HEX];
	cleanup_free char *tree_path = alloc_format("%s/root.sha256", folder);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *path = alloc_format("%s/%s", folder, rows[i].file);

		if (file_exists(path))
			json_append(array, artifact_row(rows[i].id, rows[i].kind, path));
	}
	describe_matching(folder, "guest/initrd-*.cpio", "initrd", ".cpio", array);
	describe_packaged(folder, array);
	if (!file_read_line(tree_path, tree, sizeof(tree), NULL)) {
		struct json *row = json_object();

		json_add_text(row, "id", "root-tree");
		json_add_text(row, "kind", "root_tree");
		json_add_text(row, "sha256", tree);
		json_append(array, row);
	}
	return array;
}

struct json *describe_host(const char *storage, const char *artifacts, const struct placement *placement)
{
	struct json *object = json_object(), *host = doctor_host_json(storage);

	placement_describe(placement, host);
	struct json *floor = floor_recall(host);

	if (floor)
		json_add(host, "noise_floor", floor);
	json_add(object, "host", host);
	json_add(object, "artifacts", describe_artifacts(artifacts));
	return object;
}
