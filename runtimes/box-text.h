/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a box that is being described. Too many of them make the box fail its check, not the caller. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "harness/base/box.h"

/** An empty box: versioned, without descriptors, with the empty text. */
void box_init(struct box *box);
/** Adds bytes that end with NUL; returns their offset. */
uint32_t box_bytes(struct box *box, const char *bytes, size_t size);
/** Adds a text; "" is offset 0. */
uint32_t box_text(struct box *box, const char *text);
/** Adds an option list from key, value, ..., NULL; a flag's value is "". */
uint32_t box_options(struct box *box, const char *const *pairs);
