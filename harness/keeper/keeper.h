/* SPDX-License-Identifier: Apache-2.0 */
/* The first process: parent of everything that is started, from the harness's start to the last sweep. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/error.h"
#include "harness/base/packet.h"
#include "harness/base/start.h"

/** What is removed after the harness has ended, newest first. */
struct guard {
	char *path;
	bool cgroup;
};

struct keeper {
	pid_t pid;
	pid_t harness;
	int harness_status; /**< as wait4 gives it; valid when `ended` */
	bool ended;
	int socket;  /**< to the harness; -1 once it has closed its end */
	int signals; /**< signalfd */
	int null;    /**< /dev/null */
	pid_t starters[START_LANES_MAX]; /**< by lane; 0: none */
	uint64_t look_ns; /**< when all children are looked at next; 0: nothing has happened */
	struct start_message *exits; /**< not yet sent */
	size_t exit_count;
	struct guard *guards;
	size_t guard_count;
};

/** Becomes subreaper, blocks the signals that it handles and opens what it needs. */
int keeper_init(struct keeper *keeper, struct error *err);
/** Starts the harness at `path` with these arguments and serves it until it has ended. */
int keeper_run(struct keeper *keeper, const char *path, char **argv, struct error *err);
/** Kills every descendant, removes what is guarded, frees. Returns how many children would not die. */
size_t keeper_finish(struct keeper *keeper);

/** What program_start() starts. */
struct program {
	const char *path;
	char **argv, **envp;
	bool own; /**< the harness: keeps standard files and session, gets `keep`, and outlives the keeper */
	int keep; /**< descriptor that stays open over exec, where `own` */
	int null; /**< standard files of all others */
	int said; /**< their standard error, or -1: `null` */
	pid_t parent;
	uint64_t first_ns, exec_ns; /**< stamped by the child */
	int errnum;		    /**< of exec; 0: it runs */
};

/** Starts it; fills reply's pid, stamps, stage and errnum. Returns the pidfd, -1 where there is no process.
 */
int program_start(struct program *program, struct start_message *reply);
/** The same for a request of the harness, which may have sent one descriptor: the program's standard error.
 */
int program_serve(struct keeper *keeper, const struct start_program *request, const struct packet_fds *fds,
		  struct start_message *reply);

/** A starter for the lane, and the harness's end of its socket; negative errno. Its pid goes to keeper->starters. */
int starter_start(struct keeper *keeper, size_t lane);

/** Kills and reaps all children, and theirs as they become ours, until none is left or the instant. Returns
 * those left. */
size_t sweep_processes(uint64_t deadline_ns);
