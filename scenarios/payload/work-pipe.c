/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two processes hand one byte to and fro through two pipes (lmbench's lat_ctx, perf bench sched pipe): on one CPU the
 * cost is the switch, on two the wake-up of the other. One operation is one round, two messages.
 */
#include <errno.h>
#include <sched.h>
#include <sys/types.h>
#include <unistd.h>

#include "scenarios/payload/work.h"

struct peer {
	int there[2], back[2];
	int cpus[2]; /* of the two processes */
};

/* The first two CPUs that this process may use; how many there are. */
static int find_cpus(int cpus[2])
{
	cpu_set_t allowed;
	int count = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return 0;
	for (int i = 0; i < CPU_SETSIZE && count < 2; i++)
		if (CPU_ISSET(i, &allowed))
			cpus[count++] = i;
	return count;
}

static int pin(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

static void echo(const struct peer *peer)
{
	char byte;

	pin(peer->cpus[1]);
	close(peer->there[1]);
	close(peer->back[0]);
	while (read(peer->there[0], &byte, 1) == 1 && write(peer->back[1], &byte, 1) == 1)
		;
	_exit(0);
}

static int prepare(struct work *work, int wanted)
{
	static struct peer peer;
	int count = find_cpus(peer.cpus);

	if (count < wanted) {
		errno = ENODEV;
		return work_failed(work, "two CPUs");
	}
	if (wanted == 1)
		peer.cpus[1] = peer.cpus[0];
	if (pin(peer.cpus[0]) < 0)
		return work_failed(work, "sched_setaffinity");
	if (pipe(peer.there) < 0 || pipe(peer.back) < 0)
		return work_failed(work, "pipe");
	pid_t child = fork();

	if (child < 0)
		return work_failed(work, "fork");
	if (!child)
		echo(&peer);
	close(peer.there[0]);
	close(peer.back[1]);
	work->state = &peer;
	return 0;
}

static int prepare_one(struct work *work)
{
	return prepare(work, 1);
}

static int prepare_two(struct work *work)
{
	return prepare(work, 2);
}

static int run(struct work *work)
{
	const struct peer *peer = work->state;

	work->checksum = 0;
	for (uint64_t i = 0; i < work->count; i++) {
		char byte = (char)i;

		if (write(peer->there[1], &byte, 1) != 1 || read(peer->back[0], &byte, 1) != 1)
			return work_failed(work, "pipe");
		work->checksum += byte == (char)i;
	}
	work->expected = work->count;
	return 0;
}

const struct work_kind work_pipe_1cpu = {"pipe_1cpu", prepare_one, NULL, run, NULL};
const struct work_kind work_pipe_2cpu = {"pipe_2cpu", prepare_two, NULL, run, NULL};
