/* SPDX-License-Identifier: Apache-2.0 */
/* Containers of the namespace runtime under a real keeper: they start, they are isolated as promised, nothing
 * is left. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/file.h"
#include "runtimes/box-text.h"
#include "runtimes/namespace.h"
#include "tests/privileged/world.h"

extern const struct runtime runtime_namespace;

static void assert_stamps_in_order(struct probe *probe)
{
	static const enum event_id order[] = {
	    EVENT_LAUNCH,	 EVENT_CLONE_CALL,     EVENT_CHILD_FIRST,
	    EVENT_CGROUP_JOINED, EVENT_ROOTFS_MOUNTED, EVENT_MOUNTS_DONE,  EVENT_NETWORK_JOINED,
	    EVENT_PIVOTED,	 EVENT_CONFINED,       EVENT_EXECVE_CALL,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_true(timeline_get(&probe->timeline, order[i]).set);
		if (i)
			assert_true(timeline_get(&probe->timeline, order[i]).t_ns >=
				    timeline_get(&probe->timeline, order[i - 1]).t_ns);
	}
}

static void class_starts(const char *setting, bool *ret_late)
{
	struct world world;
	struct probe probe;

	world_open(&world, &runtime_namespace, setting);
	*ret_late = ((struct namespace_state *)world.subject.state)->root != NAMESPACE_ROOT_READY;
	for (unsigned n = 0; n < 3; n++) {
		probe_start(&probe, &world, n);
		probe_ready(&probe);
		assert_string_equal(probe_fact(&probe, PROTOCOL_FACT_PID), "1");
		assert_string_equal(probe_fact(&probe, PROTOCOL_FACT_HOSTNAME), probe.in.name);
		assert_stamps_in_order(&probe);
		probe_end(&probe);
	}
	world_close(&world);
}

static void every_class_starts(void **state)
{
	bool late, unused;

	(void)state;
	class_starts(NULL, &late);
	class_starts("root=none", &unused);
	class_starts("overlay=early", &unused);
	if (late)
		class_starts("upper=tmpfs", &unused);
	else
		print_message("upper=tmpfs is not tested: the kernel makes no overlays of detached mounts\n");
}

/* Every mount point in the text of a mountinfo file must be one of ours. */
static void assert_own_mounts(const char *mountinfo)
{
	static const char *const own[] = {"/", "/proc", "/sys", "/dev", "/run", "/run/tare.sock"};

	for (const char *line = mountinfo; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char point[256];
		bool known = false;

		assert_int_equal(sscanf(line, "%*s %*s %*s %*s %255s", point), 1);
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			known = known || !strcmp(point, own[i]);
		known = known || !strncmp(point, "/dev/", 5) || !strncmp(point, "/proc/", 6) ||
			!strncmp(point, "/sys/", 5);
		if (!known)
			fail_msg("a mount that is not the container's: %s", point);
	}
}

static void assert_isolated(const char *setting)
{
	struct world world;
	struct probe probe;
	char pids[32], id[16], ids[72];

	world_open(&world, &runtime_namespace, setting);
	probe_start(&probe, &world, 1);
	probe_ready(&probe);
	(void)snprintf(pids, sizeof(pids), "%d\t1", (int)probe.in.pid);
	assert_string_equal(probe_status(&probe, "NSpid"), pids);
	assert_string_equal(probe_status(&probe, "CapBnd"), "0000000000000000");
	assert_string_equal(probe_status(&probe, "CapPrm"), "0000000000000000");
	assert_string_equal(probe_status(&probe, "CapEff"), "0000000000000000");
	assert_string_equal(probe_status(&probe, "CapInh"), "0000000000000000");
	assert_string_equal(probe_status(&probe, "NoNewPrivs"), "1");
	assert_string_equal(probe_status(&probe, "Seccomp"), "2");
	(void)snprintf(id, sizeof(id), "%u", geteuid() ? geteuid() : NAMESPACE_ID_FIRST);
	(void)snprintf(ids, sizeof(ids), "%s\t%s\t%s\t%s", id, id, id, id);
	assert_string_equal(probe_status(&probe, "Uid"), ids);
	assert_own_mounts(probe_proc(&probe, "mountinfo"));
	assert_non_null(strstr(probe_proc(&probe, "uid_map"), id));
	probe_end(&probe);
	world_close(&world);
}

/* Whatever was made ahead, it is the same container. */
static void container_is_isolated(void **state)
{
	static const char *const settings[] = {NULL, "pool=2", "parked=2"};

	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		assert_isolated(settings[i]);
}

/* Runs a shell script in place of the payload and returns what it wrote to /out; for free(). */
static char *script_run(struct world *world, const char *script)
{
	struct namespace_state *state = world->subject.state;
	struct box saved = state->box, *box = &state->box;
	struct exited exited;
	struct error err = {0};
	struct probe probe;

	cleanup_free char *text = alloc_format("exec >/out 2>&1; %s", script);

	box->path = box_text(box, "/bin/busybox");
	box->arguments[0] = box_text(box, "sh");
	box->arguments[1] = box_text(box, "-c");
	box->arguments[2] = box_text(box, text);
	box->argument_count = 3;
	probe_start(&probe, world, 99);
	assert_int_equal(
	    start_await_exit(world->run.keeper, probe.in.pid, clock_now_ns() + 10000000000u, &exited, &err),
	    0);
	cleanup_free char *path = alloc_format("%s/upper/out", probe.in.storage);
	char *out = file_read(path, NULL, &err);

	assert_non_null(out);
	probe_end(&probe);
	*box = saved;
	return out;
}

static void forbidden_things_fail(void **state)
{
	static const char *const scripts[] = {
	    "echo x >/proc/sys/kernel/core_pattern",
	    "busybox mount -t tmpfs none /tmp",
	    "busybox umount /proc",
	    "busybox unshare -m true",
	    "busybox mknod /tmp/null c 1 3 && echo x >/tmp/null",
	    "busybox hostname other",
	    "busybox chroot /tmp",
	    "busybox ip link set lo down",
	    "echo x >/dev/file",
	    "echo x >/sys/kernel/mm/ksm/run",
	    "busybox kill -0 12345",
	    "busybox ping -c 1 -W 1 10.0.0.1",
	    "busybox test -s /proc/kcore",
	    "! (busybox date -s 2001-01-01 2>&1 | busybox grep -q permitted)",
	    "busybox swapoff -a || busybox dmesg",
	    "busybox chown 70000 /etc/passwd",
	};
	struct world world;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		cleanup_free char *script =
		    alloc_format("if %s; then echo POSSIBLE; else echo refused; fi", scripts[i]);
		cleanup_free char *out = script_run(&world, script);

		if (!strstr(out, "refused") || strstr(out, "POSSIBLE"))
			fail_msg("%s: %s", scripts[i], out);
	}
	world_close(&world);
}

static void assert_possible(struct world *world, const char *command)
{
	cleanup_free char *script = alloc_format("if %s; then echo POSSIBLE; else echo refused; fi", command);
	cleanup_free char *out = script_run(world, script);

	if (!strstr(out, "POSSIBLE"))
		fail_msg("%s: %s", command, out);
}

static void ordinary_things_work(void **state)
{
	static const char *const commands[] = {
	    "busybox ip link show lo | busybox grep UP",
	    "echo x >/tmp/file && busybox test $(cat /tmp/file) = x",
	    "echo x >/file && busybox test \"$(busybox stat -c %u:%g /file)\" = 0:0",
	    "echo x >/dev/null && busybox head -c 8 /dev/urandom | busybox wc -c | busybox grep -q 8",
	    "echo x >/dev/shm/x",
	    "busybox test \"$(busybox id -u)\" = 0",
	    "busybox test \"$(cat /proc/self/cgroup | busybox grep -c :/$)\" -gt 0",
	    "exec 3<>/dev/ptmx && busybox test -c /dev/pts/0",
	    "busybox sleep 0.01 & wait",
	    "busybox test \"$TARE_CHANNEL\" = unix:/run/tare.sock",
	};
	/* where the owner of the root tree is shown as the container's root */
	static const char *const mapped[] = {
	    "echo x >>/etc/passwd && busybox grep -q x /etc/passwd",
	    "busybox test \"$(busybox stat -c %u:%g /etc)\" = 0:0",
	};
	struct world world;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_possible(&world, commands[i]);
	for (size_t i = 0; i < sizeof(mapped) / sizeof(mapped[0]); i++)
		if (((struct namespace_state *)world.subject.state)->mapped)
			assert_possible(&world, mapped[i]);
	world_close(&world);
}

static void limits_hold(void **state)
{
	struct world world;

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	cleanup_free char *out = script_run(
	    &world, "n=0; while [ $n -lt 200 ]; do busybox sleep 1 & n=$((n+1)); done; echo POSSIBLE");
	assert_non_null(strstr(out, "can't fork"));
	assert_null(strstr(out, "POSSIBLE"));
	world_close(&world);
}

/* A start that fails in the child: named stage, and nothing is left. */
static void failed_start_leaves_nothing(void **state)
{
	struct world world;
	struct namespace_state *shared;
	struct instance in = {.pidfd = -1};
	struct timeline timeline;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	shared = world.subject.state;
	shared->box.path = box_text(&shared->box, "/nowhere");
	timeline_init(&timeline);
	in.run = &world.run;
	in.subject = &world.subject;
	in.timeline = &timeline;
	(void)snprintf(in.name, sizeof(in.name), "tare-%s-7", world.run.id);
	(void)snprintf(in.storage, sizeof(in.storage), "%.3000s/%s", world.run.storage, in.name);
	(void)snprintf(in.socket, sizeof(in.socket), "%s", world.run.private_folder);
	assert_int_equal(runtime_namespace.create(&in, &err), 0);
	assert_true(runtime_namespace.start(&in, &err) < 0);
	assert_true(in.pid == 0 || in.pidfd >= 0);
	runtime_namespace.destroy(&in);
	assert_false(file_exists(in.storage));
	if (in.pidfd >= 0)
		(void)close(in.pidfd);
	timeline_destroy(&timeline);
	world_close(&world);
}

static void half_made_instances_can_be_destroyed(void **state)
{
	struct world world;
	struct instance in = {.pidfd = -1};
	struct error err = {0};

	(void)state;
	runtime_namespace.destroy(NULL);
	world_open(&world, &runtime_namespace, NULL);
	in.run = &world.run;
	in.subject = &world.subject;
	(void)snprintf(in.name, sizeof(in.name), "tare-%s-8", world.run.id);
	(void)snprintf(in.storage, sizeof(in.storage), "%.3000s/%s", world.run.storage, in.name);
	runtime_namespace.destroy(&in);
	assert_int_equal(runtime_namespace.create(&in, &err), 0);
	runtime_namespace.destroy(&in);
	assert_false(file_exists(in.storage));
	world_close(&world);
}

static void inspect_finds_the_costs(void **state)
{
	static struct costs costs;
	struct world world;
	struct probe probe;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	probe_start(&probe, &world, 1);
	probe_ready(&probe);
	assert_int_equal(runtime_namespace.inspect(&probe.in, &costs, &err), 0);
	assert_int_equal(costs.process_count, 1);
	assert_int_equal(costs.processes[0], probe.in.pid);
	assert_true(costs.own_cgroup == (((struct namespace_state *)world.subject.state)->cgroups.count > 0));
	probe_end(&probe);
	world_close(&world);
}

/* Whoever kills the starter kills no more than the start that is under way. */
static void killed_starter_is_replaced(void **state)
{
	struct world world;
	struct probe probe;
	struct start_status status;
	struct started unused = {.pidfd = -1};
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	assert_int_equal(start_status(world.run.keeper, &status, &err), 0);
	assert_int_equal(kill(status.starters[0].pid, SIGKILL), 0);
	struct box box = ((struct namespace_state *)world.subject.state)->box;
	int fds[BOX_FDS_MAX] = {0};

	/* The one that meets the dead starter fails; the next gets a new one. */
	box.hostname = box_text(&box, "one");
	for (uint32_t i = 0; i < box.cgroup_count; i++)
		box.cgroups[i].name = box.hostname;
	assert_true(start_box(world.run.keeper, &box, fds, BOX_FDS_MAX, &unused, &err) < 0);
	probe_start(&probe, &world, 1);
	probe_ready(&probe);
	probe_end(&probe);
	world_close(&world);
}

static void keeper_and_starter_are_small(void **state)
{
	struct world world;
	struct start_status status;
	struct error err = {0};

	(void)state;
	world_open(&world, &runtime_namespace, NULL);
	assert_int_equal(start_status(world.run.keeper, &status, &err), 0);
	print_message("keeper %llu KiB, starter %llu KiB\n",
		      (unsigned long long)status.keeper.rss_bytes / 1024,
		      (unsigned long long)status.starters[0].rss_bytes / 1024);
	assert_in_range(status.keeper.rss_bytes, 1, 4u << 20);
	assert_in_range(status.starters[0].rss_bytes, 1, 4u << 20);
	world_close(&world);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_class_starts),
	    cmocka_unit_test(container_is_isolated),
	    cmocka_unit_test(forbidden_things_fail),
	    cmocka_unit_test(ordinary_things_work),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(failed_start_leaves_nothing),
	    cmocka_unit_test(half_made_instances_can_be_destroyed),
	    cmocka_unit_test(inspect_finds_the_costs),
	    cmocka_unit_test(killed_starter_is_replaced),
	    cmocka_unit_test(keeper_and_starter_are_small),
	};

	(void)argc;
	world_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
