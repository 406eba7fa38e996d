/* SPDX-License-Identifier: Apache-2.0 */
/* Integer arithmetic in the caches: SHA-256 over 32 KiB (FIPS 180-4); one operation is one digest. */
#include "scenarios/payload/sha256.h"
#include "scenarios/payload/work.h"

#define BUFFER_BYTES 32768
#define KNOWN_DIGEST 0xcaab3044ull /* its first word */

static int prepare(struct work *work)
{
	static uint64_t buffer[BUFFER_BYTES / sizeof(uint64_t)];
	uint64_t state = 1;

	for (int i = 0; i < BUFFER_BYTES / 8; i++)
		buffer[i] = work_random(&state);
	work->state = buffer;
	work->expected = KNOWN_DIGEST * work->count;
	return 0;
}

static int run(struct work *work)
{
	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		uint32_t state[8];

		sha256_bytes(work->state, BUFFER_BYTES, state);
		work->checksum += state[0];
	}
	return 0;
}

const struct work_kind work_cpu_int = {"cpu_int", prepare, NULL, run, NULL};
