/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run from its folder's creation to the last line of its journal. What it writes is described in
 * model/recording.h; what it makes on the host carries the run's id and is gone when it ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/model/plan.h"
#include "harness/model/recording.h"
#include "harness/model/scenario.h"

/** What the caller sees of a run while it goes on. */
struct session_progress {
	const struct plan_step *step; /**< the one that has just ended */
	const struct scenario *scenario;
	size_t done, total;
	uint64_t elapsed_ns, left_ns; /**< left_ns: estimate from the steps so far */
	const struct sample *sample;
};

struct session_options {
	const char *folder;	  /**< results folder; created, must not hold a run (unless it is `earlier`'s) */
	const struct recording *earlier; /**< of the run that is to go on; NULL: a new run. session_recall() sets it */
	const char *connect_uri;  /**< NULL: embedded libvirt */
	const char *cache;	  /**< "warm" or "cold" for the subjects that do not say it; NULL: warm */
	const char *placement;    /**< one of PLACEMENT_POLICIES; NULL: auto */
	uint64_t seed;
	uint64_t budget_ns;	  /**< no new block starts after this; 0: no limit */
	double precision; /**< latency blocks end when every interval is within this part of its value (method 5.6); 0:
			       all blocks of the plan */
	int argument_count;	  /**< the command line, for the report */
	char **arguments;
	/** After each sample; NULL: none. */
	void (*on_sample)(void *data, const struct session_progress *progress);
	/** After each thing that an experiment has measured within its turn: how many these are, the newest's kind. */
	void (*on_record)(void *data, const char *subject, const char *what, size_t count);
	/** One line about something that the user should know now (a subject that cannot work here). */
	void (*on_notice)(void *data, const char *text);
	void *data;
};

struct session_result {
	size_t samples;
	size_t records; /**< that experiments wrote */
	size_t usable_subjects;
	size_t failed_subjects; /**< no attempt at all succeeded, though there were some: a result that says no */
	bool interrupted;
	bool orphaned; /**< the keeper was killed: everything is undone, end at once */
	/** "complete", "budget", "interrupted"; with a precision also "precision", "max_blocks", "failures". */
	const char *stop_reason;
};

/**
 * For a run that is to go on: makes the scenario as it was run, and sets folder, seed, connection and `earlier` of the
 * options (budget_ns and precision where they are 0). `earlier` must live as long as the session. error_input: its
 * plan cannot be read.
 */
int session_recall(const struct recording *earlier, struct scenario *ret_scenario, struct session_options *options,
		   struct error *err);
/**
 * Runs the scenario. Failing samples are no error. Errors: the folder cannot be made or written, no subject can
 * work here (error_host), the journal cannot be written (what was measured before is safe).
 */
int session_run(struct scenario *scenario, const struct session_options *options, struct session_result *ret_result,
		struct error *err);
