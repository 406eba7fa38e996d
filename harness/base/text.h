/* SPDX-License-Identifier: Apache-2.0 */
/* Steps through texts of lines or parts. */
#pragma once

#include <string.h>

/** Where the text goes on behind the first `mark`; NULL: there is none. */
static inline char *text_behind(const char *text, char mark)
{
	char *at = strchr(text, mark);

	return at ? at + 1 : NULL;
}
