/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user's program says of itself, as numbers. Each line of its standard output is
 *
 *	NAME VALUE [UNIT]	blanks between; a decimal number; the unit is a word
 *	# anything, or nothing	passed over
 *
 * and the same names with the same units come in every iteration.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/model/protocol.h"
#include "harness/model/tool.h"

#define PROGRAM_METRICS_MAX 16
#define PROGRAM_NAME_MAX 32
#define PROGRAM_UNIT_MAX 16

struct program_metric {
	char name[PROGRAM_NAME_MAX]; /**< letters, digits and "_.-/"; begins with a letter */
	char unit[PROGRAM_UNIT_MAX]; /**< "" for none; letters, digits and "%/._-^*" */
	double values[PROTOCOL_WORK_ITERATIONS_MAX]; /**< by iteration, the warm-up ones first */
};

struct program_output {
	struct program_metric metrics[PROGRAM_METRICS_MAX];
	size_t count;
};

/**
 * From the answer to a work order. `tool`: only its numbers are taken, from wherever they stand; NULL: a program of the
 * user's. False: something is no metric; `why` gets what, and what would be right, in words
 * without control characters, cut where it is too long. The output is then empty.
 */
bool program_output_read(const char *answer, const struct tool *tool, struct program_output *ret_output, char *why,
			 size_t size);
