/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Division: counts the primes up to 10000 by trial division, as the cpu test of sysbench does (Alexey Kopytov); one
 * operation is one count. It is here to be held against that program.
 */
#include <math.h>

#include "scenarios/payload/work.h"

#define HIGHEST 10000
#define PRIMES 1229 /* below HIGHEST; the loop starts at 3, and so misses 2 */

static uint64_t count_primes(void)
{
	uint64_t count = 0;

	for (uint64_t number = 3; number < HIGHEST; number++) {
		double root = sqrt((double)number);
		uint64_t divisor = 2;

		while ((double)divisor <= root && number % divisor)
			divisor++;
		count += (double)divisor > root;
	}
	return count;
}

static int run(struct work *work)
{
	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		WORK_OPAQUE(i);
		work->checksum += count_primes();
	}
	work->expected = work->count * (PRIMES - 1);
	return 0;
}

const struct work_kind work_cpu_prime = {"cpu_prime", NULL, NULL, run, NULL};
