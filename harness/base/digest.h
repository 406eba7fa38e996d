/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of files and texts, as 64 hex digits. */
#pragma once

#include "harness/base/error.h"

#define DIGEST_HEX 65 /* with the terminator */

int digest_file(const char *path, char hex[DIGEST_HEX], struct error *err);
void digest_text(const char *text, char hex[DIGEST_HEX]);
