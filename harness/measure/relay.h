/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A counting reader: listens on a port of 127.0.0.1 that the kernel chooses, passes every connection on to a unix
 * socket and counts what goes each way. The bytes stay in the kernel (splice). One thread.
 */
#pragma once

#include <stdint.h>

#include "harness/base/error.h"

struct relay;

/** What has gone through so far: all bytes of the connections, so heads of HTTP as well as bodies. */
struct relay_counts {
	uint64_t to_server_bytes, from_server_bytes, connections;
};

/** `socket`: of the server, which need not listen yet; a connection that it does not take is closed. */
int relay_start(struct relay **ret_relay, const char *socket, struct error *err);
uint16_t relay_port(const struct relay *relay);
struct relay_counts relay_counts(const struct relay *relay);
/** Closes all connections; takes NULL. */
void relay_stop(struct relay *relay);
