/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A starter: clones boxes for the harness, one after the other. It lives in a mount namespace with
 * nothing but a small read-only stub, so that a child copies one mount instead of the host's and has nothing
 * to leave behind. Its children are the keeper's (CLONE_PARENT): one process reaps, and their death signal is
 * the keeper's.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched.h>
#include <linux/seccomp.h>

#include "harness/base/clock.h"
#include "harness/keeper/ahead.h"
#include "harness/keeper/box-steps.h"
#include "harness/keeper/clone.h"
#include "harness/keeper/keeper.h"
#include "harness/keeper/lender.h"
#include "harness/keeper/network.h"
#include "harness/keeper/parking.h"
#include "harness/keeper/stub.h"

/*
 * The starter's descriptors, above the standard files, which are the stub's /dev/null: pidfds of the keeper, of itself
 * and of the maker of networks, its own network and IPC namespaces, and, only without root's rights (lender.h), two
 * mount namespaces.
 */
enum {
	STARTER_SOCKET = 3,
	STARTER_KEEPER,
	STARTER_SELF,
	STARTER_MAKER,
	STARTER_NETWORK,
	STARTER_IPC,
	STARTER_HOST,
	STARTER_STUB,
	STARTER_FREE
};

/* Gives the descriptors their numbers and closes all others but the standard ones. */
static int starter_descriptors(int socket, pid_t keeper)
{
	const struct {
		int number;
		long fd;
	} rows[] = {
	    {STARTER_SOCKET, socket},
	    {STARTER_KEEPER, syscall(SYS_pidfd_open, keeper, 0)},
	    {STARTER_SELF, syscall(SYS_pidfd_open, getpid(), 0)},
	};
	int high[sizeof(rows) / sizeof(rows[0])];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		high[i] = rows[i].fd < 0 ? -1 : fcntl((int)rows[i].fd, F_DUPFD_CLOEXEC, 64);
		if (high[i] < 0)
			return -errno;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (dup3(high[i], rows[i].number, O_CLOEXEC) < 0)
			return -errno;
	return syscall(SYS_close_range, STARTER_MAKER, ~0u, 0) < 0 ? -errno : 0;
}

/* What the starter runs under, and so all its children; 0: nothing yet. */
static uint32_t starter_base;

/* The maker of networks is gone. */
static bool starter_alone;

static int starter_prepare(int socket, pid_t keeper, bool rootless)
{
	(void)prctl(PR_SET_NAME, "tare-starter");
	if (setsid() < 0)
		return -errno;
	int rc = starter_descriptors(socket, keeper);

	if (!rc && rootless)
		rc = lender_enter(STARTER_HOST);
	if (!rc)
		rc = network_home(STARTER_NETWORK);
	if (!rc)
		rc = ahead_home(STARTER_IPC);
	if (!rc)
		rc = stub_make(rootless);
	if (!rc && rootless)
		rc = lender_return_to(STARTER_STUB);
	if (!rc)
		rc = network_maker(STARTER_NETWORK, STARTER_MAKER);
	/* Now that no credentials change any more, which would clear it. */
	if (!rc && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		rc = -errno;
	if (!rc && getppid() != keeper)
		rc = -EOWNERDEAD;
	(void)mlockall(MCL_CURRENT | MCL_FUTURE |
		       MCL_ONFAULT); /* a courtesy to the measurement; not always allowed */
	return rc;
}

static bool needs_network(const struct box *box)
{
	return box->namespaces & CLONE_NEWNET && box->network < 0;
}

/* Starts the box; returns the pidfd, or -1 with run->errnum where there is no process. */
static int starter_clone(struct parking *place, pid_t *ret_pid)
{
	struct box_run *run = &place->run;
	int folder = -1, pidfd = -1, rc = 0;

	run->stage = BOX_STAGE_CGROUP_CREATED;
	if (box_joins_by_clone(run->box))
		rc = box_cgroups_make(run, &folder);
	if (rc < 0) {
		run->errnum = -rc;
		return -1;
	}
	run->stage = BOX_STAGE_CHILD_FIRST;
	uint64_t flags = (run->box->namespaces & ~(uint64_t)CLONE_NEWNET) | CLONE_PARENT |
			 (folder >= 0 ? CLONE_INTO_CGROUP : 0);

	if (run->box->ipc >= 0)
		flags &= ~(uint64_t)CLONE_NEWIPC;

	run->stamps_ns[BOX_STAGE_CLONE_CALL] = clock_now_ns();
	pid_t pid = clone_begin(&place->room, flags, folder, box_child, run, &pidfd);

	run->stamps_ns[BOX_STAGE_CLONE_RETURN] = clock_now_ns();
	if (pid < 0) {
		run->errnum = -pid;
		return -1;
	}
	if (needs_network(run->box))
		network_help(run);
	clone_wait(&place->room, BOX_MAKING);
	*ret_pid = pid;
	return pidfd;
}

/* The same, with a network that is made meanwhile. */
static int starter_run(struct parking *place, pid_t *ret_pid)
{
	bool network = needs_network(place->run.box);

	if (network)
		network_begin(&place->run);
	int pidfd = starter_clone(place, ret_pid);

	if (network)
		starter_alone = network_end(&place->run) < 0;
	return pidfd;
}

static void reply_fill(struct start_message *reply, const struct box_run *run)
{
	reply->errnum = run->errnum;
	reply->stage = run->stage;
	reply->detail = run->detail;
	for (uint32_t stage = 0; stage < BOX_STAGE_COUNT; stage++)
		if (run->stamps_ns[stage])
			reply->stamps[reply->stamp_count++] =
			    (struct start_stamp){.stage = stage, .t_ns = run->stamps_ns[stage]};
}

/* Whether it can be started here, and who holds it meanwhile; NULL with errno. */
static struct parking *starter_place(const struct box *box, size_t size, const struct packet_fds *fds, bool rootless)
{
	errno = EINVAL;
	if (box_check(box, size, fds->count, NULL) < 0 || (box->filter_base && box->filter_base != starter_base))
		return NULL;
	struct parking *place = box->flags & BOX_PARKED ? parking_take(box) : parking_ordinary();

	if (!place)
		return NULL;
	place->run = (struct box_run){
	    .box = box->flags & BOX_PARKED ? &place->box : box,
	    .fds = fds->fds,
	    .keeper = STARTER_KEEPER,
	    .maker = STARTER_MAKER,
	    .starter = STARTER_SELF,
	    .rootless = rootless,
	    .alive = &place->room.alive,
	};
	(void)memset(place->run.tasks, -1, sizeof(place->run.tasks));
	return place;
}

/* A child: its pidfd goes along. One that shall wait and does not any more has been killed meanwhile. */
static void serve_start(struct parking *place, struct start_message *reply, struct packet_fds *ret_fds)
{
	ret_fds->fds[0] = starter_run(place, &reply->pid);
	ret_fds->count = ret_fds->fds[0] >= 0;
	if (place->run.box->flags & BOX_PARKED && !place->run.errnum) {
		place->pid = reply->pid;
		if (!parking_find(reply->pid))
			place->run.errnum = ESRCH;
	}
	reply_fill(reply, &place->run);
}

/* No child: what is made here goes along. */
static void serve_ahead(struct box_run *run, struct start_message *reply, struct packet_fds *ret_fds)
{
	int rc = ahead_make(run, ret_fds);

	run->errnum = rc < 0 ? -rc : 0;
	if (rc < 0)
		ret_fds->count = 0;
	reply_fill(reply, run);
}

/* False: this starter can start nothing any more. */
static bool starter_serve(const struct box *box, size_t size, struct packet_fds *fds, bool rootless)
{
	struct parking *place = starter_place(box, size, fds, rootless);
	struct start_message reply = {.errnum = place ? 0 : errno};
	struct packet_fds answer = {0};

	if (place && box->flags & BOX_AHEAD)
		serve_ahead(&place->run, &reply, &answer);
	else if (place)
		serve_start(place, &reply, &answer);
	(void)packet_send(STARTER_SOCKET, &reply, sizeof(reply), &answer, 0);
	(void)syscall(SYS_close_range, STARTER_FREE, ~0u, 0); /* the box's, the cgroups' and the answer's */
	return network_leave(STARTER_NETWORK) == 0 && setns(STARTER_IPC, CLONE_NEWIPC) == 0 && !starter_alone;
}

/* A parked child executes its program; its earlier stamps were told when it was parked. */
static void starter_release(const struct start_release *request, size_t size)
{
	struct parking *place = size == sizeof(*request) ? parking_find(request->pid) : NULL;
	struct start_message reply = {.errnum = ESRCH, .stage = BOX_STAGE_EXECVE_CALL};

	if (place) {
		reply = (struct start_message){.pid = request->pid};
		(void)memset(place->run.stamps_ns, 0, sizeof(place->run.stamps_ns));
		parking_release(place);
		reply_fill(&reply, &place->run);
	}
	(void)packet_send(STARTER_SOCKET, &reply, sizeof(reply), NULL, 0);
}

/* Puts the starter under the seccomp program. */
static void starter_restrict(struct start_filter *request, size_t size)
{
	struct start_message reply = {0};
	struct sock_fprog program = {.len = (unsigned short)request->count, .filter = request->filter};

	if (size < offsetof(struct start_filter, filter) || !request->count || request->count > BOX_FILTER_MAX ||
	    size != offsetof(struct start_filter, filter) + request->count * sizeof(request->filter[0]) || starter_base)
		reply.errnum = EINVAL;
	else if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		reply.errnum = errno;
	else
		starter_base = box_filter_digest(request->filter, request->count);
	(void)packet_send(STARTER_SOCKET, &reply, sizeof(reply), NULL, 0);
}

/* Lends a mount. False: this starter can start nothing any more. */
static bool starter_lend(const struct start_loan *loan, size_t size, struct packet_fds *fds)
{
	struct start_message reply = {0};
	int fd = lend(loan, size, fds, STARTER_HOST, STARTER_STUB);
	struct packet_fds lent = {.fds = {fd}, .count = fd > 0};

	reply.errnum = fd < 0 ? -fd : 0;
	(void)packet_send(STARTER_SOCKET, &reply, sizeof(reply), &lent, 0);
	(void)syscall(SYS_close_range, STARTER_FREE, ~0u, 0);
	return fd != -ENOTRECOVERABLE;
}

union starter_request {
	struct box box;
	struct start_loan loan;
	struct start_filter filter;
	struct start_release release;
};

/* Does what is asked. False: this starter can start nothing any more. */
static bool starter_answer(union starter_request *request, size_t size, struct packet_fds *fds, bool rootless)
{
	bool special = size >= offsetof(struct start_loan, paths) && !request->loan.version;

	if (special && request->loan.kind == START_FILTER) {
		packet_close(fds);
		starter_restrict(&request->filter, size);
		return true;
	}
	if (special && request->loan.kind == START_RELEASE) {
		packet_close(fds);
		starter_release(&request->release, size);
		return true;
	}
	if (special && rootless)
		return starter_lend(&request->loan, size, fds);
	return starter_serve(&request->box, size, fds, rootless);
}

/* The first message says whether the stub stands; afterwards one reply for each request. */
static void starter_main(int socket, pid_t keeper)
{
	static union starter_request request;
	struct start_message hello = {0};
	struct packet_fds fds;
	bool rootless = geteuid() != 0;
	int rc = starter_prepare(socket, keeper, rootless);

	hello.errnum = -rc;
	(void)packet_send(STARTER_SOCKET, &hello, sizeof(hello), NULL, 0);
	while (!rc) {
		ssize_t got = packet_receive(STARTER_SOCKET, &request, sizeof(request), &fds, 0);

		if (got <= 0 || !starter_answer(&request, (size_t)got, &fds, rootless))
			break;
	}
	_exit(rc ? 1 : 0);
}

int starter_start(struct keeper *keeper, size_t lane)
{
	int pair[2];

	/* Who asks again has lost the first one: it was killed, and may not have ended in every respect yet. */
	if (keeper->starters[lane])
		(void)kill(keeper->starters[lane], SIGKILL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid_t pid = fork();

	if (!pid)
		starter_main(pair[1], keeper->pid);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return -errno;
	}
	keeper->starters[lane] = pid;
	return pair[0];
}
