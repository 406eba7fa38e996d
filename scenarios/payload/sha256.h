/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) of one file. */
#pragma once

#define SHA256_HEX 65 /* 64 digits and a NUL */

/** 0, or -1 where the file cannot be read. */
int sha256_file(const char *path, char ret_hex[SHA256_HEX]);
