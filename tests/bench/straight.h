/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container by a straight line of system calls, to hold ours against: those that `namespace:upper=tmpfs` makes, in
 * its order, and nothing else. No description, no checks, no stamps, no stages, hardly an error.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "runtimes/cgroup.h"
#include "runtimes/seccomp.h"

#define STRAIGHT_SOCKET 3
#define STRAIGHT_ORDERS 4
#define STRAIGHT_HOME 5
#define STRAIGHT_MAKER 6

/** Ready before the clock runs: what the program reads from STRAIGHT_ORDERS. Descriptors are inherited. */
struct straight {
	int user, lower, keeper;
	struct cgroups cgroups; /**< the texts that it points to are out of reach */
	bool unified;
	char memory[24], pids[24]; /**< limits as text */
	struct seccomp_layer base, rest;
};

/** What is asked for each start; the detached mount of the channel comes with it. The reply is a pid_t, or minus the
 * line that failed. */
struct straight_order {
	char name[40];
};
