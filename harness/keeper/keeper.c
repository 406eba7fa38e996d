/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's loop. Everything waits in one poll: the harness's requests, the ends of children, and
 * signals, which are the harness's business: the keeper only passes on what the harness has not got itself.
 */
#include "harness/base/sweep.h"
#include "harness/keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/mounts.h"

#define KEEPER_SWEEP_NS 10000000000u /* how long the last sweep may take */
#define KEEPER_LOOK_NS 10000000u     /* how much later an end may be seen whose signal another one's has hidden */

static const int keeper_signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

int keeper_init(struct keeper *keeper, struct error *err)
{
	sigset_t set;

	*keeper = (struct keeper){.pid = getpid(), .socket = -1, .signals = -1, .null = -1};
	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(keeper_signals) / sizeof(keeper_signals[0]); i++)
		(void)sigaddset(&set, keeper_signals[i]);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return error_errno(err, errno, "cannot become the reaper of all that is started");
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would hide the exits */
	keeper->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	keeper->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (keeper->signals < 0 || keeper->null < 0)
		return error_errno(err, errno, "cannot open signalfd and /dev/null");
	return 0;
}

/* The environment of the harness: ours and the number of its socket. */
static char **environment_with(const char *variable)
{
	size_t count = 0, kept = 0;

	while (environ[count])
		count++;
	char **made = alloc_zero(count + 2, sizeof(*made));

	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], START_ENV_FD "=", sizeof(START_ENV_FD)) != 0)
			made[kept++] = environ[i];
	made[kept] = (char *)(uintptr_t)variable;
	return made;
}

static int harness_start(struct keeper *keeper, const char *path, char **argv, struct error *err)
{
	int pair[2];
	struct start_message reply = {0};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "cannot make a socket pair");
	cleanup_close int theirs = pair[1];

	keeper->socket = pair[0];
	cleanup_free char *variable = alloc_format("%s=%d", START_ENV_FD, theirs);
	cleanup_free char **environment = environment_with(variable);
	struct program program = {
		.path = path, .argv = argv, .envp = environment, .own = true, .keep = theirs, .parent = keeper->pid};
	cleanup_close int pidfd = program_start(&program, &reply);

	if (reply.errnum)
		return error_errno(err, reply.errnum, "%s: cannot start", path);
	keeper->harness = reply.pid;
	return 0;
}

/* Sends what has not been sent yet; `flags` MSG_DONTWAIT: as much as fits. */
static void exits_flush(struct keeper *keeper, int flags)
{
	size_t sent = 0;

	while (keeper->socket >= 0 && sent < keeper->exit_count) {
		int rc = packet_send(keeper->socket, &keeper->exits[sent], sizeof(*keeper->exits), NULL,
				     flags);

		if (rc < 0 && rc == -EAGAIN)
			break;
		sent++; /* where the harness has gone nobody will read it */
	}
	keeper->exit_count -= sent;
	if (sent && keeper->exit_count)
		(void)memmove(keeper->exits, keeper->exits + sent,
			      keeper->exit_count * sizeof(*keeper->exits));
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static void exits_add(struct keeper *keeper, pid_t pid, int status, const struct rusage *usage)
{
	keeper->exits = alloc_grow(keeper->exits, keeper->exit_count + 1, sizeof(*keeper->exits));
	keeper->exits[keeper->exit_count++] = (struct start_message){
		.is_exit = 1,
		.pid = pid,
		.exited =
			{
				.pid = pid,
				.status = status,
				.t_ns = clock_now_ns(),
				.user_ns = timeval_ns(usage->ru_utime),
				.system_ns = timeval_ns(usage->ru_stime),
				.maxrss_bytes = (uint64_t)usage->ru_maxrss * 1024u,
				.involuntary_switches = (uint64_t)usage->ru_nivcsw,
				.major_faults = (uint64_t)usage->ru_majflt,
			},
	};
}

static void keeper_take(struct keeper *keeper, pid_t pid, int status, const struct rusage *usage)
{
	if (pid == keeper->harness) {
		keeper->harness_status = status;
		keeper->ended = true;
		return;
	}
	for (size_t i = 0; i < START_LANES_MAX; i++)
		if (pid == keeper->starters[i])
			keeper->starters[i] = 0;
	exits_add(keeper, pid, status, usage);
}

/* Reaps `which`, or whatever has ended (-1): for that the kernel looks at each child, and there may be a thousand. */
static void keeper_reap(struct keeper *keeper, pid_t which)
{
	struct rusage usage;
	int status;

	for (pid_t pid; (pid = wait4(which, &status, WNOHANG | __WALL, &usage)) > 0;)
		keeper_take(keeper, pid, status, &usage);
	exits_flush(keeper, MSG_DONTWAIT);
}

/* Of two that end at once only one may have a signal: once in a while, after a signal, all are looked at. */
static void keeper_look(struct keeper *keeper)
{
	if (!keeper->look_ns || clock_now_ns() < keeper->look_ns)
		return;
	keeper->look_ns = 0;
	keeper_reap(keeper, -1);
}

/* For poll(): until then, in milliseconds. */
static int keeper_patience(const struct keeper *keeper)
{
	uint64_t now_ns = clock_now_ns();

	if (!keeper->look_ns)
		return -1;
	return keeper->look_ns > now_ns ? (int)((keeper->look_ns - now_ns) / 1000000u) + 1 : 0;
}

/* The terminal's signals reach the harness too; those of a process are passed on (twice there, if sent to all). */
static void keeper_signal(struct keeper *keeper)
{
	struct signalfd_siginfo info;

	while (read(keeper->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			if ((pid_t)info.ssi_pid > 0)
				keeper_reap(keeper, (pid_t)info.ssi_pid);
			if (!keeper->look_ns)
				keeper->look_ns = clock_now_ns() + KEEPER_LOOK_NS;
		} else if (info.ssi_code <= 0) {
			(void)kill(keeper->harness, (int)info.ssi_signo);
		}
	}
}

static int keeper_guard(struct keeper *keeper, const char *path, bool cgroup)
{
	if (path[0] != '/' || !path[1] || strstr(path, "/..") || !strchr(path + 1, '/'))
		return EINVAL;
	keeper->guards = alloc_grow(keeper->guards, keeper->guard_count + 1, sizeof(*keeper->guards));
	keeper->guards[keeper->guard_count++] = (struct guard){.path = alloc_text(path), .cgroup = cgroup};
	return 0;
}

static uint64_t rss_bytes(pid_t pid)
{
	cleanup_free char *path = alloc_format("/proc/%d/statm", (int)pid);
	char line[128];
	char *second;

	if (pid <= 0 || file_read_line(path, line, sizeof(line), NULL) < 0)
		return 0;
	(void)strtoull(line, &second, 10);
	return strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static struct start_server server(pid_t pid)
{
	return (struct start_server){.pid = pid, .rss_bytes = rss_bytes(pid)};
}

static int status_answer(const struct keeper *keeper, struct start_message *reply)
{
	reply->status.keeper = server(keeper->pid);
	for (size_t i = 0; i < START_LANES_MAX; i++)
		reply->status.starters[i] = server(keeper->starters[i]);
	return -1;
}

static int starter_answer(struct keeper *keeper, uint32_t lane, struct start_message *reply)
{
	if (lane >= START_LANES_MAX) {
		reply->errnum = EINVAL;
		return -1;
	}
	keeper_reap(keeper, -1); /* the harness may know of a starter's end before we do */
	int socket = starter_start(keeper, lane);

	reply->errnum = socket < 0 ? -socket : 0;
	return socket;
}

/* Does what is asked; returns a descriptor for the reply, or -1. */
static int keeper_answer(struct keeper *keeper, const struct start_request *request, size_t length,
			 const struct packet_fds *fds, struct start_message *reply)
{
	bool path = request->kind == START_GUARD_FOLDER || request->kind == START_GUARD_CGROUP;

	if (path && (length <= offsetof(struct start_request, path) || ((const char *)request)[length - 1]))
		reply->errnum = EINVAL;
	else if (path)
		reply->errnum = keeper_guard(keeper, request->path, request->kind == START_GUARD_CGROUP);
	else if (request->kind == START_PROGRAM &&
		 length >= offsetof(struct start_request, path) + sizeof(request->program))
		return program_serve(keeper, &request->program, fds, reply);
	else if (request->kind == START_STATUS)
		return status_answer(keeper, reply);
	else if (request->kind == START_STARTER)
		return starter_answer(keeper, request->lane, reply);
	else
		reply->errnum = EINVAL;
	return -1;
}

static void keeper_serve(struct keeper *keeper)
{
	static struct start_request request;
	struct start_message reply = {0};
	struct packet_fds fds;
	ssize_t got = packet_receive(keeper->socket, &request, sizeof(request), &fds, 0);

	if (got < (ssize_t)offsetof(struct start_request, path)) {
		packet_close(&fds);
		(void)close(steal_fd(&keeper->socket));
		return;
	}
	int fd = keeper_answer(keeper, &request, (size_t)got, &fds, &reply);

	packet_close(&fds);
	if (fd >= 0)
		fds = (struct packet_fds){.fds = {fd}, .count = 1};
	exits_flush(keeper, 0);
	(void)packet_send(keeper->socket, &reply, sizeof(reply), &fds, 0);
	packet_close(&fds);
}

int keeper_run(struct keeper *keeper, const char *path, char **argv, struct error *err)
{
	int rc = harness_start(keeper, path, argv, err);

	if (rc < 0)
		return rc;
	while (!keeper->ended) {
		struct pollfd ready[] = {
			{.fd = keeper->socket,
			 .events = (short)(POLLIN | (keeper->exit_count ? POLLOUT : 0))},
			{.fd = keeper->signals, .events = POLLIN},
		};

		if (poll(ready, 2, keeper_patience(keeper)) < 0 && errno != EINTR)
			return error_errno(err, errno, "cannot wait for the harness");
		if (ready[0].revents & (POLLIN | POLLHUP | POLLERR))
			keeper_serve(keeper);
		if (ready[0].revents & POLLOUT)
			exits_flush(keeper, MSG_DONTWAIT);
		if (ready[1].revents)
			keeper_signal(keeper);
		keeper_look(keeper);
	}
	return 0;
}

/** A guard's path is a pattern: an engine gives its cgroups names that are not known beforehand. */
static void sweep_cgroups(const char *pattern, uint64_t deadline_ns)
{
	glob_t found;

	if (!glob(pattern, GLOB_NOSORT, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			sweep_cgroup(found.gl_pathv[i], deadline_ns);
	globfree(&found);
}

size_t keeper_finish(struct keeper *keeper)
{
	uint64_t deadline_ns = clock_now_ns() + KEEPER_SWEEP_NS;
	size_t left = sweep_processes(deadline_ns);

	while (keeper->guard_count) {
		struct guard *g = &keeper->guards[--keeper->guard_count];
		struct error err = {0};

		if (g->cgroup) {
			sweep_cgroups(g->path, deadline_ns);
		} else {
			mounts_detach_below(g->path);
			if (file_remove_tree(g->path, &err) < 0)
				log_debug("%s", err.text);
		}
		free(g->path);
	}
	free(keeper->guards);
	free(keeper->exits);
	return left;
}
