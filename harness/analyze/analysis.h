/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a recording to answers: one pure function. Everything that a report, a chart or a person is
 * told is computed here (or in claims.h and fairness.h), once, so that no two outputs can disagree. The
 * same recording gives the same analysis, bit for bit. Pointers into the recording are borrowed: it
 * must live as long as the analysis.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/analyze/claims.h"
#include "harness/analyze/compare.h"
#include "harness/analyze/fairness.h"
#include "harness/analyze/floors.h"
#include "harness/analyze/power.h"
#include "harness/analyze/stats.h"
#include "harness/analyze/verdict.h"
#include "harness/model/brief.h"
#include "harness/model/metric.h"
#include "harness/model/recording.h"
#include "harness/model/sample.h"

/** Index of each number of SAMPLE_MEMORY_FIELDS: MEMORY_pss, MEMORY_pss_anon, ... */
enum memory_field {
#define ANALYSIS_MEMORY(member, key, text) MEMORY_##member,
	SAMPLE_MEMORY_FIELDS(ANALYSIS_MEMORY)
#undef ANALYSIS_MEMORY
	MEMORY_FIELD_COUNT
};

/** What became of one subject's attempts in one kind of block; attempts = warmup + invalid + all of by_status[]. */
struct analysis_counts {
	size_t attempts, warmup, invalid;
	size_t by_status[SAMPLE_STATUS_COUNT]; /**< neither warm-up nor invalid */
	size_t tried;  /**< of these, neither skipped nor aborted: what a failure rate is a part of */
	size_t failed; /**< of those tried, neither ok nor timeout (a timeout is a censored value) */
	struct interval failed_ci; /**< Wilson interval of failed / tried */
};

/** The kinds of subject, by the "kind" of plan.json. */
enum analysis_kind { KIND_PROCESS, KIND_CONTAINER, KIND_VM, KIND_MOCK, KIND_OTHER };

/** One subject of the plan. Texts come from files: escape them for the output (harness/report/escape.h). */
struct analysis_subject {
	const char *name;    /**< unique */
	const char *label;   /**< must stand beside the name everywhere: "tcg"; "" for none */
	char title[104];     /**< "vm (tcg)", or just the name: what people are shown */
	const char *runtime;
	const char *root, *class; /**< "image" or "none", "plain"; only equal ones are compared */
	enum analysis_kind kind;
	const char *kind_name;
	bool usable;         /**< false: skipped, `reason` says why */
	const char *reason;
	const struct json *json; /**< its object in plan.json */
	const struct brief **samples; /**< all of its attempts, by kind, block and id */
	size_t sample_count;
	struct analysis_counts counts[BLOCK_KIND_COUNT];
	double memory_bytes[MEMORY_FIELD_COUNT]; /**< median at point "idle"; NAN: not known */
	struct {
		double allocated_bytes, apparent_bytes; /**< medians; NAN: not known */
	} disk[DISK_ROW_COUNT];
	const struct brief *middle; /**< its request_to_ready is the (lower) median; NULL: none */
	struct sample *medoid; /**< the whole of it: its phases add up */
	const struct brief *identity; /**< first counted sample that has one, in what it shares; NULL: none */
};

/** The values of one metric for one subject, and where they lie. Exists only where something was tried. */
struct analysis_summary {
	const struct metric *metric;
	size_t subject;		/**< index in struct analysis.subjects */
	const struct brief *const *of; /**< the subject's samples */
	uint32_t *at; /**< which of these count and have a value, in the order in which they ran */
	double *values;		/**< one for each; INFINITY: timed out, at least its timeout */
	size_t count;		/**< = stats.n; 0: no value at all, all of stats NAN */
	size_t missing;		/**< samples that were ok but lack this number */
	double timeout_ns;	/**< smallest of the censored; NAN: none. A median of INFINITY reads ">= timeout" */
	struct stats_summary stats;
	flag_set flags;
};

/** b over a, paired by block (method 5.3): `result` has a as x and b as y. */
struct analysis_comparison {
	size_t a, b; /**< subjects; a is the reference */
	const struct metric *metric_a, *metric_b; /**< the same one, but for a span of b held against a whole of a */
	size_t pairs;	 /**< blocks where both have a value (both censored: result.dropped of them) */
	size_t unpaired; /**< blocks where only one has a value */
	bool twins;	 /**< one subject under two names: what differs is noise (R1.4) */
	double floor; /**< what this host calls different between a subject and itself; NAN: not known (floors.h) */
	struct comparison result;
	struct power power; /**< the smallest effects that its blocks can show; NAN: not of a headline metric */
	size_t seen_blocks; /**< how many of such blocks it takes until POWER_EFFECT is seen; as power_blocks() */
	double p_holm; /**< result.p adjusted over its family (headline metrics, or all others); NAN: no ratio */
	enum verdict verdict; /**< VERDICT_NOT_COMPARABLE also where more than 10 % of the attempts failed (F-FAIL),
				 inconclusive where the effect is within the floor (F-FLOOR) */
	const char *verdict_word; /**< "slower", "more", "equivalent", "inconclusive", ... */
	flag_set flags;
};

struct analysis {
	const struct recording *recording;
	struct analysis_subject *subjects;
	size_t subject_count;
	struct analysis_summary *summaries; /**< by subject, within each by metric, both in the order of their tables */
	size_t summary_count;
	struct analysis_comparison *comparisons;
	size_t comparison_count;
	size_t comparisons_left_out; /**< pairs not compared because there are too many subjects (ANALYSIS_PAIRS_MAX) */
	struct floors floors;
	struct analysis_flag flags[FLAG_COUNT]; /**< one for each detector of fairness.h, triggered or not */
	struct alarms_row *alarms; /**< of the twins: false alarms, and what of a delay is found (alarms.h) */
	size_t alarm_count;
	struct claims claims;
	double confidence; /**< 0.95 */
	uint64_t seed;	   /**< of the plan */
	const char *kvm_class; /**< host.json: "kvm-hw", "kvm-nested", "kvm-software", "none"; "" not known */
	const struct brief **samples; /**< storage of the subjects' lists */
	size_t orphans;	   /**< samples whose subject is not in the plan: ignored and counted */
};

/** The sample that the summary's value `index` is of. */
static inline const struct brief *analysis_sample(const struct analysis_summary *summary, size_t index)
{
	return summary->of[summary->at[index]];
}

/** With more pairs of VM and container than this, the VMs meet only the plain container of their root. */
#define ANALYSIS_PAIRS_MAX 400

/** Computes everything. Error (-EINVAL): the recording is not consistent (it names where). */
int analysis_make(const struct recording *recording, struct analysis *ret_analysis, struct error *err);
void analysis_release(struct analysis *analysis);

/** The summary of a metric ("request_to_ready_ns") for a subject; NULL: there is none. */
const struct analysis_summary *analysis_summary_find(const struct analysis *analysis, const char *metric,
						     size_t subject);
/** The comparison of b with a; NULL: they are not compared. */
const struct analysis_comparison *analysis_comparison_find(const struct analysis *analysis, const char *metric,
							   size_t a, size_t b);
/** Is it of the class that is compared with nobody, and may run something else than the payload? */
bool analysis_is_control(const struct analysis_subject *subject);
/** Index of the first subject of a kind in a root class, named like its runtime if there is one; SIZE_MAX: none. */
size_t analysis_plain(const struct analysis *analysis, enum analysis_kind kind, const char *root);
/** Does the sample enter statistics: valid, not warm-up, neither skipped nor aborted. */
bool analysis_counts_in(const struct brief *sample);
