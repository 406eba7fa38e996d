/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor says of recorded hosts, of single facts, and on the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/cli/command.h"
#include "harness/host/doctor.h"
#include "harness/host/facts.h"
#include "harness/report/text-wrap.h"
#include "tests/unit/host-tree.h"

static const struct expectation {
	const char *host, *path, *id;
	enum finding_level level;
	const char *value; /* a part of it */
} expectations[] = {
	{"cloud-vm", "/srv", "D-KVM", FINDING_INFO, "unknown"},
	{"cloud-vm", "/srv", "D-VIRT", FINDING_INFO, "virtual machine"},
	{"cloud-vm", "/srv", "D-STEAL", FINDING_OK, "0.3 % since boot"},
	{"cloud-vm", "/srv", "D-LOAD", FINDING_WARN, "load 0.29"},
	{"cloud-vm", "/srv", "D-GOV", FINDING_INFO, "unknown"},
	{"cloud-vm", "/srv", "D-SMT", FINDING_OK, "notsupported"},
	{"cloud-vm", "/srv", "D-CPUS", FINDING_WARN, "2 of 2"},
	{"cloud-vm", "/srv", "D-CG", FINDING_WARN, "hybrid"},
	{"cloud-vm", "/srv", "D-SWAP", FINDING_OK, "none"},
	{"cloud-vm", "/srv", "D-MITIG", FINDING_INFO, "1 open"},
	{"cloud-vm", "/srv", "D-FS", FINDING_OK, "ext4 on vda"},
	{"cloud-vm", "/srv", "D-PRIV", FINDING_INFO, "work"},

	{"ubuntu-laptop", "/srv", "D-VIRT", FINDING_OK, "bare metal"},
	{"ubuntu-laptop", "/srv", "D-GOV", FINDING_WARN, "powersave (intel_pstate), boost on"},
	{"ubuntu-laptop", "/srv", "D-SMT", FINDING_INFO, "on"},
	{"ubuntu-laptop", "/srv", "D-CPUS", FINDING_OK, "8 of 8"},
	{"ubuntu-laptop", "/srv", "D-CG", FINDING_OK, "v2"},
	{"ubuntu-laptop", "/srv", "D-SWAP", FINDING_WARN, "2 GiB"},
	{"ubuntu-laptop", "/srv", "D-PRIV", FINDING_WARN, "refused"},
	{"ubuntu-laptop", "/srv", "D-QUIET", FINDING_INFO, "cron snapd unattended-upgr"},
	{"ubuntu-laptop", "/srv", "D-VHOST", FINDING_INFO, "net yes, vsock no"},

	{"proxmox-server", "/", "D-GOV", FINDING_OK, "performance (acpi-cpufreq)"},
	{"proxmox-server", "/", "D-KSM", FINDING_WARN, "123456 pages"},
	{"proxmox-server", "/", "D-MEM", FINDING_WARN, "strict overcommit"},
	{"proxmox-server", "/", "D-THP", FINDING_INFO, "always"},
	{"proxmox-server", "/", "D-NUMA", FINDING_OK, "2 nodes"},
	{"proxmox-server", "/", "D-ASLR", FINDING_INFO, "partly on"},
	{"proxmox-server", "/", "D-MITIG", FINDING_INFO, "off"},

	{"arm-board", "/", "D-CLOCK", FINDING_OK, "arch_sys_counter"},
	{"arm-board", "/", "D-CG", FINDING_WARN, "v2: cpuset cpu io pids"},
	{"arm-board", "/", "D-GOV", FINDING_WARN, "mixed"},
	{"arm-board", "/", "D-MEM", FINDING_WARN, "684 MiB available"},
	{"arm-board", "/", "D-FS", FINDING_WARN, "no overlay"},

	{"old-cgroup-v1", "/srv/results", "D-VIRT", FINDING_WARN,
	 "in a container (lxc) in a virtual machine"},
	{"old-cgroup-v1", "/srv/results", "D-STEAL", FINDING_FAIL, "9.9 % since boot"},
	{"old-cgroup-v1", "/srv/results", "D-CPUS", FINDING_WARN, "1 of 1"},
	{"old-cgroup-v1", "/srv/results", "D-CLOCK", FINDING_WARN, "hpet"},
	{"old-cgroup-v1", "/srv/results", "D-CG", FINDING_WARN, "v1"},
	{"old-cgroup-v1", "/srv/results", "D-FS", FINDING_WARN, "tmpfs"},
	{"old-cgroup-v1", "/srv/results", "D-ASLR", FINDING_INFO, "off"},
	{"old-cgroup-v1", "/srv/results", "D-PRIV", FINDING_WARN, "refused"},
	{"old-cgroup-v1", "/srv/results", "D-THP", FINDING_INFO, "unknown"},
};

static const struct finding *find(const struct finding *findings, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(findings[i].id, id))
			return &findings[i];
	fail_msg("no check %s", id);
	return NULL;
}

static void expect(const struct finding *findings, size_t count, const struct expectation *e)
{
	const struct finding *f = find(findings, count, e->id);

	if (f->level != e->level || !strstr(f->value, e->value))
		fail_msg("%s: %s is %s '%s', not %s '%s'", e->host, e->id, finding_level_name(f->level),
			 f->value, finding_level_name(e->level), e->value);
	if (f->level >= FINDING_WARN && !f->reason[0])
		fail_msg("%s: %s gives no reason", e->host, e->id);
}

/* Rows of one host stand together, so each is unpacked once. */
static void test_recorded(void **state)
{
	const size_t rows = sizeof(expectations) / sizeof(expectations[0]);
	struct finding findings[DOCTOR_FINDINGS_MAX];

	(void)state;
	for (size_t i = 0; i < rows;) {
		const char *name = expectations[i].host;
		const struct doctor_options options = {.storage_path = expectations[i].path};

		host_tree_open(name);
		size_t count = doctor_run(&options, findings, DOCTOR_FINDINGS_MAX);

		host_tree_close();
		for (; i < rows && !strcmp(expectations[i].host, name); i++)
			expect(findings, count, &expectations[i]);
	}
}

/* Single facts that no recorded tree can hold. */
static const struct {
	const char *facts, *id;
	enum finding_level level;
	const char *value, *remedy;
} singles[] = {
	{"{\"virtualization\":{\"kvm_class\":\"kvm-hw\",\"kvm_probe\":{\"linux_boots\":true,\"loop64_instr_"
	 "per_s\":8e9,"
	 "\"exit_rtt_p50_ns\":1200}}}",
	 "D-KVM", FINDING_OK, "kvm-hw, 8000 Minstr/s, exit 1.2 us", ""},
	{"{\"virtualization\":{\"kvm_class\":\"kvm-nested\",\"kvm_probe\":{\"linux_boots\":true}}}", "D-KVM",
	 FINDING_INFO, "kvm-nested", "bare metal"},
	{"{\"virtualization\":{\"kvm_class\":\"kvm-hw\",\"kvm_reason\":\"no "
	 "xgetbv\",\"kvm_probe\":{\"linux_boots\":false}}}",
	 "D-KVM", FINDING_WARN, "kvm-hw", ""},
	{"{\"virtualization\":{\"kvm_class\":\"denied\",\"kvm_remedy\":\"sudo x\"}}", "D-KVM", FINDING_WARN,
	 "denied", "sudo x"},
	{"{\"load_before\":{\"steal_since_boot_ratio\":0.001,\"steal_ratio\":0.2}}", "D-STEAL", FINDING_WARN,
	 "20.0 % now", "dedicated"},
	{"{\"load_before\":{\"steal_since_boot_ratio\":0.006,\"steal_ratio\":0}}", "D-STEAL", FINDING_WARN,
	 "0.6 %", ""},
	{"{\"load_before\":{\"load1\":9,\"busy_ratio\":0.01}}", "D-LOAD", FINDING_OK, "1 % busy", ""},
	{"{\"load_before\":{\"load1\":0,\"busy_ratio\":0.5}}", "D-LOAD", FINDING_WARN, "50 % busy", ""},
	{"{\"placement\":{\"core_shared\":true},\"cpu\":{\"smt\":\"on\"}}", "D-SMT", FINDING_WARN,
	 "share one core", ""},
	{"{\"cpu\":{\"allowed_count\":1,\"online_count\":16}}", "D-CPUS", FINDING_WARN, "1 of 16", ""},
	{"{\"cpu\":{\"allowed_count\":8,\"online_count\":16}}", "D-CPUS", FINDING_INFO, "8 of 16", ""},
	{"{\"memory\":{\"numa_nodes\":2},\"placement\":{\"subject_node_count\":2}}", "D-NUMA", FINDING_WARN,
	 "more than one", "numactl"},
	{"{\"clock\":{\"resolution_ns\":4000000,\"read_cost_ns\":900}}", "D-RES", FINDING_FAIL, "4000000 ns",
	 ""},
	{"{\"clock\":{\"resolution_ns\":20,\"read_cost_ns\":22}}", "D-RES", FINDING_OK, "20 ns", ""},
	{"{\"clock\":{\"ntp_status\":\"synchronised\",\"slew_ppm\":-80}}", "D-NTP", FINDING_WARN,
	 "-80.00 ppm", ""},
	{"{\"clock\":{\"ntp_status\":\"synchronised\",\"slew_ppm\":-8}}", "D-NTP", FINDING_OK, "-8.00 ppm",
	 ""},
	{"{\"cgroup\":{\"version\":\"v2\",\"controllers\":[\"memory\",\"pids\"],\"own_writable\":false},"
	 "\"limits\":{\"euid\":1000}}",
	 "D-CG", FINDING_WARN, "v2", "Delegate=yes"},
	{"{\"cgroup\":{\"version\":\"v2\",\"controllers\":[\"memory\",\"pids\"],\"own_writable\":false},"
	 "\"limits\":{\"euid\":0}}",
	 "D-CG", FINDING_OK, "v2", ""},
	{"{\"storage\":[{\"fs\":\"ext4\",\"free_bytes\":1000,\"overlay_supported\":true,\"writable\":true}]}",
	 "D-FS", FINDING_FAIL, "0.977 KiB free", ""},
	{"{\"storage\":[{\"fs\":\"ext4\",\"free_bytes\":1e12,\"overlay_supported\":true,\"writable\":false}]"
	 "}",
	 "D-FS", FINDING_FAIL, "931 GiB", "--out"},
	{"{\"storage\":[{\"fs\":\"ext4\",\"free_bytes\":1e9,\"overlay_supported\":true,\"writable\":true}]}",
	 "D-FS", FINDING_WARN, "954 MiB", ""},
	{"{\"limits\":{\"euid\":0,\"page_cache_lens\":null}}", "D-CACHE", FINDING_WARN, "neither", ""},
	{"{\"limits\":{\"euid\":0,\"page_cache_lens\":\"mincore\"}}", "D-CACHE", FINDING_INFO, "mincore", ""},
	{"{\"limits\":{\"euid\":0,\"userns_works\":true,\"rt_allowed\":true,\"cap_ipc_lock\":true,\"userns_"
	 "apparmor_restricted\":1}}",
	 "D-PRIV", FINDING_OK, "root, user namespaces work", ""},
	{"{\"limits\":{\"euid\":1000,\"userns_works\":false,\"userns_works_reason\":\"writing uid_map: no\","
	 "\"userns_apparmor_restricted\":1}}",
	 "D-PRIV", FINDING_WARN, "no root, user namespaces refused", "sudo sysctl -w kernel.apparmor"},
	{"{\"limits\":{\"euid\":1000,\"userns_works\":false,\"userns_unprivileged\":0}}", "D-PRIV",
	 FINDING_WARN, "refused", "sudo sysctl -w kernel.unprivileged_userns_clone=1"},
	{"{\"limits\":{\"euid\":0,\"userns_works\":false}}", "D-PRIV", FINDING_WARN, "refused", "seccomp"},
};

static void test_singles(void **state)
{
	struct finding findings[DOCTOR_FINDINGS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		struct error err = {0};
		struct json *facts = json_parse(singles[i].facts, strlen(singles[i].facts), "facts", &err);

		assert_string_equal(err.text, "");
		size_t count =
			doctor_run(&(struct doctor_options){.facts = facts}, findings, DOCTOR_FINDINGS_MAX);
		const struct finding *f = find(findings, count, singles[i].id);

		if (f->level != singles[i].level || !strstr(f->value, singles[i].value) ||
		    !strstr(f->remedy, singles[i].remedy))
			fail_msg("%s: %s %s '%s' fix '%s'", singles[i].facts, f->id,
				 finding_level_name(f->level), f->value, f->remedy);
		json_free(facts);
	}
}

/* No facts at all: every check answers, and none with a failure that it cannot know. */
static void test_no_facts(void **state)
{
	struct json *facts = json_object();
	struct finding findings[DOCTOR_FINDINGS_MAX];
	size_t count = doctor_run(&(struct doctor_options){.facts = facts}, findings, DOCTOR_FINDINGS_MAX);

	(void)state;
	assert_in_range(count, 24, DOCTOR_FINDINGS_MAX);
	for (size_t i = 0; i < count; i++) {
		assert_true(findings[i].value[0]);
		assert_true(findings[i].level < FINDING_WARN || !strcmp(findings[i].id, "D-KVM"));
	}
	assert_int_equal(doctor_run(&(struct doctor_options){.facts = facts}, findings, 3), 3);
	json_free(facts);
}

static void test_json(void **state)
{
	const struct finding findings[] = {
		{.id = "D-KVM", .level = FINDING_WARN, .value = "none", .reason = "Why.", .remedy = "sudo x"},
		{.id = "D-CG", .level = FINDING_OK, .value = "v2"},
	};
	struct json *array = doctor_json(findings, 2);
	cleanup_free char *text = json_text(array, false);

	(void)state;
	assert_string_equal(
		text,
		"[{\"id\":\"D-KVM\",\"level\":\"WARN\",\"value\":\"none\",\"message\":\"Why.\",\"remedy\":"
		"\"sudo x\"},"
		"{\"id\":\"D-CG\",\"level\":\"OK\",\"value\":\"v2\",\"message\":\"\",\"remedy\":\"\"}]");
	assert_true(doctor_remedy_is_command(&findings[0]));
	assert_false(doctor_remedy_is_command(&findings[1]));
	json_free(array);
}

static void test_wrap(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	(void)fputs("  why: ", out);
	text_wrap(out, "one two  three", 7, 4);
	text_wrap(out, "", 0, 4);
	text_wrap(out, "aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa b", 0,
		  2);
	text_wrap(out, "aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa", 0,
		  0);
	(void)fclose(out);
	assert_string_equal(
		text, "  why: one two three\n\n"
		      "  aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa\n"
		      "  aaaaaaaaaaaaaaaaaaa b\n"
		      "aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa\n");
	free(text);
}

/* Runs the command with standard output in a file; returns the text, for free(). */
static char *run_command(char **argv, int argc, int *ret_status, struct error *err)
{
	char path[] = "/tmp/test-doctor.XXXXXX";
	int fd = mkstemp(path), saved = dup(STDOUT_FILENO);

	assert_true(fd >= 0 && saved >= 0);
	(void)fflush(stdout);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	*ret_status = cmd_doctor.exec(argc, argv, err);
	(void)fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	(void)close(saved);
	(void)close(fd);
	char *text = file_read(path, NULL, NULL);

	(void)unlink(path);
	assert_non_null(text);
	return text;
}

static void test_table(void **state)
{
	char name[] = "doctor", verbose[] = "--verbose", *argv[] = {name, verbose, NULL};
	struct error err = {0};
	int status;

	(void)state;
	host_tree_open("ubuntu-laptop");
	cleanup_free char *text = run_command(argv, 2, &status, &err);

	host_tree_close();
	assert_int_equal(status, EXIT_DONE);
	assert_non_null(strstr(text, "warn  D-GOV     powersave (intel_pstate), boost on\n"));
	assert_null(strchr(text, '\033'));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > TEXT_WIDTH)
			fail_msg("too wide: %.100s", line);
}

static void test_fixes(void **state)
{
	char name[] = "doctor", fix[] = "--print-fix", json[] = "--json", *argv[] = {name, fix, json, NULL};
	struct error err = {0};
	int status;

	(void)state;
	host_tree_open("ubuntu-laptop");
	cleanup_free char *text = run_command(argv, 2, &status, &err);

	assert_int_equal(status, EXIT_DONE);
	assert_string_equal(text,
			    "sudo sh -c 'for g in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do "
			    "echo performance > $g; "
			    "done'  # D-GOV\n"
			    "sudo swapoff -a  # D-SWAP\n"
			    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0  # D-PRIV\n");
	cleanup_free char *none = run_command(argv, 3, &status, &err);

	host_tree_close();
	assert_true(status < 0);
	assert_int_equal(err.class, ERROR_INPUT);
	assert_string_equal(none, "");
}

static void test_json_command(void **state)
{
	char name[] = "doctor", json[] = "--json", *argv[] = {name, json, NULL};
	struct error err = {0};
	int status;

	(void)state;
	cleanup_free char *text = run_command(argv, 2, &status, &err);
	struct json *array = json_parse(text, strlen(text), "doctor", &err);

	assert_int_equal(status, EXIT_DONE);
	assert_true(json_count(array) >= 24);
	json_free(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded), cmocka_unit_test(test_singles),
		cmocka_unit_test(test_no_facts), cmocka_unit_test(test_json),
		cmocka_unit_test(test_wrap),	 cmocka_unit_test(test_table),
		cmocka_unit_test(test_fixes),	 cmocka_unit_test(test_json_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
