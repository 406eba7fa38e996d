/* SPDX-License-Identifier: Apache-2.0 */
/* Steps through texts: by lines, by parts, by characters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Where the text goes on behind the first `mark`; NULL: there is none. */
static inline char *text_behind(const char *text, char mark)
{
	char *at = strchr(text, mark);

	return at ? at + 1 : NULL;
}

/** The character at the begin of the text and its length in bytes; 0: not UTF-8 (overlong forms and surrogates are
 * not). */
size_t text_decode(const char *text, uint32_t *ret_character);
/** Is it one of the words in "this|that|other"? */
bool text_is_choice(const char *text, const char *choices);
