/* SPDX-License-Identifier: Apache-2.0 */
/* The host object: of recorded hosts value by value, of this one that it is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/host/facts.h"
#include "tests/unit/host-tree.h"

static const struct expectation {
	const char *host, *path, *fact, *json;
} expectations[] = {
	{"cloud-vm", "/srv/results", "cpu.model", "\"AMD EPYC\""},
	{"cloud-vm", "/srv/results", "cpu.family", "25"},
	{"cloud-vm", "/srv/results", "cpu.model_id", "17"},
	{"cloud-vm", "/srv/results", "cpu.online_count", "2"},
	{"cloud-vm", "/srv/results", "cpu.governor", "null"},
	{"cloud-vm", "/srv/results", "cpu.boost", "null"},
	{"cloud-vm", "/srv/results", "cpu.caches_bytes", "{\"l1d\":32768,\"l3\":33554432}"},
	{"cloud-vm", "/srv/results", "cpu.flags_of_interest",
	 "[\"hypervisor\",\"constant_tsc\",\"nonstop_tsc\",\"tsc_known_freq\",\"rdtscp\",\"cx16\",\"xsave\","
	 "\"aes\",\"avx2\"]"},
	{"cloud-vm", "/srv/results", "virtualization.is_vm", "true"},
	{"cloud-vm", "/srv/results", "virtualization.kvm_class", "null"},
	{"cloud-vm", "/srv/results", "virtualization.container", "null"},
	{"cloud-vm", "/srv/results", "kernel.cmdline",
	 "\"mitigations=auto,no_guest_host console=ttyS0 quiet\""},
	{"cloud-vm", "/srv/results", "kernel.mitigations", "\"auto,no_guest_host\""},
	{"cloud-vm", "/srv/results", "kernel.distribution", "\"Debian GNU/Linux 12 (bookworm)\""},
	{"cloud-vm", "/srv/results", "kernel.vulnerabilities",
	 "{\"meltdown\":\"Not affected\",\"spec_store_bypass\":\"Vulnerable\"}"},
	{"cloud-vm", "/srv/results", "memory.total_bytes", "25276514304"},
	{"cloud-vm", "/srv/results", "memory.thp", "\"madvise\""},
	{"cloud-vm", "/srv/results", "memory.numa_nodes", "1"},
	{"cloud-vm", "/srv/results", "cgroup.version", "\"hybrid\""},
	{"cloud-vm", "/srv/results", "cgroup.controllers",
	 "[\"hugetlb\",\"pids\",\"memory\",\"cpuset\",\"cpu\",\"cpuacct\"]"},
	{"cloud-vm", "/srv/results", "clock.available", "[\"tsc\",\"kvm-clock\"]"},
	{"cloud-vm", "/srv/results", "load_before.load1", "0.29"},
	{"cloud-vm", "/srv/results", "load_before.steal_ratio", "null"},
	{"cloud-vm", "/srv/results", "load_before.psi_cpu_some_avg10", "4.83"},
	{"cloud-vm", "/srv/results", "load_before.psi_io_some_avg10", "null"},
	{"cloud-vm", "/srv/results", "placement.policy", "null"},

	{"ubuntu-laptop", "/home/my data/runs", "cpu.governor", "\"powersave\""},
	{"ubuntu-laptop", "/home/my data/runs", "cpu.boost", "true"},
	{"ubuntu-laptop", "/home/my data/runs", "cpu.smt", "\"on\""},
	{"ubuntu-laptop", "/home/my data/runs", "virtualization.is_vm", "false"},
	{"ubuntu-laptop", "/home/my data/runs", "kernel.mitigations", "\"default\""},
	{"ubuntu-laptop", "/home/my data/runs", "kernel.cmdline", "\"ro quiet splash\""},
	{"ubuntu-laptop", "/home/my data/runs", "cgroup.version", "\"v2\""},
	{"ubuntu-laptop", "/home/my data/runs", "cgroup.own",
	 "\"/user.slice/user-1000.slice/session-2.scope\""},
	{"ubuntu-laptop", "/home/my data/runs", "cgroup.delegated", "[]"},
	{"ubuntu-laptop", "/home/my data/runs", "daemons", "[\"cron\",\"snapd\",\"unattended-upgr\"]"},
	{"ubuntu-laptop", "/home/my data/runs", "limits.userns_apparmor_restricted", "1"},
	{"ubuntu-laptop", "/home/my data/runs", "limits.pmu", "true"},
	{"ubuntu-laptop", "/home/my data/runs", "devices.vhost_net", "true"},
	{"ubuntu-laptop", "/home/my data/runs", "devices.vhost_vsock", "false"},

	{"proxmox-server", "/", "memory.numa_nodes", "2"},
	{"proxmox-server", "/", "memory.ksm_run", "1"},
	{"proxmox-server", "/", "cpu.boost", "false"},
	{"arm-board", "/", "cpu.model", "null"},
	{"arm-board", "/", "cpu.governor", "\"mixed\""},
	{"arm-board", "/", "virtualization.is_vm", "null"},
	{"arm-board", "/", "cgroup.controllers", "[\"cpuset\",\"cpu\",\"io\",\"pids\"]"},
	{"old-cgroup-v1", "/srv/results/x", "cgroup.version", "\"v1\""},
	{"old-cgroup-v1", "/srv/results/x", "virtualization.hypervisor", "\"xen\""},
	{"old-cgroup-v1", "/srv/results/x", "virtualization.container", "\"lxc\""},
	{"old-cgroup-v1", "/srv/results/x", "memory.ksm_run", "null"},
};

static void expect(const struct json *host, const struct expectation *e)
{
	const struct json *value = json_path(host, e->fact);

	if (!value)
		fail_msg("%s has no %s", e->host, e->fact);
	cleanup_free char *text = json_text(value, false);

	if (strcmp(text, e->json))
		fail_msg("%s: %s is %s, not %s", e->host, e->fact, text, e->json);
}

/* Rows of one host stand together, so each is unpacked once. */
static void test_recorded(void **state)
{
	const size_t count = sizeof(expectations) / sizeof(expectations[0]);

	(void)state;
	for (size_t i = 0; i < count;) {
		const char *name = expectations[i].host;

		host_tree_open(name);
		struct json *host = facts_collect(expectations[i].path);

		for (; i < count && !strcmp(expectations[i].host, name); i++)
			expect(host, &expectations[i]);
		json_free(host);
		host_tree_close();
	}
}

static void check_storage(const char *name, const char *path, const char *expected)
{
	host_tree_open(name);
	struct json *host = facts_collect(path), *few = json_object();
	const struct json *row = json_first(json_get(host, "storage"));
	static const char *const keys[] = {"path",	"fs",	   "device",	       "rotational",
					   "scheduler", "reflink", "overlay_supported"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_add(few, keys[i], json_copy(json_get(row, keys[i])));
	cleanup_free char *text = json_text(few, false);

	assert_string_equal(text, expected);
	json_free(few);
	json_free(host);
	host_tree_close();
}

static void test_storage(void **state)
{
	(void)state;
	check_storage("cloud-vm", "/srv/results",
		      "{\"path\":\"/srv/results\",\"fs\":\"ext4\",\"device\":\"vda\",\"rotational\":true,"
		      "\"scheduler\":\"mq-deadline\",\"reflink\":false,\"overlay_supported\":true}");
	/* a mount point with a space, a name that the number does not lead to, a module that is not loaded
	 * yet */
	check_storage("ubuntu-laptop", "/home/my data/runs",
		      "{\"path\":\"/home/my "
		      "data/runs\",\"fs\":\"btrfs\",\"device\":\"nvme0n1p3\",\"rotational\":false,"
		      "\"scheduler\":\"none\",\"reflink\":true,\"overlay_supported\":true}");
	/* not below /home/my data */
	check_storage(
		"ubuntu-laptop", "/home/my datax",
		"{\"path\":\"/home/my datax\",\"fs\":\"ext4\",\"device\":\"nvme0n1p2\",\"rotational\":null,"
		"\"scheduler\":null,\"reflink\":false,\"overlay_supported\":true}");
	check_storage("proxmox-server", "/var",
		      "{\"path\":\"/var\",\"fs\":\"xfs\",\"device\":\"pve-root\",\"rotational\":false,"
		      "\"scheduler\":\"none\",\"reflink\":null,\"overlay_supported\":true}");
	check_storage("old-cgroup-v1", "/srv/results/x",
		      "{\"path\":\"/srv/results/x\",\"fs\":\"tmpfs\",\"device\":null,\"rotational\":null,"
		      "\"scheduler\":null,\"reflink\":false,\"overlay_supported\":false}");
}

/* A tree without a single file: everything is unknown, nothing is zero, nothing crashes. */
static void test_nothing(void **state)
{
	(void)state;
	hostfs_set_root("/nonexistent");
	struct json *host = facts_collect("/srv");
	static const char *const unknown[] = {
		"cpu.model",	  "cpu.online_count",	  "cpu.governor",
		"kernel.release", "memory.total_bytes",	  "memory.swap_bytes",
		"clock.source",	  "load_before.load1",	  "load_before.steal_ratio",
		"limits.aslr",	  "virtualization.is_vm", "memory.numa_nodes"};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		if (!json_path(host, unknown[i]) || !json_is_null(json_path(host, unknown[i])))
			fail_msg("%s is not null", unknown[i]);
	}
	assert_string_equal(json_text_of(json_path(host, "cgroup.version"), ""), "none");
	assert_true(json_is_null(json_get(json_first(json_get(host, "storage")), "fs")));
	json_free(host);
	hostfs_set_root(NULL);
}

static void assert_fingerprint_changes(struct json *host, const char *member, const char *key,
				       const char *text, bool changes)
{
	struct json *before = facts_fingerprint(host);
	struct json *part = json_copy(json_get(host, member));

	json_add_text(part, key, text);
	json_add(host, member, part);
	struct json *after = facts_fingerprint(host);

	assert_int_equal(strlen(json_text_of(after, "")), 64);
	assert_int_equal(strcmp(json_text_of(before, ""), json_text_of(after, "")) != 0, changes);
	json_free(before);
	json_free(after);
}

static void test_fingerprint(void **state)
{
	(void)state;
	host_tree_open("cloud-vm");
	struct json *host = facts_collect("/srv");

	assert_fingerprint_changes(host, "load_before", "load1", "7", false);
	assert_fingerprint_changes(host, "memory", "available_bytes", "7", false);
	assert_fingerprint_changes(host, "cpu", "model", "another", true);
	assert_fingerprint_changes(host, "kernel", "release", "another", true);
	assert_fingerprint_changes(host, "cgroup", "version", "v2", true);
	json_free(host);
	host_tree_close();
}

static void test_this_host(void **state)
{
	static const char *const members[] = {"cpu",
					      "virtualization",
					      "kernel",
					      "memory",
					      "cgroup",
					      "storage",
					      "clock",
					      "limits",
					      "devices",
					      "placement",
					      "load_before",
					      "daemons",
					      "fingerprint_sha256"};

	(void)state;
	struct json *host = facts_collect("/nonexistent/results");

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!json_get(host, members[i]))
			fail_msg("no %s", members[i]);
	assert_string_equal(json_get_text(json_first(json_get(host, "storage")), "path", ""), "/");
	assert_true(json_number_of(json_path(host, "clock.resolution_ns"), 0) > 0);
	assert_true(json_number_of(json_path(host, "clock.read_cost_ns"), 0) > 0);
	assert_true(json_number_of(json_path(host, "cpu.allowed_count"), 0) >= 1);
	assert_true(json_number_of(json_path(host, "memory.total_bytes"), 0) > 1 << 20);
	assert_non_null(json_text_of(json_path(host, "virtualization.kvm_class"), NULL));
	json_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),  cmocka_unit_test(test_storage),
		cmocka_unit_test(test_nothing),	  cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
