/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How small an effect a comparison can show, said so that it holds: one of that size, or larger, is found at least 9
 * times of 10. Runs like the recorded one are drawn from its own blocks, and what each would have needed is read from
 * its averages; the figure is what nine of ten needed, and more, as the noise is known from few blocks only.
 * Effects are parts of 1: 0.05 is 5 %.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/analyze/compare.h"

/** The chance with which what the figures name is found. */
#define POWER_CHANCE 0.9
/** The size that is asked for by name. */
#define POWER_EFFECT 0.05
/** Fewer recorded values a side tell nothing of the noise. */
#define POWER_FEWEST 6

/** The noise of a comparison: log ratios of pairs, or the logs of each side, without what lies between them. */
struct noise {
	double *logs[2]; /**< [1] is NULL where paired; centred, and widened by what is not known of their spread */
	size_t count[2]; /**< 0: not known (fewer than POWER_FEWEST, a censored value, or one that is not above 0) */
};

/** What is to be found. */
struct power_question {
	size_t blocks; /**< of each side; 0: as many as were recorded */
	size_t tests;  /**< in its family, for Holm: at worst p is multiplied by as many; at least 1 */
	double band;   /**< of the verdict: 0.05 */
	double floor;  /**< the noise floor that the verdict is held against; NAN: none is known */
};

/** The smallest effects. INFINITY: none is found by so few blocks. NAN: the noise is not known. */
struct power {
	double called; /**< that is called faster or slower, less or more */
	double seen;   /**< whose 95 % interval leaves 1 out */
};

/**
 * The noise of x and y, paired or not. It is taken as wider than it looks: by the upper 90 % limit of a standard
 * deviation of so few values (of normal ones: chi-square, Wilson and Hilferty 1931), and, where a block is like the one
 * before, by the lag-1 autocorrelation r as sqrt((1 + r) / (1 - r)) (Bayley and Hammersley 1946; r corrected for its
 * bias, Kendall 1954). For noise_release().
 */
void noise_of(const struct compare_data *data, bool paired, struct noise *ret);
void noise_release(struct noise *noise);
/** The same noise and question have the same answer. From a fixed seed; above 60 blocks as the root of their number. */
struct power power_of(const struct noise *noise, const struct power_question *question);
/** How many blocks of pairs it takes until an effect is `seen`; SIZE_MAX: more than 100 000; 0: noise not known. */
size_t power_blocks(const struct noise *noise, double effect);
