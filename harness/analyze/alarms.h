/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the method cries wolf, and how often it hears one (method section 9, item 6): recorded blocks of subjects
 * under two names, their labels dealt anew at random, with a delay put into the second one. Without a delay every
 * "faster" or "slower" is a false alarm; with one the share that is found is the power.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct analysis;

#define ALARMS_SEEDS 100 /**< seeds 1 to 100 */
#define ALARMS_BLOCKS_MAX 200 /**< of more blocks the first ones are dealt */

/** The values of both names, block by block. */
struct alarms_pair {
	const double *a, *b;
	size_t blocks;
};

/** Of ALARMS_SEEDS times. */
struct alarms {
	unsigned faster, slower; /**< the second one is called so */
	unsigned without_1;	 /**< the interval of the ratio does not hold 1 */
};

/**
 * Deals `blocks` of each pair's blocks (chosen at random, kept in order), the second name times 1 + delay; p-values are
 * adjusted over the pairs, as those of one report are. `band`: of the verdict. One result for each pair; a pair with
 * fewer blocks uses what it has.
 */
void alarms_count(const struct alarms_pair *pairs, size_t pair_count, size_t blocks, double delay, double band,
		  struct alarms *ret);

/** Of one subject under two names, with one delay. */
struct alarms_row {
	size_t a, b;   /**< its names in the analysis */
	size_t blocks; /**< dealt each time */
	double delay;  /**< 0: none, every verdict is a false alarm */
	struct alarms found;
};

/** By start-up, each twin of a run with each of some delays (0, 5, 10, 20 %); for free(), NULL where there is none. */
struct alarms_row *alarms_of_twins(const struct analysis *analysis, size_t *ret_count);
