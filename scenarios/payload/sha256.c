/* SPDX-License-Identifier: Apache-2.0 */
/* The payload proves which file it is, once, after it is ready; and the workload cpu_int is made of it. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/payload/sha256.h"

#define BLOCK 64
#define READ (32 * BLOCK) /* at a time */

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, unsigned int by)
{
	return value >> by | value << (32 - by);
}

static void schedule(const uint8_t block[BLOCK], uint32_t words[64])
{
	for (int i = 0; i < 16; i++, block += 4)
		words[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
			   (uint32_t)block[2] << 8 | block[3];
	for (int i = 16; i < 64; i++) {
		uint32_t low = rotate(words[i - 15], 7) ^ rotate(words[i - 15], 18) ^ words[i - 15] >> 3;
		uint32_t high = rotate(words[i - 2], 17) ^ rotate(words[i - 2], 19) ^ words[i - 2] >> 10;

		words[i] = words[i - 16] + low + words[i - 7] + high;
	}
}

/* Of the standard's a to h, `v` holds in round i the one called k at (k - i) mod 8: nothing has to move. */
#define V(k) v[((k) - (i)) & 7u]

/* Always inlined with a number, so that all of `v` can stay in registers. */
static inline __attribute__((always_inline)) void round_at(uint32_t v[8], unsigned int i, uint32_t word)
{
	uint32_t a = V(0u), e = V(4u);
	uint32_t choice = (e & V(5u)) ^ (~e & V(6u));
	uint32_t majority = (a & V(1u)) ^ (a & V(2u)) ^ (V(1u) & V(2u));
	uint32_t first = V(7u) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + word;
	uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;

	V(3u) += first;
	V(7u) = first + second;
}

#undef V

static void compress(uint32_t state[8], const uint8_t block[BLOCK])
{
	uint32_t words[64];
	uint32_t v[8];

	schedule(block, words);
	memcpy(v, state, sizeof(v));
	for (unsigned int i = 0; i < 64; i += 8) {
#pragma GCC unroll 8
		for (unsigned int k = 0; k < 8; k++)
			round_at(v, k, constants[i + k] + words[i + k]);
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

/* Reads until the buffer is full or the file ends: bytes read, or -1. */
static ssize_t read_full(int fd, uint8_t *buffer, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t count = read(fd, buffer + length, size - length);

		if (count < 0)
			return -1;
		if (!count)
			break;
		length += (size_t)count;
	}
	return (ssize_t)length;
}

/* The last block or two: the rest of the file, a one bit, zeros, the length in bits. */
static void finish(uint32_t state[8], uint8_t block[BLOCK], size_t rest, uint64_t total)
{
	block[rest++] = 0x80;
	memset(block + rest, 0, BLOCK - rest);
	if (rest > BLOCK - 8) {
		compress(state, block);
		memset(block, 0, BLOCK);
	}
	for (int i = 0; i < 8; i++)
		block[BLOCK - 1 - i] = (uint8_t)(total * 8 >> 8 * i);
	compress(state, block);
}

static const uint32_t initial[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* All whole blocks; returns where the rest is. */
static const uint8_t *compress_all(uint32_t state[8], const uint8_t *at, size_t length)
{
	for (; length >= BLOCK; at += BLOCK, length -= BLOCK)
		compress(state, at);
	return at;
}

void sha256_bytes(const void *bytes, size_t length, uint32_t ret_state[8])
{
	uint8_t block[BLOCK];

	memcpy(ret_state, initial, sizeof(initial));
	memcpy(block, compress_all(ret_state, bytes, length), length % BLOCK);
	finish(ret_state, block, length % BLOCK, length);
}

int sha256_file(const char *path, char ret_hex[SHA256_HEX])
{
	uint32_t state[8];
	uint8_t buffer[READ];
	uint64_t total = 0;
	ssize_t count;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	memcpy(state, initial, sizeof(state));
	do {
		count = read_full(fd, buffer, sizeof(buffer));
		if (count < 0)
			break;
		total += (uint64_t)count;
		memmove(buffer, compress_all(state, buffer, (size_t)count), (size_t)count % BLOCK);
	} while (count == READ);
	close(fd);
	if (count < 0)
		return -1;
	finish(state, buffer, (size_t)count % BLOCK, total);
	for (int i = 0; i < 64; i++)
		ret_hex[i] = "0123456789abcdef"[state[i / 8] >> (28 - i % 8 * 4) & 15];
	ret_hex[64] = '\0';
	return 0;
}
