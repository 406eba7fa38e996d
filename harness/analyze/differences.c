/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/differences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

/* Where to look: below plan.json or host.json. */
static const struct {
	enum difference_kind kind;
	bool in_host;
	const char *path;
} run_paths[] = {
	{DIFFERENCE_METHOD, false, "method_version"},
	{DIFFERENCE_METHOD, false, "tool.build.payload_sha256"},
	{DIFFERENCE_METHOD, false, "run.profile"},
	{DIFFERENCE_HOST, true, "host.cpu.model"},
	{DIFFERENCE_HOST, true, "host.cpu.stepping"},
	{DIFFERENCE_HOST, true, "host.cpu.microcode"},
	{DIFFERENCE_HOST, true, "host.cpu.online_count"},
	{DIFFERENCE_HOST, true, "host.cpu.governor"},
	{DIFFERENCE_HOST, true, "host.cpu.boost"},
	{DIFFERENCE_HOST, true, "host.cpu.topology"},
	{DIFFERENCE_HOST, true, "host.virtualization.is_vm"},
	{DIFFERENCE_HOST, true, "host.virtualization.hypervisor"},
	{DIFFERENCE_HOST, true, "host.virtualization.kvm_class"},
	{DIFFERENCE_HOST, true, "host.kernel.release"},
	{DIFFERENCE_HOST, true, "host.kernel.version"},
	{DIFFERENCE_HOST, true, "host.kernel.config_sha256"},
	{DIFFERENCE_HOST, true, "host.kernel.mitigations"},
	{DIFFERENCE_HOST, true, "host.clock.source"},
	{DIFFERENCE_HOST, true, "host.cgroup.version"},
	{DIFFERENCE_HOST, true, "host.memory.total_bytes"},
	{DIFFERENCE_HOST, true, "host.placement.policy"},
	{DIFFERENCE_HOST, true, "host.fingerprint_sha256"},
	{DIFFERENCE_NOTE, false, "tool.version"},
	{DIFFERENCE_NOTE, false, "tool.git_commit"},
	{DIFFERENCE_NOTE, false, "tool.build.cflags"},
	{DIFFERENCE_NOTE, false, "run.boot_id"},
};

/* What two subjects must share whatever they are (design 2: like against like). */
static const char *const shared_paths[] = {
	"root",
	"class",
	"label",
	"asked.limits.memory_bytes",
	"asked.limits.pids_count",
	"asked.limits.cpus_count",
};

static void add(struct differences *d, enum difference_kind kind, const char *subject, const char *what,
		const struct json *a, const struct json *b)
{
	char *before = a ? json_text(a, false) : alloc_text("not recorded");
	char *after = b ? json_text(b, false) : alloc_text("not recorded");

	if (!strcmp(before, after)) {
		free(before);
		free(after);
		return;
	}
	d->rows = alloc_grow(d->rows, d->count + 1, sizeof(*d->rows));
	struct difference *row = &d->rows[d->count++];

	*row = (struct difference){.kind = kind, .subject = subject, .a = before, .b = after};
	(void)snprintf(row->what, sizeof(row->what), "%s", what);
}

static const struct json *artifact(const struct json *rows, const char *id)
{
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		if (!strcmp(json_get_text(row, "id", ""), id))
			return json_get(row, "sha256");
	return NULL;
}

/* Only what both have: other subjects bring other artefacts with them. */
static void add_artifacts(struct differences *d, const struct json *a, const struct json *b)
{
	for (const struct json *row = json_first(a); row; row = json_next(row)) {
		const char *id = json_get_text(row, "id", "");
		const struct json *mine = json_get(row, "sha256"), *theirs = artifact(b, id);
		char what[96];

		(void)snprintf(what, sizeof(what), "artifacts.%.80s", id);
		if (mine && theirs)
			add(d, DIFFERENCE_SUBJECT, NULL, what, mine, theirs);
	}
}

void differences_of_runs(const struct recording *a, const struct recording *b, struct differences *d)
{
	if (a == b)
		return;
	for (size_t i = 0; i < sizeof(run_paths) / sizeof(run_paths[0]); i++) {
		const char *path = run_paths[i].path;

		add(d, run_paths[i].kind, NULL, path,
		    json_path(run_paths[i].in_host ? a->host : a->plan, path),
		    json_path(run_paths[i].in_host ? b->host : b->plan, path));
	}
	add_artifacts(d, json_get(a->host, "artifacts"), json_get(b->host, "artifacts"));
}

/* Measured, or said elsewhere; the engine is what a comparison of two runs is mostly about. */
static enum difference_kind kind_of(const char *path, bool *ret_skip)
{
	static const char *const skipped[] = {"name", "first_use_ns", "refill_ns", "subject_hash", "reason"};

	*ret_skip = false;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		*ret_skip |= !strcmp(path, skipped[i]);
	return strncmp(path, "engine.", 7) ? DIFFERENCE_SUBJECT : DIFFERENCE_NOTE;
}

#define DEPTH_MAX 6

/* Every leaf below two objects; arrays are leaves. */
static void add_leaves(struct differences *d, const char *subject, const struct json *a, const struct json *b,
		       const char *prefix, unsigned depth)
{
	for (const struct json *mine = json_first(a); mine; mine = json_next(mine)) {
		const char *key = json_key(mine);
		const struct json *theirs = json_get(b, key);
		char path[96];
		bool skip;

		(void)snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", key);
		enum difference_kind kind = kind_of(path, &skip);

		if (skip)
			continue;
		if (json_is_object(mine) && json_is_object(theirs) && depth < DEPTH_MAX)
			add_leaves(d, subject, mine, theirs, path, depth + 1);
		else
			add(d, kind, subject, path, mine, theirs);
	}
	for (const struct json *theirs = json_first(b); theirs; theirs = json_next(theirs)) {
		char path[96];
		bool skip;

		(void)snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", json_key(theirs));
		enum difference_kind kind = kind_of(path, &skip);

		if (!skip && !json_get(a, json_key(theirs)))
			add(d, kind, subject, path, NULL, theirs);
	}
}

void differences_of_subjects(const struct analysis_subject *a, const struct analysis_subject *b, bool same,
			     struct differences *d)
{
	if (same) {
		add_leaves(d, b->name, a->json, b->json, "", 0);
		return;
	}
	for (size_t i = 0; i < sizeof(shared_paths) / sizeof(shared_paths[0]); i++)
		add(d, DIFFERENCE_SUBJECT, b->name, shared_paths[i], json_path(a->json, shared_paths[i]),
		    json_path(b->json, shared_paths[i]));
}

bool differences_have(const struct differences *differences, enum difference_kind kind)
{
	for (size_t i = 0; i < differences->count; i++)
		if (differences->rows[i].kind == kind)
			return true;
	return false;
}

const char *difference_kind_name(enum difference_kind kind)
{
	static const char *const names[] = {
		[DIFFERENCE_METHOD] = "method",
		[DIFFERENCE_HOST] = "host",
		[DIFFERENCE_SUBJECT] = "subject",
		[DIFFERENCE_NOTE] = "note",
	};

	return names[kind];
}

void differences_release(struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		free(differences->rows[i].a);
		free(differences->rows[i].b);
	}
	free(differences->rows);
	*differences = (struct differences){0};
}
