/* SPDX-License-Identifier: Apache-2.0 */
/* xoshiro256** with its seeding, and the two draws that are easy to get wrong: a bound and a shuffle. */
#include "harness/base/random.h"

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, unsigned int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

void random_seed(struct random *random, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++)
		random->state[i] = splitmix64(&seed);
}

uint64_t random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t random_below(struct random *random, uint64_t bound)
{
	uint64_t reject_below = bound ? -bound % bound : 0; /* 2^64 mod bound */
	unsigned __int128 product;

	do
		product = (unsigned __int128)random_next(random) * bound;
	while ((uint64_t)product < reject_below);
	return (uint64_t)(product >> 64);
}

double random_unit(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1p-53;
}

static void swap_bytes(unsigned char *a, unsigned char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char kept = a[i];

		a[i] = b[i];
		b[i] = kept;
	}
}

void random_shuffle(struct random *random, void *items, size_t count, size_t size)
{
	unsigned char *bytes = items;

	for (size_t i = count; i > 1; i--)
		swap_bytes(bytes + (i - 1) * size, bytes + random_below(random, i) * size, size);
}
