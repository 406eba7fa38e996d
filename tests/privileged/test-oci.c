/* SPDX-License-Identifier: Apache-2.0 */
/* Containers of the OCI runtimes that are installed, under a real keeper: they start, they are isolated as the
 * bundle says, failures are named, nothing is left. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/oci.h"
#include "harness/base/program.h"
#include "tests/privileged/world.h"

extern const struct runtime runtime_crun, runtime_runc;

static const struct runtime *const rows[] = {&runtime_crun, &runtime_runc};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Whether this one can be tested; MUST_RUN=1 makes a failure of it where it cannot. */
static bool installed(const struct runtime *runtime)
{
	cleanup_free char *program = program_find(runtime->name);

	if (!program && getenv("MUST_RUN"))
		fail_msg("%s is not installed", runtime->name);
	if (!program)
		print_message("%s is not tested: it is not installed\n", runtime->name);
	return program != NULL;
}

static void assert_no_cgroup(const struct world *world)
{
	static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/*"};

	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *pattern = alloc_format("%s/tare/tare-%s", mounts[i], world->run.id);
		glob_t found;

		assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
		globfree(&found);
	}
}

static void runtime_starts(const struct runtime *runtime, const char *setting)
{
	struct world world;
	struct probe probe;

	world_open(&world, runtime, setting);
	for (unsigned n = 0; n < 2; n++) {
		probe_start(&probe, &world, n);
		probe_ready(&probe);
		assert_string_equal(probe_fact(&probe, PROTOCOL_FACT_PID), "1");
		assert_string_equal(probe_fact(&probe, PROTOCOL_FACT_HOSTNAME), probe.in.name);
		assert_true(timeline_get(&probe.timeline, EVENT_RUNTIME_SPAWN).set);
		assert_true(timeline_get(&probe.timeline, EVENT_RUNTIME_EXIT).set == !setting);
		probe_end(&probe);
	}
	world_close(&world);
	assert_no_cgroup(&world);
}

static void every_runtime_starts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (installed(rows[i])) {
			runtime_starts(rows[i], NULL);
			runtime_starts(rows[i], "call=run");
		}
}

static void assert_is_isolated(const struct runtime *runtime)
{
	static const char *const sets[] = {"CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"};
	struct world world;
	struct probe probe;
	char pids[32];

	world_open(&world, runtime, NULL);
	probe_start(&probe, &world, 1);
	probe_ready(&probe);
	(void)snprintf(pids, sizeof(pids), "%d\t1", (int)probe.in.pid);
	assert_string_equal(probe_status(&probe, "NSpid"), pids);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		assert_string_equal(probe_status(&probe, sets[i]), "0000000000000000");
	assert_string_equal(probe_status(&probe, "NoNewPrivs"), "1");
	assert_string_equal(probe_status(&probe, "Seccomp"), "2");
	assert_non_null(strstr(probe_proc(&probe, "mountinfo"), " /run/tare.sock "));
	assert_non_null(strstr(probe_proc(&probe, "mountinfo"), " /proc/sys "));
	assert_null(strstr(probe_proc(&probe, "mountinfo"), " /home "));
	assert_non_null(strstr(probe_proc(&probe, "cgroup"), probe.in.name));
	assert_non_null(strstr(probe_proc(&probe, "limits"), "Max core file size        0                    0"));
	probe_end(&probe);
	world_close(&world);
}

static void containers_are_isolated(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (installed(rows[i]))
			assert_is_isolated(rows[i]);
}

/* A start that the runtime refuses: its own words, and nothing is left. */
static void assert_failure_is_named(const struct runtime *runtime)
{
	struct world world;
	struct oci *oci;
	struct instance in = {.pidfd = -1};
	struct timeline timeline;
	struct error err = {0};

	world_open(&world, runtime, NULL);
	oci = world.subject.state;
	char *place = strstr(oci->template, PROTOCOL_PAYLOAD_PATH "\"");

	assert_non_null(place);
	place[1] = 'n'; /* "/nayload": is not there */
	timeline_init(&timeline);
	in.run = &world.run;
	in.subject = &world.subject;
	in.timeline = &timeline;
	(void)snprintf(in.name, sizeof(in.name), "tare-%s-7", world.run.id);
	(void)snprintf(in.storage, sizeof(in.storage), "%.3000s/%s", world.run.storage, in.name);
	(void)snprintf(in.socket, sizeof(in.socket), "%s/7.sock", world.run.private_folder);
	assert_int_equal(file_write(in.socket, "", 0, &err), 0);
	runtime->destroy(&in); /* half made: not even that */
	assert_int_equal(runtime->create(&in, &err), 0);
	runtime->destroy(&in);
	assert_false(file_exists(in.storage));
	assert_int_equal(runtime->create(&in, &err), 0);
	assert_true(runtime->start(&in, &err) < 0);
	assert_non_null(strstr(err.text, runtime->name));
	if (!strstr(err.text, "ayload"))
		fail_msg("%s", err.text);
	runtime->destroy(&in);
	assert_false(file_exists(in.storage));
	if (in.pidfd >= 0)
		(void)close(in.pidfd);
	timeline_destroy(&timeline);
	world_close(&world);
	assert_no_cgroup(&world);
}

static void failures_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (installed(rows[i]))
			assert_failure_is_named(rows[i]);
	runtime_crun.destroy(NULL);
}

static void inspect_finds_the_costs(void **state)
{
	static struct costs costs;
	struct world world;
	struct probe probe;
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!installed(rows[i]))
			continue;
		(void)memset(&costs, 0, sizeof(costs));
		world_open(&world, rows[i], NULL);
		probe_start(&probe, &world, 1);
		probe_ready(&probe);
		assert_int_equal(rows[i]->inspect(&probe.in, &costs, &err), 0);
		assert_int_equal(costs.process_count, 1);
		assert_int_equal(costs.processes[0], probe.in.pid);
		assert_true(costs.own_cgroup);
		assert_int_equal(costs.path_count, 3);
		probe_end(&probe);
		world_close(&world);
	}
}

/* crun works on no host of both versions of cgroups: there it is tested where v2 is not to be seen. */
static void hide_unified(void)
{
	char *program = realpath("/proc/self/exe", NULL);
	char *const arguments[] = {(char *)(uintptr_t)"without-unified", program, NULL};

	if (getenv(START_ENV_FD) || getenv("TARE_WITHOUT_UNIFIED") || geteuid())
		return;
	(void)setenv("TARE_WITHOUT_UNIFIED", "1", 1);
	(void)execv("tests/without-unified", arguments);
	exit(1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_runtime_starts),
	    cmocka_unit_test(containers_are_isolated),
	    cmocka_unit_test(failures_are_named),
	    cmocka_unit_test(inspect_finds_the_costs),
	};

	(void)argc;
	hide_unified();
	world_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
