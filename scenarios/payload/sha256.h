/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) of one file, or of memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX 65 /* 64 digits and a NUL */

/** 0, or -1 where the file cannot be read. */
int sha256_file(const char *path, char ret_hex[SHA256_HEX]);
/** Of bytes in memory: the eight words of the digest. */
void sha256_bytes(const void *bytes, size_t length, uint32_t ret_state[8]);
