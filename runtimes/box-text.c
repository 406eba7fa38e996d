/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/box-text.h"

#include <string.h>

void box_init(struct box *box)
{
	(void)memset(box, 0, sizeof(*box));
	box->version = BOX_VERSION;
	box->user_namespace = -1;
	box->network = -1;
	box->ipc = -1;
	box->root.attached = -1;
	box->root.upper = -1;
	box->root.work = -1;
	box->text_size = 1;
}

uint32_t box_bytes(struct box *box, const char *bytes, size_t size)
{
	uint32_t offset = box->text_size;

	if (offset > BOX_TEXT_MAX || size > BOX_TEXT_MAX - offset) {
		box->text_size = BOX_TEXT_MAX + 1; /* which box_check() refuses */
		return 0;
	}
	(void)memcpy(box->text + offset, bytes, size);
	box->text_size += (uint32_t)size;
	return offset;
}

uint32_t box_text(struct box *box, const char *text)
{
	return *text ? box_bytes(box, text, strlen(text) + 1) : 0;
}

uint32_t box_options(struct box *box, const char *const *pairs)
{
	uint32_t offset = box->text_size;

	for (size_t i = 0; pairs[i]; i++)
		(void)box_bytes(box, pairs[i], strlen(pairs[i]) + 1);
	(void)box_bytes(box, "", 1);
	return offset;
}
