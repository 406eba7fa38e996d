/* SPDX-License-Identifier: Apache-2.0 */
/* Paragraphs for a terminal. */
#pragma once

#include <stdio.h>

/** The width that everything tare prints keeps to. */
#define TEXT_WIDTH 80

/**
 * Prints `text` broken at spaces, every line `indent` columns in and at most TEXT_WIDTH wide (a longer word
 * stays whole). `column`: where the cursor stands already; the first line starts there if it is beyond
 * `indent`. Ends with a newline.
 */
void text_wrap(FILE *out, const char *text, int column, int indent);
