/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seeded generator, the same numbers on every machine: the plan's order and the permutation tests can be
 * repeated from the seed in the report. Not for secrets.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021). */
struct random {
	uint64_t state[4];
};

/** Fills the state from any seed, 0 included, by splitmix64 (Steele, Lea and Flood, 2014). */
void random_seed(struct random *random, uint64_t seed);
/** 64 uniform bits. */
uint64_t random_next(struct random *random);
/** Uniform in [0, bound) without modulo bias (Lemire, 2019); 0 where `bound` is 0. */
uint64_t random_below(struct random *random, uint64_t bound);
/** Uniform in [0, 1), a multiple of 2^-53. */
double random_unit(struct random *random);
/** Puts `count` things of `size` bytes into a random order, each equally likely (Fisher-Yates). */
void random_shuffle(struct random *random, void *items, size_t count, size_t size);
