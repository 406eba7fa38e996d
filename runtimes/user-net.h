/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's user-mode network: slirp4netns, a process for each instance, which holds a tap in its network namespace
 * and makes the sockets of the run's namespace (bridge.h) from what comes out of it. It is the library that QEMU's user
 * network is made of. Root only.
 */
#pragma once

#include "harness/base/error.h"
#include "harness/model/instance.h"
#include "runtimes/bridge.h"

#define USER_NET_PROGRAM "slirp4netns"

/** What of an instance must be ended: its process. */
struct user_net;

/** Where slirp4netns is, for free(). NULL: not installed. */
char *user_net_program(void);
/**
 * A new network namespace with lo and eth0 for the instance, once it is set up; its descriptor or a negative errno. It
 * lives until it is closed, nobody is in it, and user_net_end() was called. `ret_net` is set on failure as well, where
 * there is something to end.
 */
int user_net_connect(const struct bridge *bridge, const struct instance *in, struct user_net **ret_net,
		     struct error *err);
pid_t user_net_pid(const struct user_net *net);
/** Kills the process, waits until it is gone and frees. Takes NULL. */
void user_net_end(struct start_client *keeper, struct user_net *net);
