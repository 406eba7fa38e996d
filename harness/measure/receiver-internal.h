/* SPDX-License-Identifier: Apache-2.0 */
/* What receiver.c (the thread) and channel.c (the measuring side) share; nobody else includes it. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "harness/measure/receiver.h"

enum source_kind {
	SOURCE_STOP,	     /* eventfd: end the thread */
	SOURCE_SIGNAL,	     /* signalfd */
	SOURCE_KEEPER,	     /* hang-up of the keeper's socket */
	SOURCE_PATIENCE,     /* timerfd: how long the end of the run may take without a keeper */
	SOURCE_LISTEN_READY, /* listening socket of the ready byte (and of everything else, for a container) */
	SOURCE_LISTEN_TEXT,  /* listening socket of a guest's serial port */
	SOURCE_READY,	     /* the connections of these two */
	SOURCE_TEXT,
	SOURCE_PROCESS, /* pidfd */
	SOURCE_FAILURE, /* eventfd of instance_fail() */
	SOURCE_COUNT
};

/* One descriptor in the epoll set; `channel` is NULL for the receiver's own. */
struct source {
	enum source_kind kind;
	int fd;
	struct channel *channel;
};

struct channel {
	struct receiver *receiver;
	struct instance *in;
	struct source sources[SOURCE_COUNT];
	bool guest;
	unsigned news;
	pid_t peer;
	char text[PROTOCOL_FACTS_MAX];
	size_t length;
	struct round_trip trip;
	bool working; /* a work order is out: marks may come */
	struct channel_marks marks;
	uint64_t arrived_ns; /* of the bytes in hand */
	bool one_line; /* the reply is a single line, not a block with an end mark */
	char text_path[108];
	struct channel *next_closed;
};

struct receiver {
	pthread_t thread;
	pthread_mutex_t lock; /* guards the channels' news and text, and their life against the thread */
	pthread_cond_t changed;
	int epoll;
	struct source own[4]; /* the first four kinds */
	struct channel *closed; /* freed by the thread between two events, so that none in its hand is lost */
	bool interrupted, orphaned, realtime;
	void (*give_up)(void *data);
	void *give_up_data;
	void (*abandon)(void *data);
	void *abandon_data;
};

/** Puts the descriptor into the receiver's set; negative errno. */
int source_watch(struct receiver *receiver, struct source *source);
/** Takes it out, and closes it where the source owns it. With the lock held, once the thread runs. */
void source_close(struct receiver *receiver, struct source *source, bool owned);
/**
 * What the channel's connections bring, at least one byte; the connection of the ready byte, and the other one.
 * With the lock held. Any bytes are fine: what is not the protocol becomes CHANNEL_GARBLED.
 */
void channel_take_ready(struct channel *channel, const char *bytes, size_t length);
void channel_take_text(struct channel *channel, const char *bytes, size_t length);
