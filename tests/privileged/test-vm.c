/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime `vm` on real guests: each kind boots, says what it is, and leaves nothing behind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "tests/privileged/guest.h"

static void report_boot(struct attempt *a)
{
	printf("# ready %.1f ms: storage %.2f, connected %.1f, running %.1f, start returned %.1f; stop returned %.1f, "
	       "released %.1f\n",
	       attempt_ms(a, EVENT_REQUEST, EVENT_READY_OBS), attempt_ms(a, EVENT_REQUEST, EVENT_STORAGE_READY),
	       attempt_ms(a, EVENT_LAUNCH, EVENT_QEMU_CONNECTED), attempt_ms(a, EVENT_LAUNCH, EVENT_VM_RUNNING),
	       attempt_ms(a, EVENT_LAUNCH, EVENT_START_RETURN), attempt_ms(a, EVENT_STOP_CALL, EVENT_STOP_RETURN),
	       attempt_ms(a, EVENT_STOP_CALL, EVENT_RELEASED));
}

/** A subject that must boot: facts are right, costs are named, nothing is left. */
static void check_boot(const char *text)
{
	struct subject subject = {0};
	struct attempt a;
	char release[128] = "";

	if (!guest_prepare(text, false, &subject))
		return;
	attempt_begin(&a, &subject);
	attempt_start(&a, WAIT_NS);
	attempt_look(&a);
	bool facts = a.news & CHANNEL_REPLY &&
		     channel_fact(channel_text(a.channel), PROTOCOL_FACT_RELEASE, release, sizeof(release));

	attempt_end(&a);
	report_boot(&a);
	check(!a.rc && a.news & CHANNEL_READY && facts, "%s: ready, runs %s [%s]%s%s", text, release, subject.label,
	    a.rc ? ": " : "", a.rc ? a.err.text : "");
	check(attempt_ms(&a, EVENT_VM_RUNNING, EVENT_READY_OBS) > 0, "%s: vm_running is known", text);
	/* Kernel, firmware, its loader, QEMU, libvirt's driver; and an initramfs where there is a system. */
	size_t paths = strcmp(release, PROTOCOL_RELEASE_BARE) ? 6 : 5;

	check(a.costs.process_count == 1 && a.costs.path_count >= paths, "%s: costs are named", text);
	check(!attempt_left(&a), "%s: nothing is left", text);
	guest_finish(&subject);
}

static void guests_boot(void **state)
{
	static const char *const subjects[] = {
		"vm",
		"vm:root=none",
		"vm:libvirt=stock",
		"vm:root=none:kernel=bzimage",
		"vm:cmdline=stock:root=none",
		"vm:machine=q35",
		"vm:machine=q35:root=none",
		"vm:machine=q35:libvirt=stock:cmdline=stock:kernel=bzimage",
		"vm:machine=pc",
		"vm:machine=pc:root=none",
		"vm:balloon=reporting:ksm=off:thp=off",
		"vm:machine=q35:balloon=virtio",
		"vm:start=restore",
		"vm:start=restore:machine=q35:libvirt=stock",
		"vm:guest=bare:root=none:accel=tcg",
		"vm:guest=bare:root=none:accel=tcg:machine=q35",
		"vm:guest=bare:root=none:accel=tcg:machine=pc:libvirt=stock",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		check_boot(subjects[i]);
	check_all();
}

/** Kibibytes of a field of QEMU's memory; -1: not there. */
static long long memory_kib(pid_t pid, const char *field)
{
	cleanup_free char *path = alloc_format("/proc/%d/smaps_rollup", (int)pid);
	cleanup_free char *text = file_read(path, NULL, NULL);
	uint64_t kib;

	return text && file_text_field(text, field, &kib) ? (long long)kib : -1;
}

/** A word of the command line of the process. */
static bool has_word(pid_t pid, const char *part)
{
	cleanup_free char *path = alloc_format("/proc/%d/cmdline", (int)pid);
	size_t length = 0;
	cleanup_free char *text = file_read(path, &length, NULL);

	return text && memmem(text, length, part, strlen(part));
}

/** What is said of a guest's memory holds for its QEMU; and only for the guests of which it is said. */
static void memory_is_as_asked(void **state)
{
	struct subject plain = {0}, small = {0};
	struct attempt a, b;

	(void)state;
	if (!guest_prepare("vm", false, &plain))
		skip();
	if (!guest_prepare("vm:thp=off:ksm=off:balloon=reporting", false, &small)) {
		guest_finish(&plain);
		skip();
	}
	attempt_begin(&a, &small);
	attempt_begin(&b, &plain);
	attempt_start(&a, WAIT_NS);
	attempt_start(&b, WAIT_NS);
	check(memory_kib(a.in.pid, "Rss") > 50000 && memory_kib(a.in.pid, "AnonHugePages") == 0,
	      "thp=off: %lld KiB of %lld in huge pages", memory_kib(a.in.pid, "AnonHugePages"),
	      memory_kib(a.in.pid, "Rss"));
	check(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 0, "thp=off: this process has them again");
	check(has_word(a.in.pid, "mem-merge=off"), "ksm=off: QEMU is told");
	check(has_word(a.in.pid, "\"free-page-reporting\":true"), "balloon=reporting: QEMU is told");
	check(!has_word(b.in.pid, "mem-merge=off") && !has_word(b.in.pid, "balloon"), "the other has nothing of it");
	printf("# with thp=on: %lld KiB of %lld in huge pages\n", memory_kib(b.in.pid, "AnonHugePages"),
	       memory_kib(b.in.pid, "Rss"));
	attempt_end(&a);
	attempt_end(&b);
	check(!attempt_left(&a) && !attempt_left(&b), "nothing is left");
	guest_finish(&small);
	guest_finish(&plain);
	check_all();
}

/** What cannot be is said before a guest starts. */
static void what_cannot_be_is_refused(void **state)
{
	static const char *const texts[][2] = {
		{"vm:balloon=virtio:root=none", "loads no driver"},
		{"qemu-direct:thp=off", "goes with `vm` alone"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		static const struct limits limits = {.memory_bytes = 256 << 20, .cpus_count = 1};
		struct subject subject = {0};
		struct error err = {0};

		assert_int_equal(subject_parse(&subject, texts[i][0], &limits, &err), 0);
		assert_int_equal(subject.runtime->prepare(&world.run, &subject, &err), -EINVAL);
		assert_non_null(strstr(err.text, texts[i][1]));
		subject.runtime->finish(&subject);
		json_free(subject.facts);
	}
}

/** The control has no monitor, and so no instant at which the CPUs were started; all else is the same. */
static void control_boots(void **state)
{
	static const char *const subjects[] = {"qemu-direct", "qemu-direct:machine=q35:root=none",
					       "qemu-direct:machine=pc:guest=bare:root=none:accel=tcg"};

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		struct subject subject = {0};
		struct attempt a;

		if (!guest_prepare(subjects[i], false, &subject))
			continue;
		attempt_begin(&a, &subject);
		attempt_start(&a, WAIT_NS);
		attempt_look(&a);
		attempt_end(&a);
		report_boot(&a);
		check(!a.rc && a.news & CHANNEL_REPLY, "%s: ready, and says what it is%s%s", subjects[i],
		      a.rc ? ": " : "", a.rc ? a.err.text : "");
		check(!strcmp(subject.class, SUBJECT_CONTROL), "%s: is compared with nobody", subjects[i]);
		check(!attempt_left(&a), "%s: nothing is left", subjects[i]);
		guest_finish(&subject);
	}
	check_all();
}

/** Two guests from one file live side by side, each under a name of its own. */
static void restored_twice(void **state)
{
	struct subject subject = {0};
	struct attempt a, b;

	(void)state;
	if (guest_prepare("vm:start=restore:root=none", false, &subject)) {
		attempt_begin(&a, &subject);
		attempt_begin(&b, &subject);
		attempt_start(&a, WAIT_NS);
		attempt_start(&b, WAIT_NS);
		attempt_look(&a);
		attempt_look(&b);
		check(!a.rc && !b.rc && a.news & b.news & CHANNEL_REPLY && a.in.pid != b.in.pid,
		      "two at once: %s %s", a.rc ? a.err.text : "", b.rc ? b.err.text : "");
		check(!strcmp(subject.class, SUBJECT_PREPARED), "compared with what was started ahead too");
		attempt_end(&a);
		attempt_end(&b);
		check(!attempt_left(&a) && !attempt_left(&b), "nothing is left");
		guest_finish(&subject);
	}
	check_all();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_boot),
		cmocka_unit_test(memory_is_as_asked),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(control_boots),
		cmocka_unit_test(restored_twice),
	};

	(void)argc;
	return guest_main(argv, tests, sizeof(tests) / sizeof(tests[0]));
}
