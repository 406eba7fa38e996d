/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one thread that receives (method decision 3, R1.6, R1.34): it accepts the channels of all live
 * instances, stamps connection, ready byte and exit, and gathers what the payload says. The measuring
 * thread waits for its news. Nothing is allocated or logged between a request and its ready byte.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/model/instance.h"
#include "harness/model/protocol.h"

struct receiver;
struct channel;

/** What has happened to a channel so far; bits, and each stays set. */
enum channel_news {
	CHANNEL_CONNECTED = 1 << 0,
	CHANNEL_READY = 1 << 1,	   /**< the ready byte is here */
	CHANNEL_REPLY = 1 << 2,	   /**< facts, or the reply to a command, are complete */
	CHANNEL_CLOSED = 1 << 3,   /**< the other side closed it */
	CHANNEL_GARBLED = 1 << 4,  /**< something that is not the protocol, or too much of it */
	CHANNEL_EXITED = 1 << 5,   /**< the main process ended */
	CHANNEL_FAILED = 1 << 6,   /**< the runtime called instance_fail() */
	CHANNEL_INTERRUPTED = 1 << 7, /**< the user ends the run (SIGINT, SIGTERM, SIGHUP), or the keeper is gone */
};

/**
 * Starts the thread; it also takes SIGINT, SIGTERM and SIGHUP, which every thread started before or
 * after must have blocked (receiver_block_signals(), before there is a second thread). One per process.
 */
int receiver_start(struct receiver **ret_receiver, struct error *err);
void receiver_stop(struct receiver *receiver);
/** Does its thread run before all ordinary ones (SCHED_FIFO)? */
bool receiver_is_realtime(const struct receiver *receiver);
void receiver_block_signals(void);
/** Undoes it once the receiver has stopped: what came in between is forgotten, the next one ends the program. */
void receiver_unblock_signals(void);
bool receiver_interrupted(struct receiver *receiver);
/** As long as `abandon` is not NULL, an interruption by a signal calls abandon(data), which must end the program. */
void receiver_set_abandon(struct receiver *receiver, void (*abandon)(void *data), void *data);
/** Whether the keeper is gone. */
bool receiver_orphaned(struct receiver *receiver);
/**
 * Makes the descriptor's end (hang-up) an interruption: the keeper is gone. If the receiver has not been stopped
 * a second later, the thread calls give_up(data), which must end the program: whatever hangs, nobody else would.
 */
int receiver_watch_keeper(struct receiver *receiver, int fd, void (*give_up)(void *data), void *data,
			  struct error *err);

/**
 * Listens for the instance at in->socket (SOCK_SEQPACKET; a guest: SOCK_STREAM there for the ready byte and at
 * in->socket + ".s" for the rest). A guest's main process is the peer that connects (R1.12).
 */
int channel_open(struct receiver *receiver, struct instance *in, struct channel **ret_channel, struct error *err);
/** Watches in->pidfd as the main process; for the runtimes whose start() learns it. */
int channel_watch_process(struct channel *channel, struct error *err);
/** Blocks until one of the `wanted` bits is set or the instant has come; gives all bits that are set. */
unsigned channel_wait(struct channel *channel, unsigned wanted, uint64_t deadline_ns);
/** Sends a command and clears CHANNEL_REPLY. -E2BIG: it is longer than the payload takes. */
int channel_send(struct channel *channel, const char *command, struct error *err);
/** When the last command was about to be sent, and when the first byte of its answer was there. */
struct round_trip {
	uint64_t sent_ns, arrived_ns;
};
/** Of a command whose CHANNEL_REPLY has come. */
struct round_trip channel_round_trip(struct channel *channel);
/**
 * When each mark around the iterations of the last work order arrived: start and end by turns. They are cut out of the
 * text. A guest's serial port may bring two at once: then both have one stamp.
 */
struct channel_marks {
	uint64_t ns[2 * PROTOCOL_WORK_ITERATIONS_MAX];
	size_t count;
};
/** Of a command whose CHANNEL_REPLY has come. */
struct channel_marks channel_marks(struct channel *channel);
/** What came since the ready byte or the last command, up to the end mark; valid until the next command. */
const char *channel_text(struct channel *channel);
/** The value of KEY in such lines, into `value`; false: not there, or unknown ("-"). */
bool channel_fact(const char *text, const char *key, char *value, size_t size);
/** Process id of the first peer, 0 before it has connected. */
pid_t channel_peer(struct channel *channel);
/** Closes, removes the sockets; NULL is fine. */
void channel_close(struct channel *channel);
