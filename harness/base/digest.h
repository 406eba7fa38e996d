/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of files and texts, as 64 hex digits, or as the base64 of RFC 4648. */
#pragma once

#include "harness/base/error.h"

#define DIGEST_HEX 65 /* with the terminator */
#define DIGEST_BASE64 45

int digest_file(const char *path, char hex[DIGEST_HEX], struct error *err);
void digest_text(const char *text, char hex[DIGEST_HEX]);
void digest_text_base64(const char *text, char base64[DIGEST_BASE64]);
