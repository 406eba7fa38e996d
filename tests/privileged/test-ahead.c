/* SPDX-License-Identifier: Apache-2.0 */
/* Pools and parked containers under a real keeper: starts take from them, refills put back, nothing is left. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "runtimes/namespace.h"
#include "tests/privileged/world.h"

extern const struct runtime runtime_namespace;

static int refill(struct world *world)
{
	struct error err = {0};
	int made = runtime_namespace.refill(&world->run, &world->subject, &err);

	if (made < 0)
		fail_msg("%s", err.text);
	return made;
}

/* More starts than there are slots, with refills in between, each in a network and a cgroup of its own. */
static void starts_take_and_refills_put_back(const char *setting, enum event_id last, enum event_id never)
{
	struct world world;
	struct probe probes[2];
	char groups[2][sizeof(probes[0].in.group)];

	world_open(&world, &runtime_namespace, setting);
	assert_string_equal(world.subject.class, SUBJECT_PREPARED);
	assert_int_equal(refill(&world), 0);
	for (unsigned n = 0; n < 4; n++) {
		struct probe *probe = &probes[n % 2];

		probe_start(probe, &world, n);
		probe_ready(probe);
		assert_string_equal(probe_fact(probe, PROTOCOL_FACT_PID), "1");
		assert_true(timeline_get(&probe->timeline, last).set);
		assert_false(timeline_get(&probe->timeline, never).set);
		if (((struct namespace_state *)world.subject.state)->cgroups.count)
			assert_non_null(strstr(probe_proc(probe, "cgroup"), probe->in.group));
		(void)snprintf(groups[n % 2], sizeof(groups[0]), "%s", probe->in.group);
		if (n % 2 == 0)
			continue;
		assert_string_not_equal(groups[0], groups[1]);
		assert_int_equal(refill(&world), 2);
		probe_end(&probes[0]);
		probe_end(&probes[1]);
	}
	world_close(&world);
}

static void pool_is_taken_from(void **state)
{
	(void)state;
	starts_take_and_refills_put_back("pool=2", EVENT_NETWORK_JOINED, EVENT_NETWORK_MADE);
}

static void parked_ones_are_taken(void **state)
{
	(void)state;
	starts_take_and_refills_put_back("parked=2", EVENT_EXECVE_CALL, EVENT_CLONE_CALL);
}

/* The start that finds nothing says so, and leaves nothing. */
static void empty_pool_is_named(void **state)
{
	struct world world;
	struct probe probe;
	struct instance in = {.pidfd = -1};
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, "pool=1");
	probe_start(&probe, &world, 1);
	probe_ready(&probe);
	in.run = &world.run;
	in.subject = &world.subject;
	(void)snprintf(in.name, sizeof(in.name), "tare-%s-2", world.run.id);
	(void)snprintf(in.storage, sizeof(in.storage), "%.3000s/%s", world.run.storage, in.name);
	assert_int_equal(runtime_namespace.create(&in, &err), -EAGAIN);
	assert_non_null(strstr(err.text, "made ahead"));
	runtime_namespace.destroy(&in);
	probe_end(&probe);
	world_close(&world);
}

/* An instance whose start will fail, so that nobody needs to listen for it. */
static void doomed_create(struct instance *in, struct timeline *timeline, struct world *world)
{
	struct error err = {0};

	timeline_init(timeline);
	*in = (struct instance){.run = &world->run, .subject = &world->subject, .timeline = timeline, .pidfd = -1};
	(void)snprintf(in->name, sizeof(in->name), "tare-%s-1", world->run.id);
	(void)snprintf(in->socket, sizeof(in->socket), "%s/1.sock", world->run.private_folder);
	(void)snprintf(in->storage, sizeof(in->storage), "%.3000s/%s", world->run.storage, in->name);
	assert_int_equal(file_write(in->socket, "", 0, &err), 0);
	assert_int_equal(runtime_namespace.create(in, &err), 0);
}

static void doomed_destroy(struct instance *in)
{
	runtime_namespace.destroy(in);
	assert_int_equal(unlink(in->socket), 0);
	timeline_destroy(in->timeline);
}

static void starter_kill(struct world *world)
{
	struct start_status status;

	assert_int_equal(start_status(world->run.keeper, &status, NULL), 0);
	assert_int_equal(kill(status.starters[0].pid, SIGKILL), 0);
}

/* Its starter is killed: what it had parked cannot go on, and is replaced. */
static void parked_ones_survive_no_starter(void **state)
{
	struct world world;
	struct probe probe;
	struct instance in;
	struct timeline timeline;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, "parked=2");
	starter_kill(&world);
	doomed_create(&in, &timeline, &world);
	assert_true(runtime_namespace.start(&in, &err) < 0);
	doomed_destroy(&in);
	assert_int_equal(refill(&world), 2);
	probe_start(&probe, &world, 2);
	probe_ready(&probe);
	probe_end(&probe);
	world_close(&world);
}

/* Its starter is killed, and another start meets that: who is parked comes from the next one. */
static void one_start_knows_of_a_starters_end(void **state)
{
	struct world world;
	struct probe probe;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, "parked=2");
	starter_kill(&world);
	assert_true(start_lend_tree(world.run.keeper, "/", &err) < 0);
	probe_start(&probe, &world, 1);
	probe_ready(&probe);
	probe_end(&probe);
	world_close(&world);
}

/* What waits is killed by somebody: the start fails, and the next one goes well. */
static void killed_parked_one_is_a_failed_start(void **state)
{
	struct world world;
	struct probe probe;
	struct instance in;
	struct timeline timeline;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, "parked=1");
	doomed_create(&in, &timeline, &world);

	pid_t waiting = namespace_pool_pid(&in);

	assert_true(waiting > 0);
	assert_int_equal(kill(waiting, SIGKILL), 0);
	while (!kill(waiting, 0))
		(void)poll(NULL, 0, 1);
	assert_true(runtime_namespace.start(&in, &err) < 0);
	assert_non_null(strstr(err.text, "execve_call"));
	doomed_destroy(&in);
	assert_int_equal(refill(&world), 1);
	probe_start(&probe, &world, 2);
	probe_ready(&probe);
	probe_end(&probe);
	world_close(&world);
}

static void both_at_once_are_refused(void **state)
{
	struct namespace_state shared = {0};
	struct subject subject = {.runtime = &runtime_namespace, .name = "mine"};
	struct error err = {0};

	(void)state;
	assert_int_equal(subject_set(&subject, "pool", "65", "here", &err), -EINVAL);
	assert_int_equal(subject_set(&subject, "pool", "2", "here", &err), 0);
	assert_int_equal(subject_set(&subject, "parked", "2", "here", &err), 0);
	assert_int_equal(namespace_pool_prepare(&shared, &subject, &err), -EINVAL);
	assert_non_null(strstr(err.text, "mine"));
	assert_null(shared.pool);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pool_is_taken_from),
	    cmocka_unit_test(parked_ones_are_taken),
	    cmocka_unit_test(empty_pool_is_named),
	    cmocka_unit_test(parked_ones_survive_no_starter),
	    cmocka_unit_test(one_start_knows_of_a_starters_end),
	    cmocka_unit_test(killed_parked_one_is_a_failed_start),
	    cmocka_unit_test(both_at_once_are_refused),
	};

	(void)argc;
	world_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
