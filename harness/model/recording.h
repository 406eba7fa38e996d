/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's folder as it lies on disk: plan.json, host.json and samples.jsonl. From here on nothing
 * knows about runtimes, and everything can be repeated offline.
 *
 * plan.json     {"schema_version","method_version","tool":{...},"run":{id,started_utc,epoch_clock,argv,seed,profile,
 *               scenario:{...},design:{type,warmup_blocks,blocks,...}},"subjects":[...],"order":[...]}
 * host.json     {"host":{...},"artifacts":[...]}   (method section 7)
 * samples.jsonl {"record":"calibration","when":"before" or "after",...} around the samples;
 * samples.jsonl one record a line: {"record":"sample",...}; before the sample of an experiment's turn what it measured,
 *               {"record":"experiment","experiment":NAME,"sample":ID,"subject","block","what",...}; at last
 *               {"record":"end",stop_reason,duration_ns,
 *               harness_cpu_ns,harness_maxrss_bytes,keeper_rss_bytes,concurrent_runs,residue}. A resumed run
 *               has {"record":"resume",resumed_utc,samples_before,torn_lines,differences:[{what,before,now}]}
 *               in between, which takes back an "end" before it.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/brief.h"
#include "harness/model/sample.h"

#define RECORDING_PLAN "plan.json"
#define RECORDING_HOST "host.json"
#define RECORDING_JOURNAL "samples.jsonl"
#define METHOD_VERSION 1
#define SCHEMA_VERSION "1.0.0"

struct recording {
	char folder[PATH_MAX];
	struct json *plan, *host, *end; /**< end: NULL where the run was killed before it could write it */
	struct json *calibrations; /**< array of the "calibration" records, in order (method 1.7) */
	struct json *experiments; /**< array of the "experiment" records, in order */
	struct json *resumes; /**< array of the "resume" records, in order */
	struct briefs briefs; /**< of the samples, in order */
	size_t torn_lines; /**< incomplete last line, ignored and counted */
	FILE *journal;	   /**< where the whole samples are read again; NULL: it has none, all are in `held` */
	struct sample *held;
};

/** Reads a folder. A torn last line is counted; any other bad line is an error_input that names it. */
int recording_load(const char *folder, struct recording *ret_recording, struct error *err);
void recording_release(struct recording *recording);

/** Reads a sample of its briefs again, whole. Error: the journal cannot be read, or is not what it was. */
int recording_sample(const struct recording *recording, const struct brief *brief, struct sample *ret_sample,
		     struct error *err);
/** These, in place of those that it has, are its samples: of a recording that was made up. Takes `samples`. */
void recording_hold(struct recording *recording, struct sample *samples, size_t count);

/** The subjects of plan.json in order: name, and the label that stands beside it ("tcg"). */
size_t recording_subject_count(const struct recording *recording);
const char *recording_subject_name(const struct recording *recording, size_t index);
const struct json *recording_subject(const struct recording *recording, size_t index);

/* Writing, by the measuring side. */
struct journal {
	int fd; /**< locked (flock) as long as the run lives: a journal has one writer */
	char path[PATH_MAX];
};

/** Creates samples.jsonl in the folder (-EEXIST where there is one). */
int journal_create(const char *folder, struct journal *ret_journal, struct error *err);
/**
 * Opens the one that is there, for more records; cuts off an incomplete last line and counts it in `ret_torn_lines`.
 * error_input: there is none, or a run that still lives writes it.
 */
int journal_reopen(const char *folder, struct journal *ret_journal, size_t *ret_torn_lines, struct error *err);
/** Appends one record as a line and syncs it to disk before it returns. A line that did not fit is taken back. */
int journal_append(struct journal *journal, const struct json *record, struct error *err);
void journal_close(struct journal *journal);
