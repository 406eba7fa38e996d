/* SPDX-License-Identifier: Apache-2.0 */
/* How each claim is decided. `ret` comes with everything unknown and "not measured". */
#pragma once

#include <math.h>

#include "harness/analyze/analysis.h"

#define NO_ESTIMATE ((struct estimate){NAN, {NAN, NAN, false, 0}})

/** The two sides of a claim. */
struct sides {
	const struct analysis *analysis;
	const struct analysis_subject *container, *vm;
	size_t c, v; /**< their indexes */
	bool hardware; /**< the CPU itself runs the guest */
};

void claim_decide_start(const struct sides *s, struct claim_result *ret);
void claim_decide_memory(const struct sides *s, struct claim_result *ret);
void claim_decide_disk(const struct sides *s, struct claim_result *ret);
void claim_decide_kernel(const struct sides *s, struct claim_result *ret);
void claim_decide_visible(const struct sides *s, struct claim_result *ret);
/** Of the whole run: the VM that decides it is a control, and has no container beside it. */
void claim_decide_system(const struct analysis *analysis, struct claim_result *ret);
/** Of the whole run: docker-cli, docker and the runtime alone; container against container. */
void claim_decide_daemon(const struct analysis *analysis, struct claim_result *ret);
/** Of the whole run: the workload `syscall` of the experiment work, container and VM against a process. */
void claim_decide_syscall(const struct analysis *analysis, struct claim_result *ret);
/** Of the whole run: what the experiment cow wrote. */
void claim_decide_write(const struct analysis *analysis, struct claim_result *ret);
/** Of the whole run: what the images of the experiment layers share. */
void claim_decide_layers(const struct analysis *analysis, struct claim_result *ret);
/** Of the whole run: what the experiment distribution moved. */
void claim_decide_registry(const struct analysis *analysis, struct claim_result *ret);
