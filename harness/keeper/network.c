/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/keeper/raw.h"

#define NETWORK_LOOK_NS 100000000 /* how often a waiting child looks whether the starter still lives */

int network_home(int number)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int rc = fd == number || dup3(fd, number, O_CLOEXEC) >= 0 ? 0 : -errno;

	if (fd != number)
		(void)close(fd);
	return rc;
}

static long loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	long any = raw_call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0);

	if (any < 0)
		return any;
	long rc = raw_call(SYS_ioctl, any, SIOCSIFFLAGS, (long)(uintptr_t)&lo, 0);

	(void)raw_call(SYS_close, any, 0, 0, 0);
	return rc;
}

void network_make(struct box_run *run)
{
	long rc = raw_call(SYS_unshare, CLONE_NEWNET, 0, 0, 0);

	if (rc >= 0 && run->box->flags & BOX_LOOPBACK_UP)
		rc = loopback_up();
	run->stamps_ns[BOX_STAGE_NETWORK_MADE] = clock_now_ns();
	__atomic_store_n(&run->network, rc < 0 ? (int32_t)rc : NETWORK_READY, __ATOMIC_RELEASE);
	(void)raw_call(SYS_futex, (long)(uintptr_t)&run->network, FUTEX_WAKE_PRIVATE, 1, 0);
}

int network_hold(void)
{
	cleanup_close int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* the stub shows no /proc, through which one would open it */
	int fd = any < 0 ? -1 : ioctl(any, SIOCGSKNS);

	return fd < 0 ? -errno : fd;
}

int network_leave(int home)
{
	return setns(home, CLONE_NEWNET) < 0 ? -errno : 0;
}

int network_join(struct box_run *run)
{
	static const struct timespec look = {.tv_nsec = NETWORK_LOOK_NS};
	struct pollfd starter = {.fd = run->starter, .events = POLLIN};

	if (run->box->network >= 0)
		return setns(run->fds[run->box->network], CLONE_NEWNET) < 0 ? -errno : 0;
	for (;;) {
		int32_t state = __atomic_load_n(&run->network, __ATOMIC_ACQUIRE);

		if (state < 0)
			return state;
		if (state == NETWORK_READY)
			break;
		if (syscall(SYS_futex, &run->network, FUTEX_WAIT_PRIVATE, NETWORK_NONE, &look) < 0 &&
		    errno == ETIMEDOUT && poll(&starter, 1, 0))
			return -EOWNERDEAD;
	}
	return setns(run->starter, CLONE_NEWNET) < 0 ? -errno : 0;
}
