/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the harness asks the keeper to start things at the floor (design section 6): the messages on
 * their socket pair, and the client's side. The keeper is the parent of everything that is started:
 * it reaps at once, reports each exit with its resource usage, and kills and sweeps what is left when the
 * harness dies. Boxes go over sockets of their own straight to starters, which the keeper makes when they are
 * asked for: one, or more where boxes shall start at the same time.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/box.h"
#include "harness/base/error.h"
#include "harness/base/packet.h"

#define START_ENV_FD "TARE_KEEPER_FD" /* environment of tare-harness: its end of the socket pair */
#define START_STAMPS_MAX 16
#define START_LANES_WIDE 8u /* starters that share the boxes */
#define START_LANE_PLAIN START_LANES_WIDE /* one more, which is under no seccomp program and starts boxes without one */
#define START_LANES_MAX (START_LANES_WIDE + 1)
#define START_TEXT_MAX 4096

/** A program to start directly (the control subject, OCI runtimes, helper programs). Texts end with NUL. */
struct start_program {
	uint32_t argument_count, variable_count;
	char text[START_TEXT_MAX]; /**< path, then the arguments (argv[0] first), then the variables, one
				      after the other */
};

/** Appends one text; negative errno where there is no room. */
int start_program_add(struct start_program *program, size_t *used, const char *text, struct error *err);

/** An instant that the keeper or a starter stamped, by the number of the box's stage. */
struct start_stamp {
	uint32_t
	    stage; /**< enum box_stage; a program has clone_call, child_first, execve_call and clone_return */
	uint32_t unused;
	uint64_t t_ns; /**< CLOCK_MONOTONIC */
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
	int status;    /**< as wait4 gives it */
	uint64_t t_ns; /**< when the keeper reaped it */
	uint64_t user_ns, system_ns, maxrss_bytes, involuntary_switches, major_faults; /**< from its rusage */
};

/** One who serves, and what it weighs (method R1.16). One that does not run has pid 0 and 0 bytes. */
struct start_server {
	pid_t pid, unused;
	uint64_t rss_bytes;
};

struct start_status {
	struct start_server keeper, starters[START_LANES_MAX];
};

struct start_client;

/** The client for the descriptor named in TARE_KEEPER_FD; error_host() where there is none. One per process,
 * any thread. */
int start_connect(struct start_client **ret_client, struct error *err);
/** The same for a descriptor in hand, which the client then owns. */
struct start_client *start_connect_fd(int socket);
/** Takes NULL. What was started lives on until the process ends or the keeper sweeps. */
void start_disconnect(struct start_client *client);
/** A descriptor that polls as POLLHUP (ask for no event) once the keeper is gone. Only for poll and epoll. */
int start_lost_fd(const struct start_client *client);
/** vfork + execve with /dev/null as standard input, output and error (`said`: the caller's descriptor for its
 * standard error instead, or -1), in a session of its own. The error names the step. */
int start_program(struct start_client *client, const struct start_program *program, int said,
		  struct started *ret_started, struct error *err);
/** Starts a container; `fds` are the descriptors that the box names by index. Error: names the failed stage;
 * where ret_started->pid is set there was a process, which the keeper reaps. Keep a started one's pid until
 * its exit. */
int start_box(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
	      struct started *ret_started, struct error *err);
/**
 * The parts of a start that are dear and know nothing of their instance: the cgroups, the network namespace and the
 * root with its mounts of a box with BOX_AHEAD, as far as it does not name ready ones. `ret_fds`, which the caller
 * closes: the network namespace, the IPC namespace, the root as a detached mount, then what is joined of each cgroup
 * (box_cgroup.ready).
 */
int start_box_ahead(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
		    struct packet_fds *ret_fds, struct error *err);
/**
 * Lets a process go on that start_box() started with BOX_PARKED: it executes its program now. ret_started has its stamp
 * and no pidfd, the one from start_box() is good. -ESRCH: it waits no more, or its starter is gone.
 */
int start_box_release(struct start_client *client, pid_t pid, struct started *ret_started, struct error *err);
/**
 * Makes the starter now instead of with the first box, and this and every other one puts itself under the seccomp
 * program: what is the same for all boxes is so installed once. The boxes name it as their filter_base; those that name
 * none get a starter of their own. -EEXIST: there is another one already.
 */
int start_box_prepare(struct start_client *client, const struct sock_filter *base, size_t count, struct error *err);
/** Waits until the keeper has reaped `pid`, at most until the instant. -ETIMEDOUT: it still lives. -EPIPE: no
 * keeper. */
int start_await_exit(struct start_client *client, pid_t pid, uint64_t deadline_ns, struct exited *ret_exited,
		     struct error *err);
/**
 * For a harness that is not root and so may mount nothing: the starter's loans. A mount of the file or folder that is
 * in nobody's namespace yet, its descriptor or a negative errno.
 */
int start_lend_tree(struct start_client *client, const char *path, struct error *err);
/** An overlay of three folders as such a mount. */
int start_lend_overlay(struct start_client *client, const char *const paths[3], struct error *err);
/** Whether a box's overlay can be made of descriptors: tried with two such mounts. -EOPNOTSUPP: it cannot. */
int start_lend_try(struct start_client *client, int one, int other, struct error *err);
/**
 * From now on boxes start `count` at the same time, each by a starter of its own, but not more than there are CPUs; 1
 * at first, and without root's rights, as a loan is of use only to the one that gave it. Starters that have to come
 * come now, where the first one is there already; those that are too many end.
 */
int start_widen(struct start_client *client, unsigned count, struct error *err);
/** How many first starters turned out to be gone: what one lent or parked is of use as long as this stays as it was
 * before. */
unsigned start_losses(struct start_client *client);
int start_status(struct start_client *client, struct start_status *ret_status, struct error *err);
/**
 * Tells the keeper what to remove when the harness has ended: a folder tree, or a cgroup by its folder in one
 * hierarchy (what is in it gets killed; a pattern of glob(7) stands for all that match then). Absolute paths
 * without ".."; need not exist, neither then nor now.
 */
int start_guard_folder(struct start_client *client, const char *path, struct error *err);
int start_guard_cgroup(struct start_client *client, const char *path, struct error *err);

/* The messages themselves: for harness/keeper and for start.c only. */

enum start_kind {
	START_PROGRAM,	    /* request.program -> pid, stamps, pidfd */
	START_STARTER,	    /* -> a socket to the starter in this lane */
	START_GUARD_FOLDER, /* request.path */
	START_GUARD_CGROUP, /* request.path */
	START_STATUS,	    /* -> status */
	START_KIND_COUNT
};

/** Harness to keeper. A shorter packet is fine as long as what its kind needs is there. */
struct start_request {
	uint32_t kind, lane;
	union {
		struct start_program program;
		char path[PATH_MAX];
	};
};

#define START_LOAN_PATHS 3

enum start_loan_kind {
	START_LOAN_TREE,    /* paths[0] -> a detached mount */
	START_LOAN_OVERLAY, /* lower, upper, work -> a detached mount */
	START_LOAN_TRY,	    /* two descriptors */
	START_LOAN_KINDS,
	START_FILTER = 16, /* struct start_filter, and for every starter */
	START_RELEASE	   /* struct start_release, and for every starter */
};

/** Harness to starter, beside boxes; only as many paths are sent as the kind needs, absolute ones. */
struct start_loan {
	uint32_t version; /**< 0, which no box has */
	uint32_t kind;
	char paths[START_LOAN_PATHS][PATH_MAX];
};

/** Harness to starter: a parked process may go on. */
struct start_release {
	uint32_t version; /**< 0, which no box has */
	uint32_t kind;	  /**< START_RELEASE */
	pid_t pid;
	uint32_t unused;
};

/** Harness to starter: the seccomp program that it shall run under. As long as `count` says. */
struct start_filter {
	uint32_t version; /**< 0, which no box has */
	uint32_t kind;	  /**< START_FILTER */
	uint32_t count, unused;
	struct sock_filter filter[BOX_FILTER_MAX];
};

/** Keeper or starter to harness. Exits come without being asked for, and never before the reply about their
 * start. */
struct start_message {
	uint32_t is_exit;
	int32_t errnum;	 /**< reply: 0 or the errno of the failed stage */
	uint32_t stage;	 /**< reply: enum box_stage that was not reached */
	uint32_t detail; /**< reply: which of the stage's steps failed, from 0 */
	pid_t pid;
	uint32_t stamp_count;
	struct start_stamp stamps[START_STAMPS_MAX];
	union {
		struct exited exited;
		struct start_status status;
	};
};
