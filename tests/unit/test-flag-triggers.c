/* SPDX-License-Identifier: Apache-2.0 */
/* Every flag of the table: a run that has it, and one that differs in nothing but what triggers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "tests/unit/recorded.h"

static struct json *changed(const struct json *json)
{
	return (struct json *)(uintptr_t)json;
}

static struct json *subject_of(struct recorded *run, const char *name)
{
	return changed(recording_subject(&run->recording, recorded_subject(run, name)));
}

static void config(struct recorded *run, const char *subject, const char *key, const char *value)
{
	struct json *object = json_object();

	json_add_text(object, key, value);
	json_add(subject_of(run, subject), "config", object);
}

static void host(struct recorded *run, const char *text)
{
	json_free(run->recording.host);
	run->recording.host = json_parse(text, strlen(text), "host", NULL);
	assert_non_null(run->recording.host);
}

static void finding(struct recorded *run, const char *id)
{
	cleanup_free char *text =
		alloc_format("{\"host\":{\"doctor\":[{\"id\":\"%s\",\"level\":\"WARN\",\"value\":\"v\"}]}}", id);

	host(run, text);
}

static void experiment(struct recorded *run, const char *text)
{
	struct json *record = json_parse(text, strlen(text), "experiment", NULL);

	assert_non_null(record);
	json_append(run->recording.experiments, record);
}

static void calibration(struct recorded *run, const char *when, const char *key, double value)
{
	struct json *record = json_object();

	json_add_text(record, "when", when);
	json_add_number(record, key, value);
	json_append(run->recording.calibrations, record);
}

/* What changes a run so that it has the flag. */

static void softkvm(struct recorded *run)
{
	json_add_text(subject_of(run, "vm"), "label", "kvm-software");
}

static void nested(struct recorded *run)
{
	host(run, "{\"host\":{\"virtualization\":{\"is_vm\":true}}}");
}

static void two_cpus(struct recorded *run)
{
	host(run, "{\"host\":{\"cpu\":{\"online_count\":2}}}");
}

static void cpuid(struct recorded *run)
{
	config(run, "vm", "cpu_model", "qemu64");
}

static void first_use(struct recorded *run)
{
	json_add_int(subject_of(run, "vm"), "first_use_ns", INT64_C(60000000000));
}

static void network(struct recorded *run)
{
	config(run, "namespace", "network", "bridge");
	config(run, "vm", "network", "none");
}

static void balloon(struct recorded *run)
{
	config(run, "vm", "balloon", "virtio");
}

static void level(struct recorded *run)
{
	json_add_text(changed(json_get(run->recording.plan, "run")), "profile", "trace");
}

/* For each sample of the last subject of the plan that was started, or weighed. */
static void each(struct recorded *run, void (*change)(struct sample *sample, size_t index))
{
	const char *name = run->analysis.subjects[run->analysis.subject_count - 1].name;
	size_t index = 0;

	for (size_t i = 0; i < run->recording.briefs.count; i++)
		if (!strcmp(run->recording.held[i].subject, name))
			change(&run->recording.held[i], index++);
}

#define EACH(name, ...)                                                                                      \
	static void name##_of(struct sample *sample, size_t index)                                           \
	{                                                                                                    \
		(void)index;                                                                                 \
		__VA_ARGS__;                                                                                 \
	}                                                                                                    \
	static void name(struct recorded *run)                                                               \
	{                                                                                                    \
		each(run, name##_of);                                                                        \
	}

static void slow_by(struct sample *sample, int64_t ns)
{
	sample->events[EVENT_READY_OBS].t_ns = (uint64_t)((int64_t)sample->events[EVENT_READY_OBS].t_ns + ns);
}

static void cached(struct sample *sample, const char *wanted)
{
	(void)snprintf(sample->cache.wanted, sizeof(sample->cache.wanted), "%s", wanted);
	sample->cache.pages_count = 100;
	sample->cache.resident_count = 50;
}

EACH(init, sample->identity.inner_pid = 2)
EACH(huge, sample->memory.anon_huge = 2 << 20)
EACH(swapped, sample->memory.swap_pss = 4096)
EACH(unsettled, sample->memory.unsettled = true)
EACH(warm, cached(sample, "warm"))
EACH(cold, cached(sample, "cold"))
EACH(untied, (void)snprintf(sample->sync.method, sizeof(sample->sync.method), CLOCK_SYNC_PING_PONG))
EACH(stepped, sample->realtime_shift_ns = 1000000)
EACH(stolen, sample->steal_ns = 50000000)
EACH(other_build, (void)snprintf(sample->identity.payload_sha256, sizeof(sample->identity.payload_sha256), "other"))
EACH(residue, (void)snprintf(sample->residue, sizeof(sample->residue), "a cgroup"))
EACH(failing, sample->status = sample->warmup || index % 5 ? sample->status : SAMPLE_CRASH)
EACH(managed, sample->events[EVENT_VM_RUNNING] = sample->events[EVENT_READY_OBS])
/* Slower and slower; fast for half of the run, then slow. */
EACH(moving, slow_by(sample, (int64_t)index * 100000000))
EACH(alike, slow_by(sample, index < 8 ? 0 : INT64_C(30000000000)))

/* The whole start is notification. */
static void late(struct recorded *run)
{
	for (size_t i = 0; i < run->recording.briefs.count; i++)
		run->recording.held[i].events[EVENT_READY_SRC] = (struct event){.set = true};
}

static void confined(struct recorded *run)
{
	json_add_text(subject_of(run, "vm"), "kind", "container");
	for (size_t i = 0; i < run->recording.briefs.count; i++) {
		struct sample *sample = &run->recording.held[i];
		bool other = !strcmp(sample->subject, "vm");

		sample->has_identity = sample->identity.profile.known = true;
		(void)snprintf(sample->identity.profile.seccomp, sizeof(sample->identity.profile.seccomp),
			       other ? "off" : "filter");
	}
}

static void guest_clock(struct recorded *run)
{
	experiment(run, "{\"record\":\"experiment\",\"experiment\":\"work\",\"what\":\"work\",\"subject\":\"vm\","
			"\"sample\":1,\"block\":0,\"workload\":\"syscall\",\"status\":\"ok\",\"ops_count\":100,"
			"\"warmup_count\":1,\"ns\":[300000000,300000000,300000000],"
			"\"cost_ns\":[300000000,300000000,300000000],\"host_ns\":[330000000,330000000,330000000]}");
}

static void no_device(struct recorded *run)
{
	experiment(run, "{\"record\":\"experiment\",\"experiment\":\"work\",\"what\":\"work\",\"subject\":\"vm\","
			"\"workload\":\"file_fsync\",\"status\":\"ok\",\"claimed_bytes\":4096,\"accounted_count\":2,"
			"\"device_written_bytes\":4096}");
}

static void flat(struct recorded *run)
{
	host(run, "{\"host\":{\"cpu\":{\"topology\":\"Package:1\",\"core_count\":2,\"allowed_count\":2}}}");
	json_add(subject_of(run, "vm"), "config",
		 json_parse("{\"topology\":{\"sockets\":2,\"cores\":1,\"threads\":1}}", 48, "config", NULL));
}

static void brief(struct recorded *run)
{
	experiment(run, "{\"record\":\"experiment\",\"experiment\":\"work\",\"what\":\"counts\",\"subject\":\"\","
			"\"sample\":1,\"block\":0,\"workloads\":[{\"workload\":\"syscall\",\"ops_count\":1000,"
			"\"costs\":[{\"subject\":\"vm\",\"ns_per_op\":100}]}]}");
}

/* Each instance takes 100 MiB, and twice that of what the host has available. */
static void doubtful(struct recorded *run)
{
	for (int n = 1; n <= 6; n++) {
		cleanup_free char *text = alloc_format(
			"{\"record\":\"experiment\",\"experiment\":\"memory\",\"what\":\"point\","
			"\"subject\":\"vm\",\"sample\":1,\"block\":0,\"n\":%d,\"footprint_bytes\":%d,"
			"\"mem_available_bytes\":%d}",
			n, n * 100 << 20, (1900 - 200 * n) << 20);

		experiment(run, text);
	}
}

static void drift(struct recorded *run)
{
	calibration(run, "before", "null_subject_p50_ns", 300000);
	calibration(run, "after", "null_subject_p50_ns", 400000);
}

static void slew(struct recorded *run)
{
	calibration(run, "after", "slew_ppm", 80);
}

static void resumed(struct recorded *run)
{
	json_append(run->recording.resumes, json_object());
}

static void concurrent(struct recorded *run)
{
	struct json *list = json_array();

	json_append(list, json_object());
	json_add(run->recording.end, "concurrent_runs", list);
}

/* Here the change takes the flag away. */
static void loose(struct recorded *run)
{
	struct json *precision = json_object();

	json_add_number(precision, "target_ratio", 100);
	json_add(run->recording.end, "precision", precision);
}

static void interrupted(struct recorded *run)
{
	json_add_text(run->recording.end, "stop_reason", "interrupted");
}

#define FINDING(name, id)                                                                                    \
	static void name(struct recorded *run)                                                               \
	{                                                                                                    \
		finding(run, id);                                                                            \
	}

FINDING(load, "D-LOAD")
FINDING(ksm, "D-KSM")
FINDING(governor, "D-GOV")
FINDING(cgroup, "D-CG")

/*
 * `without` has not the flag; with `change` it has, or else `with` is another run that has. Without `without`: `with`
 * has the flag, as every run, unless a `change` takes it away.
 */
static const struct {
	const char *without;
	void (*change)(struct recorded *run);
	const char *with;
} triggers[FLAG_COUNT] = {
	[FLAG_TCG] = {"kvm", NULL, "tcg"},
	[FLAG_SOFTKVM] = {"kvm", softkvm, NULL},
	[FLAG_NESTED] = {"failures", nested, NULL},
	[FLAG_KERNEL] = {"failures", NULL, "kvm"},
	[FLAG_READY] = {"failures", NULL, "kvm"},
	[FLAG_LIBVIRT] = {"tcg", managed, NULL},
	[FLAG_NOTIFY] = {"failures", late, NULL},
	[FLAG_LIMITS] = {"failures", NULL, "kvm"},
	[FLAG_STORAGE] = {"failures", NULL, "kvm"},
	[FLAG_WARM] = {"kvm", warm, NULL},
	[FLAG_COLD] = {"kvm", cold, NULL},
	[FLAG_ISOL] = {NULL, NULL, "one"},
	[FLAG_SECCOMP] = {"kvm", confined, NULL},
	[FLAG_SHARED] = {NULL, NULL, "one"},
	[FLAG_SWAP] = {"kvm", swapped, NULL},
	[FLAG_UNSETTLED] = {"kvm", unsettled, NULL},
	[FLAG_MEMLOWER] = {"failures", NULL, "kvm"},
	[FLAG_SYNC] = {"kvm", untied, NULL},
	[FLAG_GUESTCLOCK] = {"kvm", guest_clock, NULL},
	[FLAG_SHORT] = {"kvm", brief, NULL},
	[FLAG_DEVICE] = {"kvm", no_device, NULL},
	[FLAG_DRIFT] = {"kvm", drift, NULL},
	[FLAG_SLEW] = {"kvm", slew, NULL},
	[FLAG_STEP] = {"kvm", stepped, NULL},
	[FLAG_STEAL] = {"kvm", stolen, NULL},
	[FLAG_PIN] = {"failures", two_cpus, NULL},
	[FLAG_AUTOCORR] = {"kvm", alike, NULL},
	[FLAG_WARMUP] = {"kvm", moving, NULL},
	[FLAG_MULTIMODAL] = {"kvm", NULL, "aa-hog"},
	[FLAG_FAIL] = {"kvm", failing, NULL},
	[FLAG_PREC] = {NULL, loose, "aa"},
	[FLAG_TOPOLOGY] = {"kvm", flat, NULL},
	[FLAG_CPUID] = {"kvm", cpuid, NULL},
	[FLAG_INIT] = {"kvm", init, NULL},
	[FLAG_FIRSTUSE] = {"kvm", first_use, NULL},
	[FLAG_NETCLASS] = {"kvm", network, NULL},
	[FLAG_BALLOON] = {"kvm", balloon, NULL},
	[FLAG_LEVEL1] = {"kvm", level, NULL},
	[FLAG_THP] = {"kvm", huge, NULL},
	[FLAG_MEMX] = {"kvm", doubtful, NULL},
	[FLAG_LOAD] = {"kvm", load, NULL},
	[FLAG_KSM] = {"kvm", ksm, NULL},
	[FLAG_HOST] = {"failures", governor, NULL},
	[FLAG_HOSTMEM] = {"failures", cgroup, NULL},
	[FLAG_FLOOR] = {"kvm", NULL, "aa-hog"},
	[FLAG_BUILD] = {"kvm", other_build, NULL},
	[FLAG_RESIDUE] = {"kvm", residue, NULL},
	[FLAG_INTERRUPTED] = {"kvm", interrupted, NULL},
	[FLAG_RESUMED] = {"kvm", resumed, NULL},
	[FLAG_CONCURRENT] = {"kvm", concurrent, NULL},
	[FLAG_ONEHOST] = {NULL, NULL, "one"},
};

/* 1: it is not so, and that is said. */
static size_t wrong(const struct recorded *run, size_t flag, bool wanted, const char *what)
{
	if (run->analysis.flags[flag].triggered == wanted)
		return 0;
	print_error("%s: %s %s\n", flag_table[flag].id, what, wanted ? "has it not" : "has it");
	return 1;
}

static void analyse_again(struct recorded *run)
{
	struct error err = {0};

	if (recorded_again(run, &err) < 0)
		fail_msg("%s", err.text);
}

static void each_flag_has_what_triggers_it(void **state)
{
	size_t errors = 0;

	(void)state;
	for (size_t flag = 0; flag < FLAG_COUNT; flag++) {
		const char *without = triggers[flag].without, *with = triggers[flag].with;

		if (!with && !(without && triggers[flag].change))
			fail_msg("%s: no trigger in this table", flag_table[flag].id);
		struct recorded *run = recorded_open(without ? without : with);

		errors += wrong(run, flag, !without, without ? without : with);
		if (triggers[flag].change) {
			triggers[flag].change(run);
			analyse_again(run);
			errors += wrong(run, flag, without, "the changed run");
		}
		recorded_close(run);
		if (!without || !with)
			continue;
		run = recorded_open(with);
		errors += wrong(run, flag, true, with);
		recorded_close(run);
	}
	assert_int_equal(errors, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flag_has_what_triggers_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
