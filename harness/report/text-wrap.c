/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/text-wrap.h"

#include <stdbool.h>
#include <string.h>

void text_wrap(FILE *out, const char *text, int column, int indent)
{
	int at = column;

	for (bool first = true;; first = false) {
		text += strspn(text, " \n");
		int length = (int)strcspn(text, " \n");

		if (!length)
			break;
		if (!first && at + 1 + length > TEXT_WIDTH) {
			(void)fputc('\n', out);
			at = 0;
		} else if (!first) {
			at += fprintf(out, " ");
		}
		if (at < indent)
			at += fprintf(out, "%*s", indent - at, "");
		at += fprintf(out, "%.*s", length, text);
		text += length;
	}
	(void)fputc('\n', out);
}
