/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network of the subjects with network=bridge and network=user: a network namespace of the run's own with a bridge
 * in it, and the peer of the workloads. It has no name and no way to the host's network: it lives as long as who is in
 * it (this process, guests, links of containers), so that nothing of it can be left. Who is not root makes none: he has
 * the peer alone, on the host's loopback, which a user-mode network leads to.
 */
#pragma once

#include <stdbool.h>

#include "harness/base/error.h"
#include "harness/model/instance.h"

#define BRIDGE_NAME "tare0" /* in that namespace */

struct bridge;

/** Makes it, or shares the one that there is. */
int bridge_open(struct bridge **ret_bridge, struct error *err);
/** Gives one share back; it goes with the last one. NULL is fine. */
void bridge_close(struct bridge *bridge);
/** Whether there is a namespace; all below but the peer needs it. */
bool bridge_is_private(const struct bridge *bridge);
/** Where the peer is, seen from a port of the bridge or through a user-mode network: ADDRESS:PORT, the value of
 * PROTOCOL_ENV_PEER; for free(). */
char *bridge_peer(const struct bridge *bridge, bool user);

/** The namespace itself, for the caller to close; or a negative errno. */
int bridge_hold(const struct bridge *bridge, struct error *err);
/** The calling thread goes into the namespace. The descriptor of the one where it was, for bridge_leave(), or a
 * negative errno. */
int bridge_enter(const struct bridge *bridge, struct error *err);
/** The thread goes back; closes the descriptor. */
int bridge_leave(int home, struct error *err);
/** A new network namespace, in which the calling thread stays until bridge_leave(*ret_home): its descriptor, or a
 * negative errno, after which the thread is where it was. */
int bridge_namespace(int *ret_home, struct error *err);

/** A new network namespace with lo and eth0, a port of the bridge, for the instance; its descriptor or a negative
 * errno. It lives until it is closed and nobody is in it. */
int bridge_connect(const struct bridge *bridge, const struct instance *in, struct error *err);
/** The hardware address of this instance's link, from which a guest takes its address (PROTOCOL_NETWORK_*). */
void bridge_hardware_address(const char *name, char text[18]);
