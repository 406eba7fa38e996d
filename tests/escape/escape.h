/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile program in a container can try. Each attempt answers 0 where it got what it wanted, else the
 * errno that stopped it; each runs in a process of its own, which the filter may kill.
 */
#pragma once

#include <stdbool.h>

struct attempt {
	const char *name; /**< key of the fact that says how it went */
	int (*try)(void);
};

/** What the host tells the program about itself. */
struct target {
	int pid;	      /**< a process of the host's, which root could end */
	unsigned port;	      /**< a TCP port on which the host's 127.0.0.1 listens */
	const char *abstract; /**< name of an abstract unix socket of the host's */
};

extern struct target target;

/** Lists that end with a NULL name. */
extern const struct attempt attempts_calls[]; /**< one system call each, none of which a workload needs */
extern const struct attempt attempts_files[]; /**< files of /proc, /sys and /dev, and its own */
extern const struct attempt attempts_host[];  /**< the host's processes, network and root */

/** 0 where the call went well, else its errno. */
int outcome(long result);
/** Tries to open the file for writing. */
int open_to_write(const char *path);
/** EACCES if this process has no capability, 0 if it has one. */
int have_capabilities(void);
