/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/packet.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union packet_control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int) * PACKET_FDS_MAX)];
};

int packet_send(int socket, const void *bytes, size_t length, const struct packet_fds *fds, int flags)
{
	union packet_control control;
	struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (fds && fds->count) {
		if (fds->count > PACKET_FDS_MAX)
			return -EMSGSIZE;
		(void)memset(&control, 0, sizeof(control));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int) * fds->count);
		(void)memcpy(CMSG_DATA(&control.header), fds->fds, sizeof(int) * fds->count);
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * fds->count);
	}
	do
		sent = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static void packet_take_fds(struct msghdr *message, struct packet_fds *fds)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		fds->count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		(void)memcpy(fds->fds, CMSG_DATA(c), sizeof(int) * fds->count);
	}
}

ssize_t packet_receive(int socket, void *bytes, size_t size, struct packet_fds *ret_fds, int flags)
{
	union packet_control control;
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	struct msghdr message = {
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control),
	};
	ssize_t got;

	ret_fds->count = 0;
	do
		got = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET ? 0 : -errno;
	packet_take_fds(&message, ret_fds);
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		packet_close(ret_fds);
		return -EMSGSIZE;
	}
	return got;
}

void packet_close(struct packet_fds *fds)
{
	for (size_t i = 0; i < fds->count; i++)
		if (fds->fds[i] >= 0)
			(void)close(fds->fds[i]);
	fds->count = 0;
}
