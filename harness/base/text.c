/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/text.h"

#include <stdbool.h>

size_t text_decode(const char *bytes, uint32_t *ret_character)
{
	const unsigned char *text = (const unsigned char *)bytes;
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t length = 1; length <= 4; length++) {
		if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
			continue;
		uint32_t character = text[0] & (unsigned char)~forms[length - 1].mask;

		for (size_t i = 1; i < length; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			character = character << 6 | (text[i] & 0x3f);
		}
		*ret_character = character;
		bool wrong = character < forms[length - 1].least || character > 0x10ffff ||
			     (character >= 0xd800 && character <= 0xdfff);

		return wrong ? 0 : length;
	}
	return 0;
}

bool text_is_choice(const char *text, const char *choices)
{
	size_t length = strlen(text);

	for (const char *at = choices; at; at = text_behind(at, '|'))
		if (length && strcspn(at, "|") == length && !strncmp(at, text, length))
			return true;
	return false;
}
