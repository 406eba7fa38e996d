/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two things that make bench-start says of our container, as the harness of a keeper of its own:
 *
 *	crowd many COUNT ROUNDS     COUNT containers alive at once, started by as many threads as there are CPUs: how
 *	                            long until all are ready, and whether the last hundred start as fast as the first
 *	crowd ballast MIB BLOCKS    what so much memory in the harness does to a start: with and without it in turns
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/analyze/compare.h"
#include "harness/analyze/stats.h"
#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "tests/privileged/world.h"

#define END 100u /* how many at either end are compared */
#define WARM 50u
#define THREADS_MAX 8u
#define BALLAST_WARM 2u /* blocks */
#define PAUSE_NS 50000000u /* between two starts, as in a run */
#define ROUND_PAUSE_NS 3000000000u /* the kernel removes network namespaces behind our back */

extern const struct runtime runtime_namespace;

/* One of many. */
struct member {
	struct instance in;
	struct timeline timeline;
	int listener;
	uint64_t request_ns, ready_ns;
};

struct crowd {
	struct world world;
	struct member *members;
	unsigned count, next; /* next: atomic, of those to start */
	unsigned threads;
	int epoll;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void member_open(struct crowd *crowd, struct member *member, unsigned number)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
	struct instance *in = &member->in;

	(void)memset(member, 0, sizeof(*member));
	timeline_init(&member->timeline);
	in->run = &crowd->world.run;
	in->subject = &crowd->world.subject;
	in->timeline = &member->timeline;
	in->pidfd = -1;
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-%u", in->run->id, number);
	(void)snprintf(in->socket, sizeof(in->socket), "%s/%u", in->run->private_folder, number);
	(void)snprintf(in->storage, sizeof(in->storage), "%.3000s/%s", in->run->storage, in->name);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", in->socket);
	member->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (member->listener < 0 || bind(member->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(in->socket, 0666) < 0 || listen(member->listener, 1) < 0 ||
	    epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, member->listener, &event) < 0)
		die(in->socket);
}

/* The thread that receives: accepts, reads the ready byte, stamps. The facts stay unread in the socket. */
static void *receive(void *data)
{
	struct crowd *crowd = data;
	char byte;

	for (unsigned ready = 0; ready < crowd->count;) {
		struct epoll_event events[16];
		int count = epoll_wait(crowd->epoll, events, 16, 30000);

		if (count <= 0)
			die("not all are ready within 30 s");
		for (int i = 0; i < count; i++) {
			struct member *member = events[i].data.ptr;
			int channel = accept4(member->listener, NULL, NULL, SOCK_CLOEXEC);

			if (channel < 0 || recv(channel, &byte, 1, 0) != 1 || byte != PROTOCOL_READY)
				die("the ready byte");
			member->ready_ns = clock_now_ns();
			(void)epoll_ctl(crowd->epoll, EPOLL_CTL_DEL, member->listener, NULL);
			(void)close(member->listener);
			member->listener = channel;
			ready++;
		}
	}
	return NULL;
}

static void member_start(struct member *member)
{
	const struct runtime *runtime = member->in.subject->runtime;
	struct error err = {0};

	member->request_ns = clock_now_ns();
	if (runtime->create(&member->in, &err) < 0 || runtime->start(&member->in, &err) < 0) {
		(void)fprintf(stderr, "crowd: %s\n", err.text);
		exit(1);
	}
}

/* A thread that starts: one after the other, as long as there are any. */
static void *start_some(void *data)
{
	struct crowd *crowd = data;

	for (unsigned i; (i = __atomic_fetch_add(&crowd->next, 1, __ATOMIC_RELAXED)) < crowd->count;)
		member_start(&crowd->members[i]);
	return NULL;
}

static void start_all(struct crowd *crowd)
{
	pthread_t threads[THREADS_MAX];

	crowd->next = 0;
	for (unsigned i = 1; i < crowd->threads; i++)
		if (pthread_create(&threads[i], NULL, start_some, crowd))
			die("a thread");
	(void)start_some(crowd);
	for (unsigned i = 1; i < crowd->threads; i++)
		(void)pthread_join(threads[i], NULL);
}

static void member_close(struct member *member)
{
	member->in.subject->runtime->destroy(&member->in);
	(void)close(member->in.pidfd);
	(void)close(member->listener);
	(void)unlink(member->in.socket);
	timeline_destroy(&member->timeline);
}

static double median_from(const struct member *members, unsigned count)
{
	struct stats_summary summary;
	double *values = alloc_zero(count, sizeof(*values));

	for (unsigned i = 0; i < count; i++)
		values[i] = (double)(members[i].ready_ns - members[i].request_ns);
	if (stats_summary(values, count, 0.95, &summary, NULL) < 0)
		die("a time");
	free(values);
	return summary.median;
}

/* Starts all and ends them again; prints what it took. `first`: the number of the first. */
static void round_run(struct crowd *crowd, unsigned count, unsigned first, bool tell)
{
	pthread_t receiver;
	uint64_t last_ns = 0;

	crowd->count = count;
	for (unsigned i = 0; i < count; i++)
		member_open(crowd, &crowd->members[i], first + i);
	if (pthread_create(&receiver, NULL, receive, crowd))
		die("a thread");
	start_all(crowd);
	(void)pthread_join(receiver, NULL);
	for (unsigned i = 0; i < count; i++)
		if (crowd->members[i].ready_ns > last_ns)
			last_ns = crowd->members[i].ready_ns;
	double begin = median_from(crowd->members, END), end = median_from(crowd->members + count - END, END);
	uint64_t down_ns = clock_now_ns();

	for (unsigned i = 0; i < count; i++)
		member_close(&crowd->members[i]);
	if (tell)
		(void)printf("  %u alive at once, by %u threads: all ready after %.2f s; start-up %.2f ms of the first "
			     "%u, %.2f ms of the last: ratio %.2f; ended after %.2f s\n",
			     count, crowd->threads,
			     (double)(last_ns - crowd->members[0].request_ns) / 1e9, begin / 1e6, END, end / 1e6,
			     end / begin, (double)(clock_now_ns() - down_ns) / 1e9);
}

static void many(unsigned count, unsigned rounds)
{
	struct crowd crowd = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct error err = {0};
	struct rlimit files;

	if (count < END || getrlimit(RLIMIT_NOFILE, &files) < 0)
		die("too few");
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	crowd.members = alloc_zero(count, sizeof(*crowd.members));
	world_open(&crowd.world, &runtime_namespace, "upper=tmpfs");
	crowd.threads = cpus < THREADS_MAX ? (unsigned)cpus : THREADS_MAX;
	if (start_widen(crowd.world.run.keeper, crowd.threads, &err) < 0)
		die(err.text);
	round_run(&crowd, END + WARM, 0, false);
	for (unsigned round = 0; round < rounds; round++) {
		clock_sleep_until(clock_now_ns() + ROUND_PAUSE_NS);
		round_run(&crowd, count, count * (round + 1), true);
	}
	world_close(&crowd.world);
	free(crowd.members);
}

static double one_start(struct world *world, unsigned number)
{
	struct probe probe;

	clock_sleep_until(clock_now_ns() + PAUSE_NS);
	probe_start(&probe, world, number);
	probe_ready(&probe);
	probe_end(&probe);
	return (double)(probe.ready_ns - probe.request_ns);
}

/* The same work in both cases; only in one of them the memory is still there when the container starts. */
static double weighted_start(struct world *world, unsigned number, size_t bytes, bool keep)
{
	void *weight =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (weight == MAP_FAILED)
		die("ballast");
	if (!keep)
		(void)munmap(weight, bytes);
	double took = one_start(world, number);

	if (keep)
		(void)munmap(weight, bytes);
	return took;
}

/* Which of the two comes first changes from block to block. */
static void ballast(size_t bytes, unsigned blocks)
{
	double *without = alloc_zero(blocks, sizeof(double)), *with = alloc_zero(blocks, sizeof(double));
	struct compare_data data = {.x = without, .y = with, .x_count = blocks, .y_count = blocks, .confidence = 0.95};
	struct comparison result;
	struct world world;

	world_open(&world, &runtime_namespace, "upper=tmpfs");
	for (unsigned i = 0; i < 2 * (blocks + BALLAST_WARM); i++) {
		unsigned block = i / 2;
		bool keep = (i + block) % 2;
		double took = weighted_start(&world, i, bytes, keep);

		if (block >= BALLAST_WARM)
			(keep ? with : without)[block - BALLAST_WARM] = took;
	}
	world_close(&world);
	if (compare_paired(&data, &result, NULL) < 0)
		die("a time");
	(void)printf("  with %zu MiB of ballast in the harness over without: %.3f [%.3f, %.3f] n=%u (at most 1.05)\n",
		     bytes >> 20, result.ratio.value, result.ratio.ci.lo, result.ratio.ci.hi, blocks);
	free(without);
	free(with);
}

int main(int argc, char **argv)
{
	unsigned long one = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long two = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

	world_enter(argv);
	if (one && two && !strcmp(argv[1], "many"))
		many((unsigned)one, (unsigned)two);
	else if (one && two && !strcmp(argv[1], "ballast"))
		ballast(one << 20, (unsigned)two);
	else
		return 2;
	return 0;
}
