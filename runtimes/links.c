/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/clock.h"

/* What one request needs; unused members stay NULL. */
struct request {
	struct nl_sock *socket;
	struct rtnl_link *link, *change;
	struct rtnl_addr *address;
	struct nl_addr *local;
};

static void request_release(struct request *request)
{
	nl_addr_put(request->local);
	rtnl_addr_put(request->address);
	rtnl_link_put(request->change);
	rtnl_link_put(request->link);
	nl_socket_free(request->socket);
}

/* libnl has error numbers of its own. */
static int failed(struct error *err, int rc, const char *what, const char *name)
{
	return rc >= 0 ? 0
		       : error_set(err, rc == -NLE_PERM ? -EPERM : rc == -NLE_OPNOTSUPP ? -EOPNOTSUPP : -EIO,
				   "%s %s: %s", what, name, nl_geterror(rc));
}

static int request_open(struct request *request, struct error *err)
{
	request->socket = nl_socket_alloc();
	return failed(err, request->socket ? nl_connect(request->socket, NETLINK_ROUTE) : -NLE_NOMEM, "network",
		      "socket");
}

/* Up, for a link that is yet to be made. */
static void set_up(struct rtnl_link *link)
{
	rtnl_link_set_flags(link, IFF_UP);
}

int links_bridge(const char *name, struct error *err)
{
	struct request request = {0};
	int rc = request_open(&request, err);

	if (!rc) {
		request.link = rtnl_link_bridge_alloc();
		rtnl_link_set_name(request.link, name);
		set_up(request.link);
		rc = failed(err, rtnl_link_add(request.socket, request.link, NLM_F_CREATE | NLM_F_EXCL), "bridge",
			    name);
	}
	request_release(&request);
	return rc;
}

int links_pair(const char *name, const char *bridge, const char *inside, int netns, struct error *err)
{
	struct request request = {0};
	int rc = request_open(&request, err);

	if (!rc) {
		request.link = rtnl_link_veth_alloc();
		struct rtnl_link *peer = rtnl_link_veth_get_peer(request.link);

		rtnl_link_set_name(request.link, name);
		rtnl_link_set_master(request.link, (int)if_nametoindex(bridge));
		set_up(request.link);
		rtnl_link_set_name(peer, inside);
		rtnl_link_set_ns_fd(peer, netns);
		rtnl_link_put(peer);
		rc = failed(err, rtnl_link_add(request.socket, request.link, NLM_F_CREATE | NLM_F_EXCL), "link", name);
	}
	request_release(&request);
	return rc;
}

static int address_add(struct request *request, int index, const char *text)
{
	int rc = nl_addr_parse(text, AF_INET, &request->local);

	if (rc < 0)
		return rc;
	request->address = rtnl_addr_alloc();
	rtnl_addr_set_ifindex(request->address, index);
	rc = rtnl_addr_set_local(request->address, request->local);
	return rc < 0 ? rc : rtnl_addr_add(request->socket, request->address, 0);
}

int links_up(const char *name, const char *address, struct error *err)
{
	struct request request = {0};
	int index = (int)if_nametoindex(name), rc = request_open(&request, err);

	if (!rc && !index)
		rc = failed(err, -NLE_NODEV, "link", name);
	if (!rc && address)
		rc = failed(err, address_add(&request, index, address), "address of", name);
	if (!rc) {
		request.link = rtnl_link_alloc();
		request.change = rtnl_link_alloc();
		rtnl_link_set_ifindex(request.link, index);
		set_up(request.change);
		rc = failed(err, rtnl_link_change(request.socket, request.link, request.change, 0), "link", name);
	}
	request_release(&request);
	return rc;
}

int links_watch(struct error *err)
{
	struct sockaddr_nl at = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_ROUTE};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		int rc = error_errno(err, errno, "cannot watch the routes");

		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	return fd;
}

/* Whether one of the messages that have come tells of a default route. */
static bool default_route_came(int watch)
{
	_Alignas(struct nlmsghdr) char bytes[4096];
	ssize_t length;

	while ((length = recv(watch, bytes, sizeof(bytes), 0)) > 0) {
		unsigned left = (unsigned)length;

		for (const struct nlmsghdr *at = (void *)bytes; NLMSG_OK(at, left); at = NLMSG_NEXT(at, left)) {
			const struct rtmsg *route = NLMSG_DATA(at);

			if (at->nlmsg_type == RTM_NEWROUTE && route->rtm_dst_len == 0)
				return true;
		}
	}
	return false;
}

int links_await_route(int watch, int pidfd, uint64_t deadline_ns, struct error *err)
{
	struct pollfd fds[] = {{.fd = watch, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};

	for (;;) {
		uint64_t now_ns = clock_now_ns();

		if (now_ns >= deadline_ns)
			return error_set(err, -ETIMEDOUT, "no default route came in time");
		if (poll(fds, 2, (int)((deadline_ns - now_ns) / 1000000 + 1)) < 0 && errno != EINTR)
			return error_errno(err, errno, "poll");
		if (fds[0].revents && default_route_came(watch))
			return 0;
		if (fds[1].revents)
			return error_set(err, -ECHILD, "the process that was to make the network has ended");
	}
}
