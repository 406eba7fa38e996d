/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the network workloads talk to (protocol.h, PROTOCOL_PEER_*): a thread of the harness, outside of every box. */
#pragma once

#include "harness/base/error.h"

struct peer;

/** Listens on the address and port, in the network namespace of the calling thread. NULL: error. */
struct peer *peer_start(const char *address, int port, struct error *err);
/** The port that it got, where 0 was asked for. */
int peer_port(const struct peer *peer);
/** Ends the thread, closes all connections. NULL is fine. */
void peer_stop(struct peer *peer);
