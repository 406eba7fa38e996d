/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/unequal.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

static const char *kernel_release(const struct brief *s)
{
	return s->shared->identity.kernel_release;
}

static const char *clock_source(const struct brief *s)
{
	return s->shared->identity.clocksource;
}

/* Where a fact of a subject is: below its object in plan.json, in its first identity, or in the profile there. */
static const struct {
	const char *what, *path;
	const char *(*identity)(const struct brief *);
	const char *profile;
} facts[] = {
	{"root", "root", NULL, NULL},
	{"class", "class", NULL, NULL},
	{"limits.memory_bytes", "asked.limits.memory_bytes", NULL, NULL},
	{"limits.pids_count", "asked.limits.pids_count", NULL, NULL},
	{"limits.cpus_count", "asked.limits.cpus_count", NULL, NULL},
	{"kernel_release", NULL, kernel_release, NULL},
	{"clocksource", NULL, clock_source, NULL},
	{"profile.namespaces", NULL, NULL, "namespaces"},
	{"profile.host_uid", NULL, NULL, "host_uid"},
	{"profile.seccomp", NULL, NULL, "seccomp"},
	{"profile.no_new_privs", NULL, NULL, "no_new_privs"},
	{"profile.capabilities_bounding", NULL, NULL, "capabilities_bounding"},
	{"profile.lsm", NULL, NULL, "lsm"},
	{"profile.root_type", NULL, NULL, "root_type"},
	{"profile.mounts_count", NULL, NULL, "mounts_count"},
	{"profile.memory_limit_bytes", NULL, NULL, "memory_limit_bytes"},
	{"profile.pids_limit_count", NULL, NULL, "pids_limit_count"},
	{"profile.open_files_limit_count", NULL, NULL, "open_files_limit_count"},
	{"engine.name", "engine.name", NULL, NULL},
	{"engine.version", "engine.version", NULL, NULL},
	{"engine.qemu_version", "engine.qemu_version", NULL, NULL},
};

/* A fact that was read from the running payload; a guest's is the guest's own affair, and none of a process is set. */
static char *profile_text(const struct analysis_subject *s, const char *key)
{
	struct json *profile = s->identity ? profile_to_json(&s->identity->shared->identity.profile) : NULL;
	const struct json *value = json_get(profile, key);
	char *text = !profile ? NULL
		     : json_is_text(value) ? alloc_text(*json_text_of(value, "") ? json_text_of(value, "") : "none")
		     : json_is_null(value) ? alloc_text("none") : json_text(value, false);

	json_free(profile);
	return text;
}

/* The fact as text, for free(); NULL: the subject has none. */
static char *fact_text(const struct analysis_subject *s, size_t row)
{
	if (facts[row].identity) {
		const char *text = s->identity ? facts[row].identity(s->identity) : "";

		return *text ? alloc_text(text) : NULL;
	}
	if (facts[row].profile)
		return profile_text(s, facts[row].profile);
	const struct json *value = json_path(s->json, facts[row].path);

	if (json_is_text(value))
		return *json_text_of(value, "") ? alloc_text(json_text_of(value, "")) : NULL;
	return json_is_null(value) ? NULL : json_text(value, false);
}

static bool was_measured(const struct analysis_subject *s)
{
	for (size_t k = 0; k < BLOCK_KIND_COUNT; k++)
		if (s->counts[k].tried)
			return true;
	return false;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Groups the subjects by value, in the order in which values come up; `only_known`: those that have one. */
static struct json *groups_json(const struct analysis *a, char *const *texts, bool only_known)
{
	struct json *values = json_array();
	cleanup_free bool *done = alloc_zero(a->subject_count, sizeof(*done));

	for (size_t i = 0; i < a->subject_count; i++) {
		if (done[i] || !was_measured(&a->subjects[i]) || (only_known && !texts[i]))
			continue;
		struct json *group = json_object(), *subjects = json_array();

		json_add_text(group, "value", texts[i]);
		for (size_t k = i; k < a->subject_count; k++) {
			if (done[k] || !was_measured(&a->subjects[k]) || !same(texts[i], texts[k]))
				continue;
			done[k] = true;
			json_append(subjects, json_new_text(a->subjects[k].name));
		}
		json_add(group, "subjects", subjects);
		json_append(values, group);
	}
	return values;
}

struct json *unequal_json(const struct analysis *analysis)
{
	struct json *rows = json_array();
	cleanup_free char **texts = alloc_zero(analysis->subject_count, sizeof(*texts));

	for (size_t f = 0; f < sizeof(facts) / sizeof(facts[0]); f++) {
		for (size_t i = 0; i < analysis->subject_count; i++)
			texts[i] = fact_text(&analysis->subjects[i], f);
		struct json *values = groups_json(analysis, texts, facts[f].profile != NULL);

		if (json_count(values) > 1) {
			struct json *row = json_object();

			json_add_text(row, "what", facts[f].what);
			json_add(row, "values", values);
			json_append(rows, row);
		} else {
			json_free(values);
		}
		for (size_t i = 0; i < analysis->subject_count; i++)
			free(texts[i]);
	}
	return rows;
}
