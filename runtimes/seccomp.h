/* SPDX-License-Identifier: Apache-2.0 */
/* The system call filter of containers. libseccomp is used nowhere else, and never in a timed section. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>

#include "harness/base/box.h"
#include "harness/base/error.h"

/** A program. */
struct seccomp_layer {
	struct sock_filter filter[BOX_FILTER_MAX];
	size_t count;
};

/** What a filter allows, for the facts. */
struct seccomp_facts {
	size_t rules;	     /**< system calls that are allowed, with or without conditions */
	size_t instructions; /**< of both layers */
	const char *refused; /**< what happens to all others: "EPERM" */
};

/**
 * Builds the programs for the native architecture: an allow-list, everything else fails with EPERM; other
 * architectures, x32 among them, are killed. In two layers, which together are that list: the base, under which a
 * starter and its children can still set a container up, and the few instructions that each container adds to take
 * that away too. -E2BIG: more than BOX_FILTER_MAX instructions.
 */
int seccomp_build(struct seccomp_layer *ret_base, struct seccomp_layer *ret_rest, struct seccomp_facts *ret_facts,
		  struct error *err);
