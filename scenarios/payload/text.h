/* SPDX-License-Identifier: Apache-2.0 */
/* Text put together in a fixed buffer. What does not fit is cut off; the buffer always ends with a NUL. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct text {
	char *start;
	size_t length; /**< without the NUL */
	size_t size;   /**< of the buffer */
};

/** A text over a local array. */
#define TEXT_OVER(array) ((struct text){ .start = (array), .length = 0, .size = sizeof(array) })

void text_add(struct text *text, const char *more);
void text_add_char(struct text *text, char c);
/** The number in base 10 or 16, without leading zeros. */
void text_add_number(struct text *text, uint64_t value, unsigned int base);

/** The decimal number at the start of `from` (after blanks), or false where there is none. */
_Bool text_read_number(const char *from, uint64_t *ret_value);
/** Cuts the next word off the front of *at (words end with a blank); "" where there is none left. */
const char *text_take_word(char **at);
