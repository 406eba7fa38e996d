/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the keeper's client; only for start.c (the connection) and start-calls.c (what is asked over
 * it). */
#pragma once

#include <pthread.h>

#include "harness/base/packet.h"
#include "harness/base/start.h"

#define START_EXITS_KEPT 4096u /* more than can be alive at once in a ramp */

struct start_client {
	int socket, starter;
	struct start_filter *base; /* what each starter puts itself under; NULL: nothing. Under starter_lock */
	unsigned starters; /* how many there have been; under starter_lock */
	pthread_mutex_t request_lock; /* one request at a time: from sending to its reply */
	pthread_mutex_t starter_lock; /* the same for boxes */

	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t changed;
	bool reading, lost, replied;
	struct start_message reply;
	struct packet_fds reply_fds;
	size_t exit_count; /* all that ever came; the newest START_EXITS_KEPT are kept */
	struct exited *exits;
};

/** Sends a request and waits for its reply. The caller closes the descriptors. -EPIPE: the keeper is gone. */
int client_request(struct start_client *client, const void *request, size_t length,
		   struct start_message *ret_reply, struct packet_fds *ret_fds, struct error *err);
/** Drops exits of an earlier process with the same id, which ended before the instant. */
void client_forget(struct start_client *client, pid_t pid, uint64_t before_ns);
