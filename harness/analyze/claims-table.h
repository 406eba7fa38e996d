/* SPDX-License-Identifier: Apache-2.0 */
/* scenarios/claims.json, which is part of the program: what is claimed, and the rule that decides it. */
#pragma once

#include <stddef.h>

#include "harness/base/error.h"
#include "harness/base/json.h"

struct analysis;
struct claim_result;
struct sides;

#define CLAIMS_MAX 64

/** How a claim is decided: by two sides that stand for container and VM, or by the run as a whole. */
struct claim_rule {
	const char *name; /**< "decided_by" of the file */
	void (*by_sides)(const struct sides *sides, struct claim_result *ret);
	/** Leaves `ret` as it is where the run does not hold what it takes. */
	void (*by_run)(const struct analysis *analysis, struct claim_result *ret);
};

/** One row. Texts are borrowed from the file, rules live as long as the program. */
struct claim_row {
	const char *id, *kind, *text, *measured_by, *how;
	const struct claim_rule *rule;
};

/**
 * Reads and checks rows; `name` begins the error texts: "claims.json: claims[3].decided_by: 'x' is none of ...".
 * error_input: a key is missing, not known, of the wrong type or too long; an id is there twice in one kind.
 */
int claims_read(const struct json *json, const char *name, struct claim_row *ret_rows, size_t *ret_count,
		struct error *err);
/** The file that the program has, parsed; for json_free(). NULL: error. */
struct json *claims_own(struct error *err);
