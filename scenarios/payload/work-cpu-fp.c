/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating point: the product of two 64 x 64 matrices of doubles, then sqrt and exp of each element; one operation is
 * one product. Baseline instructions only (SSE2), so that the sum is the same, bit for bit, on every CPU.
 */
#include <math.h>
#include <string.h>

#include "scenarios/payload/work.h"

#define SIDE 64
#define KNOWN_SUM 0x40543fe27ea75560ull /* the bits of a double */

struct matrices {
	double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
};

static int prepare(struct work *work)
{
	static struct matrices matrices;
	uint64_t state = 1;

	for (int i = 0; i < SIDE; i++)
		for (int j = 0; j < SIDE; j++) {
			matrices.a[i][j] = (double)(work_random(&state) >> 11) * 0x1p-53;
			matrices.b[i][j] = (double)(work_random(&state) >> 11) * 0x1p-53;
		}
	work->state = &matrices;
	work->expected = KNOWN_SUM * work->count;
	return 0;
}

static void multiply(struct matrices *m)
{
	for (int i = 0; i < SIDE; i++) {
		double row[SIDE] = {0};

		for (int k = 0; k < SIDE; k++)
			for (int j = 0; j < SIDE; j++)
				row[j] += m->a[i][k] * m->b[k][j];
		memcpy(m->c[i], row, sizeof(row));
	}
}

static double squeeze(const struct matrices *m)
{
	double sum = 0;

	for (int i = 0; i < SIDE; i++)
		for (int j = 0; j < SIDE; j++)
			sum += exp(-sqrt(m->c[i][j]));
	return sum;
}

static int run(struct work *work)
{
	struct matrices *m = work->state;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		WORK_OPAQUE(m);
		multiply(m);
		double sum = squeeze(m);
		uint64_t bits;

		memcpy(&bits, &sum, sizeof(bits));
		work->checksum += bits;
	}
	return 0;
}

const struct work_kind work_cpu_fp = {"cpu_fp", prepare, NULL, run, NULL};
