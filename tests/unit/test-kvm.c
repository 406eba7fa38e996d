/* SPDX-License-Identifier: Apache-2.0 */
/* The KVM probe: its classes, its answers about files that are no KVM, and its honesty about this host's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/host/kvm-guest.h"
#include "harness/host/kvm.h"

static void test_classes(void **state)
{
	const struct kvm_cpu bare = {.has_extensions = true},
			     nested = {.in_vm = true, .has_extensions = true};
	const struct kvm_cpu guest = {.in_vm = true};
	const struct kvm_cpu emulated = {.in_vm = true, .has_extensions = true, .is_emulated = true};

	(void)state;
	assert_int_equal(kvm_classify(1.7e6, &guest), KVM_SOFTWARE);
	assert_int_equal(kvm_classify(1.7e6, &bare), KVM_SOFTWARE);
	assert_int_equal(kvm_classify(8e9, &guest), KVM_SOFTWARE);
	assert_int_equal(kvm_classify(8e9, &emulated), KVM_SOFTWARE);
	assert_int_equal(kvm_classify(8e9, &nested), KVM_NESTED);
	assert_int_equal(kvm_classify(8e9, &bare), KVM_HARDWARE);
	assert_int_equal(kvm_classify(49e6, &bare), KVM_SOFTWARE);
	assert_int_equal(kvm_classify(51e6, &bare), KVM_HARDWARE);
	assert_int_equal(kvm_classify(NAN, &bare), KVM_SOFTWARE);
}

static void test_usable(void **state)
{
	struct kvm_report report = {.class = KVM_HARDWARE};

	(void)state;
	assert_false(kvm_usable_for_linux(&report));
	report.linux_boots = true;
	assert_true(kvm_usable_for_linux(&report));
	report.class = KVM_NESTED;
	assert_true(kvm_usable_for_linux(&report));
	report.class = KVM_SOFTWARE;
	assert_false(kvm_usable_for_linux(&report));
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(kvm_class_name(KVM_ABSENT), "none");
	assert_string_equal(kvm_class_name(KVM_HARDWARE), "kvm-hw");
}

static void test_absent(void **state)
{
	struct kvm_report report;

	(void)state;
	kvm_probe_device("/nonexistent/kvm", &report);
	assert_int_equal(report.class, KVM_ABSENT);
	assert_true(isnan(report.instr_per_s));
	assert_true(isnan(report.exit_rtt_p50_ns));
	assert_false(report.linux_boots);
	assert_non_null(strstr(report.reason, "/nonexistent/kvm: No such file"));
	assert_true(report.remedy[0]);
}

static void test_not_kvm(void **state)
{
	struct kvm_report report;

	(void)state;
	kvm_probe_device("/dev/null", &report);
	assert_int_equal(report.class, KVM_BROKEN);
	assert_non_null(strstr(report.reason, "KVM_GET_API_VERSION"));
	kvm_probe_device("/", &report);
	assert_int_equal(report.class, KVM_BROKEN);
	assert_non_null(strstr(report.reason, "Is a directory"));
}

static void test_denied(void **state)
{
	char path[] = "/tmp/test-kvm.XXXXXX";
	int fd = mkstemp(path), status = 0;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0), 0);
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		struct kvm_report report;

		if (!getuid() && setuid(65534) < 0)
			_exit(2);
		kvm_probe_device(path, &report);
		_exit(report.class == KVM_DENIED && report.remedy[0] ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	(void)close(fd);
	(void)unlink(path);
	assert_int_equal(status, 0);
}

/* A guest that never leaves: the guard has to. */
static void test_hang(void **state)
{
	static const struct kvm_program forever = {.name = "jmp", .code = {0xeb, 0xfe}, .length = 2};
	int kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct kvm_guest guest;
	struct error err = {0};
	uint64_t ns = 0;

	(void)state;
	if (kvm_fd < 0 || kvm_guest_open(kvm_fd, &guest, &err) < 0) {
		if (kvm_fd >= 0)
			(void)close(kvm_fd);
		print_message("no guest here: %s\n", err.text);
		skip();
	}
	assert_int_equal(kvm_guest_load(&guest, &forever, 0, &err), 0);
	assert_int_equal(kvm_guest_run(&guest, 5 /* KVM_EXIT_HLT */, &ns, &err), -ETIME);
	assert_in_range(ns, 900000000, 3000000000);
	kvm_guest_close(&guest);
	kvm_guest_close(&guest);
	(void)close(kvm_fd);
}

/* Whatever this host has: the answer is whole, the same twice, and never KVM without a rate that proves it.
 */
static void test_this_host(void **state)
{
	struct kvm_report report, again;

	(void)state;
	kvm_probe(&report);
	uint64_t begin_ns = clock_now_ns();

	kvm_probe(&again);
	assert_in_range(clock_now_ns() - begin_ns, 0, 1000000);
	assert_int_equal(report.class, again.class);
	print_message("%s: %.4g guest, %.4g native instr/s, exit %.0f ns, linux %s; %s\n",
		      kvm_class_name(report.class), report.instr_per_s, report.native_instr_per_s,
		      report.exit_rtt_p50_ns, report.linux_boots ? "yes" : "no", report.reason);
	if (report.class >= KVM_NESTED)
		assert_true(report.instr_per_s >= 50e6);
	if (!kvm_usable_for_linux(&report))
		assert_true(report.reason[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes), cmocka_unit_test(test_usable),
		cmocka_unit_test(test_names),	cmocka_unit_test(test_absent),
		cmocka_unit_test(test_not_kvm), cmocka_unit_test(test_denied),
		cmocka_unit_test(test_hang),	cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
