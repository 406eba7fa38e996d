/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the keeper's client; only for start.c (the connection), start-calls.c (what is asked of the keeper),
 * start-lane.c (the ways to its starters) and start-boxes.c (what is asked of them). */
#pragma once

#include <pthread.h>

#include "harness/base/packet.h"
#include "harness/base/start.h"

#define START_EXITS_KEPT 4096u /* more than can be alive at once in a ramp */

/* A way to a starter. */
struct start_lane {
	pthread_mutex_t lock; /* one request at a time: from sending to its reply */
	int socket;	      /* -1: there is none */
	unsigned losses;      /* atomic: how many of its starters turned out to be gone */
};

struct start_client {
	int socket;
	struct start_lane lanes[START_LANES_MAX];
	unsigned lane_count, turn;    /* atomic: lanes that take boxes; whose turn it is where all are busy */
	pthread_mutex_t request_lock; /* one request at a time: from sending to its reply */

	pthread_mutex_t lock; /* of everything below */
	struct start_filter *base; /* what each starter puts itself under; NULL: nothing. Set once */
	pthread_cond_t changed;
	bool reading, lost, replied;
	struct start_message reply;
	struct packet_fds reply_fds;
	size_t exit_count; /* all that ever came; the newest START_EXITS_KEPT are kept */
	struct exited *exits;
};

/** Sends a request (`sent`: with these descriptors, or NULL) and waits for its reply. The caller closes the
 * descriptors that came with it. -EPIPE: the keeper is gone. */
int client_request(struct start_client *client, const void *request, size_t length,
		   const struct packet_fds *sent, struct start_message *ret_reply, struct packet_fds *ret_fds,
		   struct error *err);
/** What a reply says about a start; the pidfd goes to the caller. */
void client_started(struct start_client *client, const struct start_message *reply, struct packet_fds *fds,
		    struct started *ret_started);
/** Drops exits of an earlier process with the same id, which ended before the instant. */
void client_forget(struct start_client *client, pid_t pid, uint64_t before_ns);

/** The first starter's, or one that is idle, or the next one in turn: locked until lane_leave(). */
struct start_lane *lane_first(struct start_client *client);
struct start_lane *lane_any(struct start_client *client);
/** The one for this box: the first for what it keeps, the plain one for what must not inherit the others' filter. */
struct start_lane *lane_for(struct start_client *client, const struct box *box);
void lane_leave(struct start_lane *lane);
/** The connection of a locked lane, made when first asked for. */
int lane_connect(struct start_client *client, struct start_lane *lane, struct error *err);
/** One question and its answer. -EPIPE: the starter is given up, lane_connect() asks for a new one. */
int lane_ask(struct start_lane *lane, const void *request, size_t size, const struct packet_fds *fds,
	     struct start_message *ret_reply, struct packet_fds *ret_fds, struct error *err);
