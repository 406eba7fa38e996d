/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/session-resume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/text.h"

#define RUN_ID_DIGITS 16u

static bool json_same(const struct json *a, const struct json *b)
{
	cleanup_free char *a_text = a ? json_text(a, false) : NULL;
	cleanup_free char *b_text = b ? json_text(b, false) : NULL;

	return a_text && b_text ? !strcmp(a_text, b_text) : a_text == b_text;
}

/* The counts that the command line gave stand in the design, not in the scenario's source. */
static int recall_counts(const struct json *design, struct scenario *scenario, struct error *err)
{
	static const char *const keys[] = {"warmup_blocks", "blocks"};

	for (size_t kind = 0; kind < BLOCK_KIND_COUNT; kind++) {
		const char *name = block_kind_name((enum block_kind)kind);
		const struct json *counts = json_get(json_get(design, "kinds"), name);
		int64_t numbers[2];

		for (size_t i = 0; i < 2; i++) {
			numbers[i] = json_get_int(counts, keys[i], -1);
			if (numbers[i] < 0 || numbers[i] > SCENARIO_BLOCKS_MAX)
				return error_input(err, RECORDING_PLAN ": run.design.kinds.%s.%s: missing or out of "
						   "range; this run cannot be resumed", name, keys[i]);
		}
		scenario->blocks[kind] = (struct block_counts){(uint64_t)numbers[0], (uint64_t)numbers[1]};
	}
	return 0;
}

static int recall_subjects(const struct recording *earlier, struct scenario *scenario, struct error *err)
{
	char *list = alloc_text("");

	for (size_t i = 0; i < recording_subject_count(earlier); i++) {
		char *longer = alloc_format("%s%s%s", list, i ? "," : "", recording_subject_name(earlier, i));

		free(list);
		list = longer;
	}
	int rc = scenario_select(scenario, list, err);

	free(list);
	return rc;
}

/* A URI may name a host to log in to, or a command to start: only somebody's own words may do that, no file. */
static int recall_connection(const struct json *run, struct session_options *options, struct error *err)
{
	const char *uri = json_get_text(run, "connect_uri", NULL);

	if (uri && (strncmp(uri, "qemu:///", 8) || strchr(uri, '?')))
		return error_input(err, RECORDING_PLAN ": run.connect_uri: '%.80s' is not of this host, or has "
				   "parameters; such a run cannot be resumed", uri);
	options->connect_uri = uri;
	options->placement = json_get_text(run, "placement", NULL);
	options->cache = json_get_text(run, "cache", NULL);
	if (options->cache && !text_is_choice(options->cache, "warm|cold"))
		return error_input(err, RECORDING_PLAN ": run.cache: '%.32s' is neither warm nor cold", options->cache);
	if (options->placement && !text_is_choice(options->placement, PLACEMENT_POLICIES))
		return error_input(err, RECORDING_PLAN ": run.placement: '%.32s' is none of " PLACEMENT_POLICIES,
				   options->placement);
	return 0;
}

static void recall_precision(const struct json *run, struct session_options *options)
{
	double target = json_number_of(json_path(run, "design.precision.target_ratio"), 0);

	if (!(options->precision > 0) && target > 0 && target <= STOPPING_TARGET_MAX)
		options->precision = target;
}

int session_recall(const struct recording *earlier, struct scenario *ret_scenario, struct session_options *options,
		   struct error *err)
{
	const struct json *run = json_get(earlier->plan, "run");
	const char *seed = json_get_text(run, "seed", "");
	char *end;
	int rc = scenario_from_json(json_path(run, "scenario.source"), RECORDING_PLAN, ret_scenario, err);

	if (rc < 0)
		return rc;
	rc = scenario_find_program(ret_scenario, RECORDING_PLAN, err);
	if (!rc)
		rc = recall_subjects(earlier, ret_scenario, err);
	if (!rc)
		rc = recall_counts(json_get(run, "design"), ret_scenario, err);
	if (!rc)
		rc = recall_connection(run, options, err);
	options->seed = strtoull(seed, &end, 0);
	if (!rc && (!*seed || *end))
		rc = error_input(err, RECORDING_PLAN ": run.seed: missing; this run cannot be resumed");
	if (rc < 0) {
		scenario_release(ret_scenario);
		return error_wrap(err, rc, "%s", earlier->folder);
	}
	options->folder = earlier->folder;
	if (!options->budget_ns)
		options->budget_ns = (uint64_t)json_get_int(run, "budget_ns", 0);
	recall_precision(run, options);
	options->earlier = earlier;
	return 0;
}

/* SIZE_MAX: the plan has no such step. Kinds follow each other, and each block has all subjects. */
static size_t step_of(const struct session *s, const struct sample *sample)
{
	size_t first = 0, subjects = s->scenario->subject_count;
	const struct block_counts *counts = s->scenario->blocks;

	for (size_t kind = 0; kind < (size_t)sample->kind; kind++)
		first += (counts[kind].warmup + counts[kind].count) * subjects;
	if (sample->block < 0 || sample->position < 0 || (uint64_t)sample->position >= subjects ||
	    (uint64_t)sample->block >= counts[sample->kind].warmup + counts[sample->kind].count)
		return SIZE_MAX;
	size_t step = first + (size_t)sample->block * subjects + (size_t)sample->position;

	return strcmp(s->scenario->subjects[s->plan.steps[step].subject].name, sample->subject) ? SIZE_MAX : step;
}

/* How long the run had been measuring: its clock goes on from there. */
static int64_t sample_end_ns(const struct sample *sample)
{
	int64_t end_ns = 0;

	for (size_t i = 0; i < EVENT_COUNT; i++)
		if (sample->events[i].set && (int64_t)sample->events[i].t_ns > end_ns)
			end_ns = (int64_t)sample->events[i].t_ns;
	return sample->t0_ns == UNKNOWN ? 0 : sample->t0_ns + end_ns;
}

static int resume_take_sample(struct session *s, const struct sample *sample, struct error *err)
{
	size_t step = step_of(s, sample);
	int64_t end_ns = sample_end_ns(sample);

	if (step == SIZE_MAX)
		return error_input(err, "%s: sample %lld is not of the plan of this folder", s->journal.path,
				   (long long)sample->id);
	if (sample->id >= s->next_id)
		s->next_id = sample->id + 1;
	if (end_ns > s->earlier_ns)
		s->earlier_ns = end_ns;
	if (sample->status == SAMPLE_ABORTED)
		return 0;
	s->tried[s->plan.steps[step].subject] += sample->status != SAMPLE_SKIPPED;
	s->good[s->plan.steps[step].subject] += sample->status == SAMPLE_OK;
	s->done_count += !s->done[step];
	s->done[step] = true;
	return 0;
}

/* A narrower interval than it was asked for then is a reason to go on. */
static bool stopped_precise(const struct recording *earlier, double target)
{
	const struct json *precision = json_get(earlier->end, "precision");

	return !strcmp(json_get_text(earlier->end, "stop_reason", ""), "precision") &&
	       target >= json_get_number(precision, "target_ratio", 0);
}

int resume_begin(struct session *s, struct error *err)
{
	const struct recording *earlier = s->options->earlier;
	struct json *order = plan_order_json(&s->plan, s->scenario);
	bool same = json_same(order, json_get(earlier->plan, "order"));
	const char *id = json_text_of(json_path(earlier->plan, "run.id"), "");

	json_free(order);
	if (!same)
		return error_input(err, "%s/" RECORDING_PLAN ": order: its seed gives another order here; this run "
				   "cannot be resumed", earlier->folder);
	if (strlen(id) != RUN_ID_DIGITS || strspn(id, "0123456789abcdef") != RUN_ID_DIGITS)
		return error_input(err, "%s/" RECORDING_PLAN ": run.id: is not the id of a run", earlier->folder);
	(void)snprintf(s->run.id, sizeof(s->run.id), "%s", id);
	int rc = journal_reopen(earlier->folder, &s->journal, &s->torn_lines, err);

	for (size_t i = 0; !rc && i < earlier->briefs.count; i++) {
		struct sample sample;

		rc = recording_sample(earlier, earlier->briefs.list[i], &sample, err);
		if (!rc)
			rc = resume_take_sample(s, &sample, err);
	}
	if (!rc && s->done_count == s->plan.count && earlier->end)
		rc = error_input(err, "%s: nothing to resume: all %zu samples of the plan are there", earlier->folder,
				 s->plan.count);
	if (!rc && stopped_precise(earlier, s->options->precision))
		rc = error_input(err, "%s: nothing to resume: it ended as every interval was narrow enough; a smaller "
				 "--precision goes on", earlier->folder);
	for (const struct json *other = json_first(json_get(earlier->end, "concurrent_runs")); other;
	     other = json_next(other))
		neighbours_add(&s->neighbours, json_text_of(other, ""));
	s->earlier_cpu_ns = json_get_int(earlier->end, "harness_cpu_ns", UNKNOWN);
	return rc;
}

struct comparing {
	struct session *s;
	struct json *differences;
};

static void difference_add(struct comparing *c, const char *what, const struct json *before, const struct json *now)
{
	struct json *row = json_object();
	cleanup_free char *before_text = before ? json_text(before, false) : NULL;
	cleanup_free char *now_text = now ? json_text(now, false) : NULL;
	cleanup_free char *notice =
		alloc_format("changed since the run began: %s: was %.200s, is %.200s", what,
			     before_text ? before_text : "not recorded", now_text ? now_text : "none");

	json_add_text(row, "what", what);
	json_add(row, "before", before ? json_copy(before) : json_new_text(NULL));
	json_add(row, "now", now ? json_copy(now) : json_new_text(NULL));
	json_append(c->differences, row);
	session_notice(c->s, notice);
}

static void compare_paths(struct comparing *c, const struct json *before, const struct json *now)
{
	static const char *const paths[] = {
		"tool.version", "tool.git_commit",	     "tool.build.payload_sha256", "run.boot_id",
		"host.kernel.release", "host.fingerprint_sha256",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct json *a = json_path(before, paths[i]), *b = json_path(now, paths[i]);

		if ((a || b) && !json_same(a, b))
			difference_add(c, paths[i], a, b);
	}
}

static const struct json *artifact_find(const struct json *rows, const char *id)
{
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		if (!strcmp(json_get_text(row, "id", ""), id))
			return row;
	return NULL;
}

static void compare_artifacts(struct comparing *c, const struct json *before, const struct json *now)
{
	for (const struct json *row = json_first(before); row; row = json_next(row)) {
		const char *id = json_get_text(row, "id", "");
		const struct json *a = json_get(row, "sha256"), *b = json_get(artifact_find(now, id), "sha256");
		cleanup_free char *what = alloc_format("artifacts.%s", id);

		if (!json_same(a, b))
			difference_add(c, what, a, b);
	}
}

/* Subjects may have another hash (a new version knows an option more), but not another accelerator. */
static int compare_subjects(struct comparing *c, const struct json *before, const struct json *now, struct error *err)
{
	static const char *const keys[] = {"subject_hash", "usable", "engine"};
	const struct json *b = json_first(now);

	for (const struct json *a = json_first(before); a && b; a = json_next(a), b = json_next(b)) {
		const char *name = json_get_text(a, "name", ""), *label = json_get_text(a, "label", "");
		bool usable = json_get_bool(a, "usable", false) && json_get_bool(b, "usable", false);

		if (usable && strcmp(label, json_get_text(b, "label", "")))
			return error_input(err, "%s: was '%s' when the run began and is '%s' now: not the same "
					   "subject; start a new run", name, label, json_get_text(b, "label", ""));
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			cleanup_free char *what = alloc_format("%s.%s", name, keys[i]);
			bool fact = i == 2; /* known of usable subjects only */

			if ((!fact || usable) && !json_same(json_get(a, keys[i]), json_get(b, keys[i])))
				difference_add(c, what, json_get(a, keys[i]), json_get(b, keys[i]));
		}
	}
	return 0;
}

int resume_record(struct session *s, struct json *plan, struct json *host, struct error *err)
{
	const struct recording *earlier = s->options->earlier;
	struct comparing c = {.s = s, .differences = json_array()};
	struct json *record = json_object();
	char now[32];

	clock_utc(now);
	json_add_text(record, "record", "resume");
	json_add_text(record, "resumed_utc", now);
	json_add_int(record, "samples_before", (int64_t)earlier->briefs.count);
	json_add_int(record, "torn_lines", (int64_t)s->torn_lines);
	compare_paths(&c, earlier->plan, plan);
	compare_paths(&c, earlier->host, host);
	compare_artifacts(&c, json_get(earlier->host, "artifacts"), json_get(host, "artifacts"));
	int rc = compare_subjects(&c, json_get(earlier->plan, "subjects"), json_get(plan, "subjects"), err);

	json_add(record, "differences", c.differences);
	if (!rc)
		rc = journal_append(&s->journal, record, err);
	json_free(record);
	json_free(plan);
	json_free(host);
	return rc;
}
