/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The usual claims about containers and VMs (scenarios/claims.json), each with the measurement that decides it.
 * A host without hardware KVM decides a claim about speed only by spans that do not depend on the
 * accelerator: from the request to the first guest instruction.
 */
#pragma once

#include <stddef.h>

#include "harness/analyze/stats.h"
#include "harness/base/json.h"

struct analysis;

enum claim_verdict {
	CLAIM_SUPPORTED,
	CLAIM_REFUTED,
	CLAIM_INCONCLUSIVE,
	CLAIM_NOT_DECIDED,  /**< measured, but this host cannot decide it */
	CLAIM_NOT_MEASURED, /**< `caveat` says why, and how to measure it */
};

/** What was found about one claim. Texts are whole ASCII sentences; they may hold subjects' names: escape them. */
struct claim_result {
	const char *id;	  /**< "starts-faster" */
	const char *kind; /**< "floor": both sides tuned; "usual": as people use them; "any" */
	const char *text; /**< what the textbooks say: "A container starts faster than a VM." */
	const char *measured_by; /**< what decides it */
	enum claim_verdict verdict;
	char because[320]; /**< one sentence with the effect that decided; "" where not measured */
	char caveat[480];  /**< what the reader must also know, or why it was not measured; "" */
	/** The effect as numbers: VM over container unless `effect_of` says otherwise. NAN: none. */
	struct estimate effect;
	char effect_of[96]; /**< "memory_footprint_bytes: vm / namespace"; "" */
	/** How much, where that is another question than whether: the whole start-up. NAN: the same or none. */
	struct estimate amount;
	enum claim_verdict amount_verdict; /**< CLAIM_NOT_DECIDED: shown with its label only */
	size_t pairs;			   /**< blocks behind the effect */
};

/** All of them, in the order of claims.json. */
struct claims {
	struct claim_result *rows;
	size_t count;
	struct json *source; /**< their texts */
};

/** Decides all rows. Error: claims.json is not what its schema says. */
int claims_decide(const struct analysis *analysis, struct claims *ret_claims, struct error *err);
void claims_release(struct claims *claims);
/** "supported", "refuted", "inconclusive", "not decided on this host" or "not measured". */
const char *claim_verdict_name(enum claim_verdict verdict);
