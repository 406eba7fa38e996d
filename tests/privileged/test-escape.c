/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile program (tests/escape/) in a container: nothing that it tries works, and each attempt is stopped by
 * what should stop it. Then its profile as the host sees it. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/box-text.h"
#include "runtimes/namespace.h"
#include "tests/privileged/world.h"

extern const struct runtime runtime_namespace;

/* What may stop an attempt, by the names of errors; "SIGSYS": the filter ends the process. */
static const struct {
	const char *name, *stopped_by;
} wanted[] = {
    {"mount", "EPERM"},
    {"bind_mount", "EPERM"},
    {"remount", "EPERM"},
    {"mount_cgroup", "EPERM"},
    {"umount", "EPERM"},
    {"pivot_root", "EPERM"},
    {"fsopen", "EPERM"},
    {"open_tree", "EPERM"},
    {"mount_setattr", "EPERM"},
    {"unshare_user", "EPERM"},
    {"unshare_mount", "EPERM"},
    {"unshare_pid", "EPERM"},
    {"unshare_net", "EPERM"},
    {"unshare_uts", "EPERM"},
    {"unshare_ipc", "EPERM"},
    {"unshare_cgroup", "EPERM"},
    {"clone_user", "EPERM"},
    {"clone3", "ENOSYS"}, /* so that C libraries take clone, whose flags the filter sees */
    {"setns", "EPERM"},
    {"chroot", "EPERM"},
    {"mknod_memory", "EPERM"},
    {"mknod_disk", "EPERM"},
    {"init_module", "EPERM"},
    {"finit_module", "EPERM"},
    {"delete_module", "EPERM"},
    {"add_key", "EPERM"},
    {"request_key", "EPERM"},
    {"keyctl", "EPERM"},
    {"open_by_handle_at", "EPERM"},
    {"bpf", "EPERM"},
    {"perf_event_open", "EPERM"},
    {"userfaultfd", "EPERM"},
    {"io_uring_setup", "EPERM"},
    {"kexec_load", "EPERM"},
    {"kexec_file_load", "EPERM"},
    {"reboot", "EPERM"},
    {"sethostname", "EPERM"},
    {"setdomainname", "EPERM"},
    {"settimeofday", "EPERM"},
    {"clock_settime", "EPERM"},
    {"adjtimex", "EPERM"},
    {"iopl", "EPERM"},
    {"ioperm", "EPERM"},
    {"syslog", "EPERM"},
    {"swapoff", "EPERM"},
    {"acct", "EPERM"},
    {"quotactl", "EPERM"},
    {"fanotify_init", "EPERM"},
    {"mbind", "EPERM"},
    {"kcmp", "EPERM"},
    {"personality", "EPERM"},
    {"setuid", "EPERM|EINVAL"}, /* EINVAL: a user has one id only */
    {"setgroups", "EPERM"},
    {"capset", "EPERM"},
    {"rlimit", "EPERM"},
    {"nice", "EACCES|EPERM"},
    {"realtime", "EPERM"},
    {"raw_socket", "EPERM"},
    {"packet_socket", "EPERM"},
    {"vsock", "EPERM"},
    {"x32_call", "SIGSYS|ENOSYS|EPERM"},
    {"32_bit_call", "SIGSYS"},
    {"core_pattern", "EROFS|EACCES"},
    {"ns_last_pid", "EROFS|EACCES|ENOENT"},
    {"ip_forward", "EROFS|EACCES"},
    {"sysrq", "EROFS|EACCES|ENOENT"},
    {"ksm", "EROFS|EACCES|ENOENT"},
    {"uevent_helper", "EROFS|EACCES|ENOENT"},
    {"cgroup_procs", "EROFS|EACCES|ENOENT"},
    {"cgroup_v1_tasks", "EROFS|EACCES|ENOENT"},
    {"dev_mem", "ENOENT"},
    {"dev_kvm", "ENOENT"},
    {"dev_disk", "ENOENT"},
    {"dev_new", "EROFS"},
    {"own_program", "ETXTBSY|EACCES"},
    {"first_program", "ETXTBSY|EACCES"},
    {"uid_map", "EACCES|EPERM"},
    {"security_label", "EACCES|EPERM|EROFS|ENOENT|EINVAL"},
    {"oom_score", "EACCES|EPERM"},
    {"kcore", "ENODATA|ENOENT|EACCES"},
    {"keys", "ENODATA|ENOENT|EACCES"},
    {"timer_list", "ENODATA|ENOENT|EACCES"},
    {"firmware", "ENODATA|ENOENT|EACCES"},
    {"remove_channel", "EBUSY|EACCES"},
    {"strange_owner", "EINVAL|EPERM"},
    {"setuid_program", "EACCES"},
    {"signal_host", "ESRCH"},
    {"ptrace_host", "ESRCH"},
    {"pidfd_host", "ESRCH"},
    {"memory_host", "ESRCH"},
    {"priority_host", "ESRCH"},
    {"see_processes", "ESRCH"},
    {"connect_loopback", "ECONNREFUSED"},
    {"connect_outside", "ENETUNREACH"},
    {"connect_abstract", "ECONNREFUSED"},
    {"proc_1_root", "EXDEV|EACCES"},
    {"proc_1_cwd", "EXDEV|EACCES"},
    {"double_chroot", "EPERM"},
    {"inherited_descriptor", "EBADF"},
};

static char artifacts[64];

/* A root tree with nothing but the hostile program in place of the payload, and once more with the setuid bit. */
static void artifacts_make(void)
{
	static const char *const folders[] = {"proc", "sys", "dev", "run", "etc", "tmp"};
	struct error err = {0};

	(void)snprintf(artifacts, sizeof(artifacts), "%.40s/tare-escape-%d", world_place(), (int)getpid());
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		cleanup_free char *path = alloc_format("%s/root-none/%s", artifacts, folders[i]);

		assert_int_equal(file_make_dirs(path, 0755, &err), 0);
		assert_int_equal(chmod(path, strcmp(folders[i], "tmp") ? 0755 : 01777), 0);
	}
	cleanup_free char *socket = alloc_format("%s/root-none/run/tare.sock", artifacts);
	cleanup_free char *program = alloc_format("%s/root-none/payload", artifacts);
	cleanup_free char *setuid = alloc_format("%s/root-none/setuid", artifacts);

	assert_int_equal(file_write(socket, "", 0, &err), 0);
	assert_int_equal(file_copy("build/escape", program, &err), 0);
	assert_int_equal(chmod(program, 0755), 0);
	assert_int_equal(file_copy("build/escape", setuid, &err), 0);
	assert_int_equal(chmod(setuid, 06755), 0);
}

static int artifacts_setup(void **state)
{
	(void)state;
	artifacts_make();
	world_artifacts = artifacts;
	return 0;
}

static int artifacts_remove(void **state)
{
	(void)state;
	return file_remove_tree(artifacts, NULL);
}

/* What the program is told to reach: this process and two sockets that listen. */
struct bait {
	int tcp, abstract;
	unsigned port;
	char name[32];
};

static void bait_lay(struct bait *bait)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(in);

	bait->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(bait->tcp, (struct sockaddr *)&in, size), 0);
	assert_int_equal(listen(bait->tcp, 4), 0);
	assert_int_equal(getsockname(bait->tcp, (struct sockaddr *)&in, &size), 0);
	bait->port = ntohs(in.sin_port);
	(void)snprintf(bait->name, sizeof(bait->name), "tare-bait-%d", (int)getpid());
	(void)memcpy(un.sun_path + 1, bait->name, strlen(bait->name));
	bait->abstract = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(bait->name));
	assert_int_equal(bind(bait->abstract, (struct sockaddr *)&un, size), 0);
	assert_int_equal(listen(bait->abstract, 4), 0);
	/* It is there to be reached: from here it can be. */
	cleanup_close int here = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(here, (struct sockaddr *)&un, size), 0);
}

static void program_start_hostile(struct world *world, struct probe *probe, struct bait *bait)
{
	struct namespace_state *state;

	world_open(world, &runtime_namespace, "root=none");
	bait_lay(bait);
	state = world->subject.state;

	cleanup_free char *pid = alloc_format("%d", (int)getpid());
	cleanup_free char *port = alloc_format("%u", bait->port);

	state->box.arguments[1] = box_text(&state->box, pid);
	state->box.arguments[2] = box_text(&state->box, port);
	state->box.arguments[3] = box_text(&state->box, bait->name);
	state->box.argument_count = 4;
	probe_start(probe, world, 1);
	probe_ready(probe);
}

static void program_end_hostile(struct world *world, struct probe *probe, struct bait *bait)
{
	probe_end(probe);
	(void)close(bait->tcp);
	(void)close(bait->abstract);
	world_close(world);
}

/* "possible", "signal 31" or "1" to "possible", "SIGSYS" or "EPERM". */
static const char *fact_name(const char *fact)
{
	static char name[32];
	const char *known = strerrorname_np((int)strtol(fact, NULL, 10));

	if (!strncmp(fact, "signal ", 7))
		(void)snprintf(name, sizeof(name), "SIG%s", sigabbrev_np((int)strtol(fact + 7, NULL, 10)));
	else
		(void)snprintf(name, sizeof(name), "%s", *fact >= '0' && *fact <= '9' && known ? known : fact);
	return name;
}

static bool is_one_of(const char *name, const char *list)
{
	size_t length = strlen(name);

	for (; length && *list; list += strcspn(list, "|"), list += *list == '|')
		if (strcspn(list, "|") == length && !strncmp(list, name, length))
			return true;
	return false;
}

static void each_attempt_fails(void **state)
{
	struct world world;
	struct probe probe;
	struct bait bait;
	size_t wrong = 0, lines = 0;

	(void)state;
	program_start_hostile(&world, &probe, &bait);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const char *name = fact_name(probe_fact(&probe, wanted[i].name));

		print_message("%-20s %s\n", wanted[i].name, name);
		if (is_one_of(name, wanted[i].stopped_by))
			continue;
		print_message("  but %s should stop it\n", wanted[i].stopped_by);
		wrong++;
	}
	for (const char *c = probe.facts; *c; c++)
		lines += *c == '\n';
	assert_int_equal(wrong, 0);
	assert_int_equal(lines, sizeof(wanted) / sizeof(wanted[0]) + 1); /* and the end mark */
	program_end_hostile(&world, &probe, &bait);
}

static void namespaces_are_its_own(void **state)
{
	static const char *const kinds[] = {"mnt", "pid", "net", "uts", "ipc", "user", "cgroup"};
	struct world world;
	struct probe probe;
	struct bait bait;

	(void)state;
	program_start_hostile(&world, &probe, &bait);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char own[64] = "", its[64] = "";
		cleanup_free char *own_path = alloc_format("/proc/self/ns/%s", kinds[i]);
		cleanup_free char *its_path = alloc_format("/proc/%d/ns/%s", (int)probe.in.pid, kinds[i]);

		assert_true(readlink(own_path, own, sizeof(own) - 1) > 0);
		assert_true(readlink(its_path, its, sizeof(its) - 1) > 0);
		if (!strcmp(own, its))
			fail_msg("%s: shared with the host", kinds[i]);
	}
	program_end_hostile(&world, &probe, &bait);
}

/* Options of the mount at this point, as mountinfo has them: ",rw,nosuid,nodev,"; "" where there is none. */
static const char *mount_options(struct probe *probe, const char *point)
{
	static char options[128];
	const char *text = probe_proc(probe, "mountinfo");

	options[0] = '\0';
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char at[128], list[100];

		if (sscanf(line, "%*s %*s %*s %*s %127s %99s", at, list) == 2 && !strcmp(at, point))
			(void)snprintf(options, sizeof(options), ",%s,", list);
	}
	return options;
}

static void mounts_are_as_promised(void **state)
{
	static const struct {
		const char *point, *options[4];
	} rows[] = {
	    {"/", {"rw", "nosuid", "nodev"}},
	    {"/proc", {"rw", "nosuid", "nodev", "noexec"}},
	    {"/proc/sys", {"ro", "nosuid", "nodev", "noexec"}},
	    {"/proc/sysrq-trigger", {"ro"}},
	    {"/proc/irq", {"ro"}},
	    {"/proc/bus", {"ro"}},
	    {"/proc/fs", {"ro"}},
	    {"/proc/acpi", {"ro"}},
	    {"/sys", {"ro", "nosuid", "nodev", "noexec"}},
	    {"/sys/firmware", {"ro"}},
	    {"/dev", {"ro", "nosuid"}},
	    {"/dev/shm", {"rw", "nosuid", "nodev", "noexec"}},
	    {"/dev/mqueue", {"rw", "nosuid", "nodev", "noexec"}},
	    {"/dev/pts", {"rw", "nosuid", "noexec"}},
	};
	struct world world;
	struct probe probe;
	struct bait bait;

	(void)state;
	program_start_hostile(&world, &probe, &bait);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *options = mount_options(&probe, rows[i].point);

		if (!*options && file_exists(rows[i].point))
			fail_msg("%s is not covered", rows[i].point);
		for (size_t n = 0; *options && n < 4 && rows[i].options[n]; n++) {
			cleanup_free char *option = alloc_format(",%s,", rows[i].options[n]);

			if (!strstr(options, option))
				fail_msg("%s has %s, not %s", rows[i].point, options, option);
		}
	}
	program_end_hostile(&world, &probe, &bait);
}

/* The line of /proc/PID/limits, after its name: soft and hard limit. */
static void assert_limit(struct probe *probe, const char *name, const char *soft, const char *hard)
{
	const char *line = strstr(probe_proc(probe, "limits"), name);
	char got[2][32];

	assert_non_null(line);
	assert_int_equal(sscanf(line + strlen(name), " %31s %31s", got[0], got[1]), 2);
	assert_string_equal(got[0], soft);
	assert_string_equal(got[1], hard);
}

static void limits_are_as_promised(void **state)
{
	struct world world;
	struct probe probe;
	struct bait bait;

	(void)state;
	program_start_hostile(&world, &probe, &bait);
	assert_limit(&probe, "Max open files", "1024", "4096");
	assert_limit(&probe, "Max core file size", "0", "0");
	const struct cgroups *cgroups = &((struct namespace_state *)world.subject.state)->cgroups;

	if (cgroups->count)
		assert_non_null(strstr(probe_proc(&probe, "cgroup"), probe.in.name));
	else
		assert_limit(&probe, "Max address space", "268435456", "268435456");
	if (!cgroups->count)
		assert_limit(&probe, "Max processes", "65", "65");
	if (!namespace_is_rootless())
		assert_string_equal(probe_status(&probe, "Groups"), "");
	program_end_hostile(&world, &probe, &bait);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_attempt_fails),
	    cmocka_unit_test(namespaces_are_its_own),
	    cmocka_unit_test(mounts_are_as_promised),
	    cmocka_unit_test(limits_are_as_promised),
	};

	(void)argc;
	world_enter(argv);
	return cmocka_run_group_tests(tests, artifacts_setup, artifacts_remove);
}
