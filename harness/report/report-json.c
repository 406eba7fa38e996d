/* SPDX-License-Identifier: Apache-2.0 */
/* report.json as a whole: what the plan and the host say, the samples, and the answers. */
#include "harness/report/report-json.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/analyze/calibration.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/report/experiments.h"
#include "harness/report/report.h"
#include "harness/report/unequal.h"

/* A copy of another document's value; null where it has none. */
static void add_copy(struct json *object, const char *key, const struct json *value)
{
	if (value)
		json_add(object, key, json_copy(value));
	else
		json_add_null(object, key);
}

static struct json *run_json(const struct recording *r)
{
	const struct json *plan_run = json_get(r->plan, "run");
	struct json *run = plan_run ? json_copy(plan_run) : json_object();
	static const char *const keys[] = {"duration_ns", "harness_cpu_ns", "harness_maxrss_bytes",
					   "keeper_rss_bytes", "starter_rss_bytes", "receiver_realtime"};
	const struct json *plan_design = json_get(plan_run, "design");
	struct json *design = plan_design ? json_copy(plan_design) : json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		add_copy(run, keys[i], json_get(r->end, keys[i]));
	add_copy(design, "stop_reason", json_get(r->end, "stop_reason"));
	if (json_get(r->end, "precision"))
		json_add(design, "precision", json_copy(json_get(r->end, "precision")));
	json_add(run, "design", design);
	add_copy(run, "resumes", r->resumes);
	add_copy(run, "concurrent_runs", json_get(r->end, "concurrent_runs"));
	add_copy(run, "order", json_get(r->plan, "order"));
	return run;
}

static struct json *counts_json(const struct analysis_subject *s)
{
	struct json *kinds = json_object();

	for (size_t k = 0; k < BLOCK_KIND_COUNT; k++) {
		const struct analysis_counts *c = &s->counts[k];
		struct json *row = json_object();

		if (!c->attempts) {
			json_free(row);
			continue;
		}
		json_add_int(row, "attempts", (int64_t)c->attempts);
		json_add_int(row, "warmup", (int64_t)c->warmup);
		json_add_int(row, "invalid", (int64_t)c->invalid);
		for (size_t i = 0; i < SAMPLE_STATUS_COUNT; i++)
			json_add_int(row, sample_status_name((enum sample_status)i), (int64_t)c->by_status[i]);
		json_add(kinds, block_kind_name((enum block_kind)k), row);
	}
	return kinds;
}

static struct json *subjects_json(const struct analysis *a)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < a->subject_count; i++) {
		struct json *row = json_copy(a->subjects[i].json);

		json_add(row, "counts", counts_json(&a->subjects[i]));
		json_append(rows, row);
	}
	return rows;
}

static int samples_json(const struct recording *r, struct json *report, struct error *err)
{
	struct json *rows = json_array();
	struct sample sample;
	int rc = 0;

	json_add(report, "samples", rows);
	for (size_t i = 0; !rc && r->briefs.count <= REPORT_EMBED_MAX && i < r->briefs.count; i++) {
		rc = recording_sample(r, r->briefs.list[i], &sample, err);
		if (!rc)
			json_append(rows, sample_to_json(&sample));
	}
	return rc;
}

static int samples_file_json(const struct recording *r, struct json *report, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/" RECORDING_JOURNAL, r->folder);
	struct json *object = json_object();
	char hex[DIGEST_HEX];

	json_add(report, "samples_file", object);
	int rc = digest_file(path, hex, err);

	if (rc < 0)
		return rc;
	json_add_text(object, "path", RECORDING_JOURNAL);
	json_add_int(object, "samples_count", (int64_t)r->briefs.count);
	json_add_text(object, "sha256", hex);
	json_add_bool(object, "embedded", r->briefs.count <= REPORT_EMBED_MAX);
	return 0;
}

static void add_skip(struct json *rows, const char *what, const char *subject, const char *reason)
{
	struct json *row = json_object();

	json_add_text(row, "what", what);
	json_add_text(row, "subject", subject);
	json_add_text(row, "reason", reason);
	json_append(rows, row);
}

/* Nothing is left out silently. */
static struct json *skipped_json(const struct analysis *a)
{
	struct json *rows = json_array();

	for (size_t i = 0; i < a->subject_count; i++)
		if (!a->subjects[i].usable)
			add_skip(rows, "subject", a->subjects[i].name, a->subjects[i].reason);
	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++)
			if (*a->subjects[i].samples[k]->shared->memory_unknown_reason) {
				add_skip(rows, "memory", a->subjects[i].name,
					 a->subjects[i].samples[k]->shared->memory_unknown_reason);
				break;
			}
	cleanup_free char *pairs = alloc_format("%zu pairs: more than %d pairs of VM and container",
						a->comparisons_left_out, ANALYSIS_PAIRS_MAX);
	cleanup_free char *orphans = alloc_format("%zu samples of subjects that the plan does not have", a->orphans);

	if (a->comparisons_left_out)
		add_skip(rows, "comparisons", NULL, pairs);
	if (a->orphans)
		add_skip(rows, "samples", NULL, orphans);
	if (a->recording->torn_lines)
		add_skip(rows, "samples", NULL, "the last line of the journal is incomplete");
	return rows;
}

/* One line for each member, and one for each element of an array: small, and still to be read with other tools. */
static char *lines_of(const struct json *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)fputs("{\n", out);
	for (const struct json *m = json_first(report); m; m = json_next(m)) {
		struct json *key = json_new_text(json_key(m));
		cleanup_free char *name = json_text(key, false);
		cleanup_free char *whole = json_is_array(m) ? NULL : json_text(m, false);

		json_free(key);
		(void)fprintf(out, "%s: %s", name, whole ? whole : "[");
		for (const struct json *e = whole ? NULL : json_first(m); e; e = json_next(e)) {
			cleanup_free char *element = json_text(e, false);

			(void)fprintf(out, "\n\t%s%s", element, json_next(e) ? "," : "\n");
		}
		(void)fprintf(out, "%s%s\n", whole ? "" : "]", json_next(m) ? "," : "");
	}
	(void)fputs("}\n", out);
	(void)fclose(out);
	return text;
}

char *report_json(const struct analysis *analysis, struct error *err)
{
	const struct recording *r = analysis->recording;
	struct json *report = json_object();

	json_add_text(report, "schema", "report.schema.json");
	json_add_text(report, "schema_version", SCHEMA_VERSION);
	json_add_int(report, "method_version", METHOD_VERSION);
	add_copy(report, "tool", json_get(r->plan, "tool"));
	json_add(report, "run", run_json(r));
	add_copy(report, "host", json_get(r->host, "host"));
	json_add(report, "calibration", calibration_json(r));
	add_copy(report, "artifacts", json_get(r->host, "artifacts"));
	json_add(report, "claims", json_of_claims(analysis));
	json_add(report, "summary", json_of_summary(analysis));
	json_add(report, "comparisons", json_of_comparisons(analysis));
	json_add(report, "alarms", json_of_alarms(analysis));
	json_add(report, "slow_samples", json_of_slow(analysis));
	json_add(report, "phases", json_of_phases(analysis));
	json_add(report, "flags", json_of_flags(analysis));
	json_add(report, "not_equal", unequal_json(analysis));
	json_add(report, "skipped", skipped_json(analysis));
	json_add(report, "series", json_array());
	json_add(report, "experiments", json_of_experiments(analysis));
	json_add(report, "subjects", subjects_json(analysis));
	int rc = samples_file_json(r, report, err);

	if (!rc)
		rc = samples_json(r, report, err);
	char *text = rc < 0 ? NULL : lines_of(report);

	json_free(report);
	return text;
}
