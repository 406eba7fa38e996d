/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The straight line of straight-line.c as a runtime, for make bench-start only, so that it takes its turns in the same
 * run. It is asked as a starter is, over a socket with the channel's mount in the message; the program that answers is
 * a child of the keeper like a starter, and lives in the same stub.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/log.h"
#include "harness/base/packet.h"
#include "harness/base/start.h"
#include "harness/model/runtime.h"
#include "runtimes/namespace.h"
#include "runtimes/started.h"
#include "tests/bench/straight.h"

struct line {
	struct straight straight;
	int socket; /* to the program */
};

static void straight_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	(void)run;
	(void)subject;
	finding_say(ret_finding, FINDING_OK, "ready", "", "");
}

/* The program, which finds its socket and its orders as descriptors 3 and 4, and what those name where it was. */
static void program_become(const struct line *line, const char *program, int socket, int orders)
{
	const struct straight *s = &line->straight;
	const int inherited[] = {s->user, s->lower, s->keeper, s->cgroups.at[0].fd, s->cgroups.at[1].fd};
	char *const argv[] = {(char *)(uintptr_t)"straight", NULL};

	for (size_t i = 0; i < sizeof(inherited) / sizeof(inherited[0]); i++)
		if (inherited[i] > 0)
			(void)fcntl(inherited[i], F_SETFD, 0);
	if (dup2(socket, STRAIGHT_SOCKET) == STRAIGHT_SOCKET && dup2(orders, STRAIGHT_ORDERS) == STRAIGHT_ORDERS)
		(void)execv(program, argv);
	_exit(1);
}

/* Its parent ends at once, so that the keeper is its parent, and the containers'. */
static int program_start(struct line *line, const char *program, struct error *err)
{
	cleanup_close int orders = memfd_create("straight", MFD_CLOEXEC);
	int pair[2];
	pid_t ready = -1;
	struct packet_fds none;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "cannot make a socket pair");
	/* Away from the numbers that the program has for them. */
	cleanup_close int theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, 64);
	(void)close(pair[1]);
	line->socket = pair[0];
	if (pwrite(orders, &line->straight, sizeof(line->straight), 0) != (ssize_t)sizeof(line->straight))
		return error_errno(err, errno, "cannot write its orders");
	long between = syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);

	if (!between) {
		pid_t parent = getpid();

		if (syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
			while (getppid() == parent) /* it would die with the one in between */
				(void)sched_yield();
			program_become(line, program, theirs, fcntl(orders, F_DUPFD_CLOEXEC, 64));
		}
		_exit(0);
	}
	(void)waitpid((pid_t)between, NULL, __WALL);
	(void)close(steal_fd(&theirs));
	if (between < 0 || packet_receive(line->socket, &ready, sizeof(ready), &none, 0) != (ssize_t)sizeof(ready) ||
	    ready)
		return error_set(err, -EIO, "%s does not come up", program);
	return 0;
}

/* Above the two numbers that the program has for other things. */
static int descriptor_high(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 16);

	if (fd >= 0)
		(void)close(fd);
	return high;
}

static int straight_open(struct line *line, const struct run *run, const struct subject *subject, struct error *err)
{
	cleanup_free char *tree = namespace_root_tree(run, subject);
	struct straight *s = &line->straight;
	struct start_status status;
	struct seccomp_facts facts;
	int rc = start_status(run->keeper, &status, err);

	if (!rc)
		rc = cgroup_find_own(&s->cgroups, err);
	if (!rc)
		rc = cgroup_open(&s->cgroups, run, err);
	if (!rc)
		rc = seccomp_build(&s->base, &s->rest, &facts, err);
	if (rc < 0)
		return rc;
	s->user = descriptor_high(namespace_user_open(run, err));
	s->lower = descriptor_high(namespace_tree_detach(run, tree, err));
	if (s->user < 0 || s->lower < 0)
		return -EIO;
	struct mount_attr mapped = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)s->user};

	(void)mount_setattr(s->lower, "", AT_EMPTY_PATH, &mapped, sizeof(mapped));
	s->unified = s->cgroups.count && !strcmp(s->cgroups.at[0].name, CGROUP_UNIFIED);
	(void)snprintf(s->memory, sizeof(s->memory), "%llu", (unsigned long long)subject->limits.memory_bytes);
	(void)snprintf(s->pids, sizeof(s->pids), "%llu", (unsigned long long)subject->limits.pids_count);
	s->keeper = descriptor_high((int)syscall(SYS_pidfd_open, status.keeper.pid, 0));
	return s->keeper < 0 ? error_errno(err, errno, "the keeper") : 0;
}

static int straight_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct line *line = alloc_zero(1, sizeof(*line));
	cleanup_free char *program = alloc_format("%s/bench/straight", run->artifacts);
	struct json *engine = json_object();

	subject->state = line;
	line->socket = -1;
	subject->facts = json_object();
	json_add(subject->facts, "engine", engine);
	json_add(subject->facts, "config", json_object());
	json_add_text(engine, "name", "straight");
	int rc = straight_open(line, run, subject, err);

	return rc < 0 ? rc : program_start(line, program, err);
}

static int straight_create(struct instance *in, struct error *err)
{
	(void)in;
	(void)err;
	return 0; /* the upper layer is made by the child */
}

static int straight_launch(struct instance *in, struct error *err)
{
	const struct line *line = in->subject->state;
	struct straight_order order;
	int mount = open_tree(AT_FDCWD, in->socket, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct packet_fds fds = {.fds = {mount}, .count = 1};
	pid_t pid = -1;

	(void)memcpy(order.name, in->name, sizeof(order.name));
	int rc = mount < 0 ? -errno : packet_send(line->socket, &order, sizeof(order), &fds, 0);

	packet_close(&fds);
	if (rc < 0 || packet_receive(line->socket, &pid, sizeof(pid), &fds, 0) != (ssize_t)sizeof(pid))
		return error_set(err, -EIO, "the straight line does not answer");
	if (pid <= 0)
		return error_set(err, -EIO, "straight-line.c:%d or errno %d", -(int)pid, -(int)pid);
	in->pid = pid;
	in->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return 0;
}

static void straight_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	cleanup_free char *tree = namespace_root_tree(run, subject);

	costs_add_path(ret_costs, DISK_BASE, tree);
}

static int straight_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	(void)err;
	costs_add_process(ret_costs, in->pid);
	return 0;
}

static void straight_destroy(struct instance *in)
{
	const struct line *line = in ? in->subject->state : NULL;
	struct error err = {0};

	if (line && (started_end(in, &err) < 0 || cgroup_remove(&line->straight.cgroups, in->name, &err) < 0))
		log_debug("%s: %s", in->name, err.text);
}

static void straight_finish(struct subject *subject)
{
	struct line *line = subject->state;

	if (!line)
		return;
	cgroup_close(&line->straight.cgroups);
	const int fds[] = {line->socket, line->straight.user, line->straight.lower, line->straight.keeper};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] > 0)
			(void)close(fds[i]);
	free(line);
	subject->state = NULL;
}

const struct runtime runtime_straight = {
    .name = "straight",
    .summary = "the system calls of namespace:upper=tmpfs in a straight line",
    .kind = RUNTIME_CONTAINER,
    .probe = straight_probe,
    .prepare = straight_prepare,
    .artefacts = straight_artefacts,
    .create = straight_create,
    .start = straight_launch,
    .inspect = straight_inspect,
    .stop = started_kill,
    .destroy = straight_destroy,
    .finish = straight_finish,
};
