/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an experiment (model/experiment.h) is carried out. One file for each, a row in experiment.c. In its turn it may
 * do with its subject whatever the steps of an attempt (attempt-steps.h) and the runtime's operations allow; it knows
 * no runtime by name. It
 *
 *	- writes each thing that it measured at once, with experiment_record(), which syncs it to disk;
 *	- stops as soon as receiver_interrupted() says so, with status SAMPLE_ABORTED;
 *	- does not begin anything long after `deadline_ns`;
 *	- leaves no instance behind, however it ends;
 *	- never fails: what went wrong is its sample's status, phase and error, and what was measured before stays.
 */
#pragma once

#include "harness/base/json.h"
#include "harness/measure/attempt.h"
#include "harness/model/experiment.h"
#include "harness/model/recording.h"

/** One turn of one subject. */
struct experiment_turn {
	const struct attempts *attempts;
	const struct plan_step *step;
	const struct experiment_choice *choice; /**< which, and its numbers */
	struct subject *subject;
	struct sample *sample;	/**< how the turn ended */
	uint64_t deadline_ns;	/**< of the run's budget; 0: none */
	int64_t *next_id;	/**< numbers for the names of instances; never used twice in a run */
	struct journal *journal;
	const bool *usable;	/**< by subject: can it work here */
	/** What the experiment keeps from turn to turn: a record EXPERIMENT_KEPT that it wrote, also before the run was
	 * resumed. NULL at first; the session frees it. */
	struct json **kept;
	void (*on_record)(void *data, const char *subject, const char *what, size_t count); /**< NULL: nobody looks */
	void *data;
	size_t written;		/**< records of this turn */
	int failed;		/**< negative errno: the journal cannot be written, `err` says why; the turn ends */
	struct error err;
};

struct experiment {
	const char *name; /**< as its row in model/experiment.c */
	void (*run)(struct experiment_turn *turn);
};

/** NULL: it has no row. */
const struct experiment *experiment_find(const char *name);
/** What the earlier part of a run has kept, as a copy; NULL: nothing. */
struct json *experiment_recall(const struct recording *earlier);
/** A record begun: what it is of, and `what` it tells ("write", "point"). Numbers in it are named with their unit. */
struct json *experiment_begin_record(const struct experiment_turn *turn, const char *what);
/** Writes it, synced, and frees it. False: the turn must end. */
bool experiment_record(struct experiment_turn *turn, struct json *record);
/** Null for UNKNOWN. */
void experiment_add_known(struct json *record, const char *key, int64_t number);
/** Is it time to end: interrupted, or nothing can be written. */
bool experiment_must_end(const struct experiment_turn *turn);
/** Is the run's budget spent: a turn that has begun is done whole, unless it has no end of its own. */
bool experiment_is_late(const struct experiment_turn *turn);
/** Notes a failure of the turn, unless there was one before. */
void experiment_fail(struct experiment_turn *turn, enum sample_status status, const char *phase,
		     const char *format, ...)
	__attribute__((format(printf, 4, 5)));

struct attempt;
/**
 * One fresh instance: `steps` gets it ready and inspected, and afterwards it goes. Where it does not come so far, the
 * sample says why, and there are no steps.
 */
void experiment_instance(struct experiment_turn *turn,
			 void (*steps)(struct experiment_turn *turn, struct attempt *a, void *data), void *data);

void experiment_disk(struct experiment_turn *turn);
void experiment_limit(struct experiment_turn *turn);
void experiment_touch(struct experiment_turn *turn);
void experiment_ramp(struct experiment_turn *turn);
void experiment_work(struct experiment_turn *turn);
void experiment_cow(struct experiment_turn *turn);
void experiment_layers(struct experiment_turn *turn);
void experiment_exec(struct experiment_turn *turn);
void experiment_distribution(struct experiment_turn *turn);
