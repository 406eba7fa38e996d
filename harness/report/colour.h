/* SPDX-License-Identifier: Apache-2.0 */
/* Calm colours: only where a person looks at a terminal and has not refused them (NO_COLOR, TERM=dumb). */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/** May what goes to this stream be coloured? */
bool colour_wanted(FILE *out);
/** Prints the summary with its verdicts in colour where that is wanted, else as it is. */
void colour_print(FILE *out, const char *text);
