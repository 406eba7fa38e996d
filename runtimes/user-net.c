/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/user-net.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/program.h"
#include "harness/model/protocol.h"
#include "runtimes/links.h"

#define END_TIMEOUT_NS 10000000000u /* a killed process that needs longer hangs in the kernel */

struct user_net {
	pid_t pid;
	int pidfd;
};

char *user_net_program(void)
{
	return program_find(USER_NET_PROGRAM);
}

/* The new namespace and a watch on its routes; the thread is at home again. */
static int place_make(int *ret_watch, struct error *err)
{
	int home;
	cleanup_close int netns = bridge_namespace(&home, err);

	if (netns < 0)
		return netns;
	int rc = links_up("lo", NULL, err);

	if (!rc)
		rc = *ret_watch = links_watch(err);
	int back = bridge_leave(home, err);

	return rc < 0 ? rc : back ? back : steal_fd(&netns);
}

/* nsenter becomes slirp4netns in the namespace of the run, where its sockets shall be. */
static int process_start(const struct instance *in, int outside, int inside, struct started *ret_started,
			 struct error *err)
{
	cleanup_free char *program = user_net_program(), *enter = program_find("nsenter");
	cleanup_free char *from = alloc_format("--net=/proc/%d/fd/%d", (int)getpid(), outside);
	cleanup_free char *to = alloc_format("/proc/%d/fd/%d", (int)getpid(), inside);
	const char *const words[] = {
		enter, from, program, "--configure", "--disable-dns", "--netns-type=path", to, PROTOCOL_NETWORK_LINK,
		NULL,
	};

	if (!program || !enter)
		return error_host(err, USER_NET_PROGRAM " or nsenter is not installed");
	return program_launch(in->run->keeper, words, -1, ret_started, err);
}

int user_net_connect(const struct bridge *bridge, const struct instance *in, struct user_net **ret_net,
		     struct error *err)
{
	struct started started = {.pidfd = -1};
	cleanup_close int outside = bridge_hold(bridge, err), watch = -1;
	cleanup_close int netns = outside < 0 ? outside : place_make(&watch, err);

	if (netns < 0)
		return netns;
	int rc = process_start(in, outside, netns, &started, err);

	if (rc < 0)
		return rc;
	*ret_net = alloc_zero(1, sizeof(**ret_net));
	(*ret_net)->pid = started.pid;
	(*ret_net)->pidfd = started.pidfd;
	rc = links_await_route(watch, started.pidfd, in->deadline_ns, err);
	return rc < 0 ? error_wrap(err, rc, USER_NET_PROGRAM) : steal_fd(&netns);
}

pid_t user_net_pid(const struct user_net *net)
{
	return net->pid;
}

void user_net_end(struct start_client *keeper, struct user_net *net)
{
	struct exited exited;

	if (!net)
		return;
	(void)syscall(SYS_pidfd_send_signal, net->pidfd, SIGKILL, NULL, 0);
	(void)start_await_exit(keeper, net->pid, clock_now_ns() + END_TIMEOUT_NS, &exited, NULL);
	(void)close(net->pidfd);
	free(net);
}
