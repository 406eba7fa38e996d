/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/keeper/clone.h"
#include "harness/keeper/home.h"
#include "harness/keeper/raw.h"

#define NETWORK_LOOK_NS 100000000 /* how often who waits looks whether the maker still lives */

int network_home(int number)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	return home_keep("net", number);
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

void network_make(struct box_run *run, enum network_state by)
{
	long rc = raw_call(SYS_unshare, CLONE_NEWNET, 0, 0, 0);

	if (rc >= 0 && run->box->flags & BOX_LOOPBACK_UP)
		rc = loopback_up();
	run->stamps_ns[BOX_STAGE_NETWORK_MADE] = clock_now_ns();
	__atomic_store_n(&run->network, rc < 0 ? (int32_t)rc : (int32_t)by, __ATOMIC_RELEASE);
	(void)raw_call(SYS_futex, (long)(uintptr_t)&run->network, FUTEX_WAKE_PRIVATE, 2, 0);
}

/* The maker: it and the starter share all memory, errno too, which it leaves alone. */
static struct {
	struct clone_room room;
	uint32_t orders; /* futex: how many it got; by turns to make a namespace and to go home */
	uint32_t unclaimed; /* number of the order to make one that nobody works at yet; 0: none */
	struct box_run *run;
	pid_t pid;
	int home, cpu; /* the one CPU on which it must not run; -1: not said yet */
	cpu_set_t cpus; /* on which it may */
} maker;

static void maker_order(void)
{
	__atomic_add_fetch(&maker.orders, 1, __ATOMIC_RELEASE);
	(void)raw_call(SYS_futex, (long)(uintptr_t)&maker.orders, FUTEX_WAKE_PRIVATE, 1, 0);
}

/* Only of the order with this number: who comes late must not take the next one for it. */
static bool claim(uint32_t order)
{
	return __atomic_compare_exchange_n(&maker.unclaimed, &order, 0, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static int maker_main(void *unused)
{
	(void)unused;
	(void)raw_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	(void)raw_call(SYS_close_range, 0, maker.home - 1, 0, 0);
	(void)raw_call(SYS_close_range, maker.home + 1, ~0u, 0, 0);
	for (uint32_t order = 1;; order++) {
		while (__atomic_load_n(&maker.orders, __ATOMIC_ACQUIRE) == order - 1)
			(void)raw_call(SYS_futex, (long)(uintptr_t)&maker.orders, FUTEX_WAIT_PRIVATE, order - 1, 0);
		if (order % 2 && claim(order))
			network_make(maker.run, NETWORK_BY_MAKER);
		else if (order % 2 == 0 && raw_call(SYS_setns, maker.home, CLONE_NEWNET, 0, 0) < 0)
			return 1;
	}
}

int network_maker(int home, int number)
{
	int pidfd = -1;

	if (sched_getaffinity(0, sizeof(maker.cpus), &maker.cpus) < 0)
		return -errno;
	maker.home = home;
	maker.cpu = -1;
	maker.pid = clone_begin(&maker.room, 0, -1, maker_main, NULL, &pidfd);
	return maker.pid < 0 ? maker.pid : home_renumber(pidfd, number);
}

/* Any CPU but this one, which the child will need. A scheduler that packs would put both here. */
static void maker_place(void)
{
	int cpu = sched_getcpu();

	if (cpu == maker.cpu || CPU_COUNT(&maker.cpus) < 2)
		return;
	cpu_set_t others = maker.cpus;

	CPU_CLR((size_t)cpu, &others);
	(void)sched_setaffinity(maker.pid, sizeof(others), &others);
	maker.cpu = cpu;
}

void network_begin(struct box_run *run)
{
	maker_place();
	maker.run = run;
	__atomic_store_n(&maker.unclaimed, maker.orders + 1, __ATOMIC_RELEASE);
	maker_order();
}

void network_help(struct box_run *run)
{
	if (claim(maker.orders))
		network_make(run, NETWORK_BY_STARTER);
}

/* Also where no child waits for it any more: what is written then would be taken for the next one's. */
int network_end(struct box_run *run)
{
	static const struct timespec look = {.tv_nsec = NETWORK_LOOK_NS};

	while (__atomic_load_n(&run->network, __ATOMIC_ACQUIRE) == NETWORK_NONE) {
		network_help(run); /* there may have been no child */
		(void)raw_call(SYS_futex, (long)(uintptr_t)&run->network, FUTEX_WAIT_PRIVATE, NETWORK_NONE,
			       (long)(uintptr_t)&look);
		if (!__atomic_load_n(&maker.room.alive, __ATOMIC_ACQUIRE))
			return -EOWNERDEAD;
	}
	maker_order();
	return 0;
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
	struct pollfd gone = {.fd = run->maker, .events = POLLIN};

	if (run->box->network >= 0)
		return setns(run->fds[run->box->network], CLONE_NEWNET) < 0 ? -errno : 0;
	int32_t state;

	for (;;) {
		state = __atomic_load_n(&run->network, __ATOMIC_ACQUIRE);

		if (state < 0)
			return state;
		if (state != NETWORK_NONE)
			break;
		if (syscall(SYS_futex, &run->network, FUTEX_WAIT_PRIVATE, NETWORK_NONE, &look) < 0 &&
		    errno == ETIMEDOUT && poll(&gone, 1, 0))
			return -EOWNERDEAD;
	}
	return setns(state == NETWORK_BY_MAKER ? run->maker : run->starter, CLONE_NEWNET) < 0 ? -errno : 0;
}
