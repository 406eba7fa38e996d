/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/protocol.h"
#include "runtimes/links.h"
#include "runtimes/peer.h"

#define PORT 7 /* echo */
#define LOOPBACK "127.0.0.1"
#define ANYWHERE "0.0.0.0" /* the bridge's address and the loopback's: nobody else is there */
#define FIRST 256u /* those before are the bridge's */
#define OWN PROTOCOL_NETWORK_PREFIX ".0.1"
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

struct bridge {
	int netns;
	struct peer *peer;
	unsigned users;
};

static struct bridge shared = {.netns = -1};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool bridge_is_private(const struct bridge *bridge)
{
	return bridge->netns >= 0;
}

char *bridge_peer(const struct bridge *bridge, bool user)
{
	return alloc_format("%s:%d", user ? PROTOCOL_NETWORK_USER_HOST : OWN, peer_port(bridge->peer));
}

/* The last two bytes of the instance's address: its number in the run, of which so many never live at once. */
static unsigned number_of(const char *name)
{
	const char *number = strrchr(name, '-');

	return FIRST + (unsigned)(strtoul(number ? number + 1 : "0", NULL, 10) % (65535 - FIRST));
}

void bridge_hardware_address(const char *name, char text[18])
{
	unsigned number = number_of(name);

	(void)snprintf(text, 18, PROTOCOL_NETWORK_HARDWARE ":%02x:%02x", number >> 8 & 255u, number & 255u);
}

static int own_namespace(struct error *err)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "/proc/thread-self/ns/net") : fd;
}

int bridge_hold(const struct bridge *bridge, struct error *err)
{
	int fd = fcntl(bridge->netns, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? error_errno(err, errno, "the network of the run") : fd;
}

int bridge_leave(int home, struct error *err)
{
	int rc = setns(home, CLONE_NEWNET) < 0 ? error_errno(err, errno, "cannot go back to the host's network") : 0;

	(void)close(home);
	return rc;
}

int bridge_enter(const struct bridge *bridge, struct error *err)
{
	int home = own_namespace(err);

	if (home < 0 || setns(bridge->netns, CLONE_NEWNET) == 0)
		return home;
	int rc = error_errno(err, errno, "cannot enter the network of the run");

	(void)close(home);
	return rc;
}

int bridge_namespace(int *ret_home, struct error *err)
{
	*ret_home = own_namespace(err);
	if (*ret_home < 0)
		return *ret_home;
	if (unshare(CLONE_NEWNET) == 0) {
		int netns = own_namespace(err);

		if (netns >= 0)
			return netns;
		(void)bridge_leave(*ret_home, NULL);
		return netns;
	}
	int rc = error_errno(err, errno, "cannot make a network namespace");

	(void)close(*ret_home);
	return rc;
}

static int peer_make(struct bridge *bridge, const char *address, int port, struct error *err)
{
	bridge->peer = peer_start(address, port, err);
	return bridge->peer ? 0 : err ? err->code : -EIO;
}

static int bridge_make(struct bridge *bridge, struct error *err)
{
	if (geteuid() != 0)
		return peer_make(bridge, LOOPBACK, 0, err);
	int home, rc = bridge->netns = bridge_namespace(&home, err);

	if (rc < 0)
		return rc;
	rc = links_up("lo", NULL, err);
	if (!rc)
		rc = links_bridge(BRIDGE_NAME, err);
	if (!rc)
		rc = links_up(BRIDGE_NAME, OWN "/" TEXT(PROTOCOL_NETWORK_BITS), err);
	if (!rc)
		rc = peer_make(bridge, ANYWHERE, PORT, err);
	int back = bridge_leave(home, err);

	return rc ? rc : back;
}

static void bridge_free(struct bridge *bridge)
{
	peer_stop(bridge->peer);
	if (bridge->netns >= 0)
		(void)close(bridge->netns);
	*bridge = (struct bridge){.netns = -1};
}

int bridge_open(struct bridge **ret_bridge, struct error *err)
{
	(void)pthread_mutex_lock(&lock);
	int rc = shared.users ? 0 : bridge_make(&shared, err);

	if (rc < 0)
		bridge_free(&shared);
	else
		shared.users++;
	(void)pthread_mutex_unlock(&lock);
	*ret_bridge = rc < 0 ? NULL : &shared;
	return rc < 0 ? error_wrap(err, rc, "the network of the run") : 0;
}

void bridge_close(struct bridge *bridge)
{
	if (!bridge)
		return;
	(void)pthread_mutex_lock(&lock);
	if (!--bridge->users)
		bridge_free(bridge);
	(void)pthread_mutex_unlock(&lock);
}

/* From the bridge's side, where the port is; the other end is put into the new namespace. */
static int pair_make(const struct bridge *bridge, const char *name, int netns, struct error *err)
{
	char link[16];
	int home = bridge_enter(bridge, err);

	if (home < 0)
		return home;
	(void)snprintf(link, sizeof(link), "v%u", number_of(name));
	int rc = links_pair(link, BRIDGE_NAME, PROTOCOL_NETWORK_LINK, netns, err);
	int back = bridge_leave(home, err);

	return rc ? rc : back;
}

int bridge_connect(const struct bridge *bridge, const struct instance *in, struct error *err)
{
	char address[32];
	unsigned number = number_of(in->name);
	int home;
	cleanup_close int netns = bridge_namespace(&home, err);
	int rc = netns;

	if (rc < 0)
		return rc;
	(void)snprintf(address, sizeof(address), PROTOCOL_NETWORK_PREFIX ".%u.%u/%d", number >> 8 & 255u,
		       number & 255u, PROTOCOL_NETWORK_BITS);
	rc = pair_make(bridge, in->name, netns, err);
	if (!rc)
		rc = links_up("lo", NULL, err);
	if (!rc)
		rc = links_up(PROTOCOL_NETWORK_LINK, address, err);
	int back = bridge_leave(home, err);

	return rc ? rc : back ? back : steal_fd(&netns);
}
