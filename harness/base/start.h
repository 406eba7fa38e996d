/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the harness asks the keeper to start things at the floor (design section 6): the messages on
 * their socket pair, and the client's side. The keeper is the parent of everything that is started:
 * it reaps at once, reports each exit with its resource usage, and kills and sweeps what is left when the harness dies.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/box.h"
#include "harness/base/error.h"

#define START_ENV_FD "TARE_KEEPER_FD" /* environment of tare-harness: its end of the socket pair */
#define START_STAMPS_MAX 16
#define START_TEXT_MAX 4096

/** A program to start directly (the control subject, OCI runtimes, helper programs). Texts end with NUL. */
struct start_program {
	uint32_t argument_count, variable_count;
	char text[START_TEXT_MAX]; /**< path, then the arguments (argv[0] first), then the variables, one after the other */
};

/** Appends one text; negative errno where there is no room. */
int start_program_add(struct start_program *program, size_t *used, const char *text, struct error *err);

/** An instant that the keeper or a starter stamped, by the number of the box's stage or of the program's. */
struct start_stamp {
	uint32_t stage; /**< enum box_stage */
	uint32_t unused;
	uint64_t t_ns;	/**< CLOCK_MONOTONIC */
};

/** What came of a start request. */
struct started {
	pid_t pid;
	int pidfd; /**< the caller closes it */
	struct start_stamp stamps[START_STAMPS_MAX];
	uint32_t stamp_count;
};

/** The end of a child of the keeper. */
struct exited {
	pid_t pid;
	int status;	       /**< as wait4 gives it */
	uint64_t t_ns;	       /**< when the keeper reaped it */
	uint64_t user_ns, system_ns, maxrss_bytes, involuntary_switches, major_faults; /**< from its rusage */
};

struct start_client;

/** The client for the descriptor named in TARE_KEEPER_FD; error_host() where there is none. One per process, any thread. */
int start_connect(struct start_client **ret_client, struct error *err);
void start_disconnect(struct start_client *client);
/** vfork + execve with /dev/null as standard input, output and error. On failure the error names the step and the errno. */
int start_program(struct start_client *client, const struct start_program *program, struct started *ret_started,
		  struct error *err);
/** Starts a container; `fds` are the descriptors that the box's steps name by index. Error: names the failed stage. */
int start_box(struct start_client *client, const struct box *box, const int *fds, struct started *ret_started,
	      struct error *err);
/** Waits until the keeper has reaped `pid`, at most until the instant. -ETIMEDOUT: it still lives. */
int start_await_exit(struct start_client *client, pid_t pid, uint64_t deadline_ns, struct exited *ret_exited,
		     struct error *err);
/** Tells the keeper what to remove when the harness dies: a folder tree, or cgroups by their name in every hierarchy. */
int start_guard_folder(struct start_client *client, const char *path, struct error *err);
int start_guard_cgroup(struct start_client *client, const char *path, struct error *err);
