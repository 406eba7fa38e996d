/* SPDX-License-Identifier: Apache-2.0 */
/* Messages with descriptors over a SOCK_SEQPACKET socket: what harness, keeper and starters talk through. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define PACKET_FDS_MAX 32

/** Descriptors that came with a packet; close-on-exec, the receiver's to close. */
struct packet_fds {
	int fds[PACKET_FDS_MAX];
	size_t count;
};

/** Sends one packet as a whole; `fds` may be NULL where `count` is 0. `flags` as for sendmsg. 0 or a negative
 * errno. */
int packet_send(int socket, const void *bytes, size_t length, const struct packet_fds *fds, int flags);
/**
 * Receives one packet of at most `size` bytes. Returns its length, 0 at the end of the connection, or a
 * negative errno: -EMSGSIZE where the packet or its descriptors did not fit (those that came are closed).
 */
ssize_t packet_receive(int socket, void *bytes, size_t size, struct packet_fds *ret_fds, int flags);
/** Closes all but those that were taken out (-1), and sets the count to 0. */
void packet_close(struct packet_fds *fds);
