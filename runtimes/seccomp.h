/* SPDX-License-Identifier: Apache-2.0 */
/* The system call filter of containers. libseccomp is used nowhere else, and never in a timed section. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>

#include "harness/base/error.h"

/** What a filter allows, for the facts. */
struct seccomp_facts {
	size_t rules;	     /**< system calls that are allowed, with or without conditions */
	size_t instructions; /**< of the program */
	const char *refused; /**< what happens to all others: "EPERM" */
};

/**
 * Builds the program for the native architecture: an allow-list, everything else fails with EPERM; other
 * architectures, x32 among them, are killed. -E2BIG: more than `room` instructions.
 */
int seccomp_build(struct sock_filter *ret_filter, size_t room, struct seccomp_facts *ret_facts,
		  struct error *err);
