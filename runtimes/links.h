/* SPDX-License-Identifier: Apache-2.0 */
/* Network links through rtnetlink; libnl stays behind links.c. All of it in the network namespace that the calling
 * thread is in. Each returns 0 or a negative errno. */
#pragma once

#include <stdint.h>

#include "harness/base/error.h"

/** A new bridge, up. */
int links_bridge(const char *name, struct error *err);
/** A new pair of links: one is a port of the bridge and up, the other called `inside` in that namespace. */
int links_pair(const char *name, const char *bridge, const char *inside, int netns, struct error *err);
/** Brings the link up, with the address ("10.83.0.1/16") before; NULL: none. */
int links_up(const char *name, const char *address, struct error *err);

/** A descriptor that is told from now on of each route of IPv4 that somebody makes in this network namespace. */
int links_watch(struct error *err);
/** Waits until one of these is a default route: who sets up a network does that last. At most until the instant
 * (CLOCK_MONOTONIC), with -ETIMEDOUT; -ECHILD: the process of the pidfd has ended before. */
int links_await_route(int watch, int pidfd, uint64_t deadline_ns, struct error *err);
