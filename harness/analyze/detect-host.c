/* SPDX-License-Identifier: Apache-2.0 */
/* What the plan, the host and the kinds of subjects tell about fairness. */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"

void flag_touch(struct analysis_flag *flag, size_t subject)
{
	flag->triggered = true;
	for (size_t i = 0; i < flag->subject_count; i++)
		if (flag->subjects[i] == subject)
			return;
	flag->subjects = alloc_grow(flag->subjects, flag->subject_count + 1, sizeof(*flag->subjects));
	flag->subjects[flag->subject_count++] = subject;
}

void flag_unchecked(struct analysis_flag *flag, const char *format, ...)
{
	va_list args;

	flag->checked = false;
	va_start(args, format);
	(void)vsnprintf(flag->detail, sizeof(flag->detail), format, args);
	va_end(args);
}

void detect_always(struct analysis *a, struct analysis_flag *flag)
{
	(void)a;
	flag->triggered = true;
}

static void find_label(struct analysis *a, struct analysis_flag *flag, const char *label)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (a->subjects[i].kind == KIND_VM && a->subjects[i].usable && !strcmp(a->subjects[i].label, label))
			flag_touch(flag, i);
}

void detect_tcg(struct analysis *a, struct analysis_flag *flag)
{
	find_label(a, flag, "tcg");
}

void detect_softkvm(struct analysis *a, struct analysis_flag *flag)
{
	find_label(a, flag, "kvm-software");
}

void detect_nested(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *virt = json_path(a->recording->host, "host.virtualization");
	const struct json *is_vm = json_get(virt, "is_vm");

	if (!json_is_bool(is_vm)) {
		flag_unchecked(flag, "host.json does not say whether the host is a VM");
		return;
	}
	flag->triggered = json_bool_of(is_vm, false);
	if (flag->triggered)
		(void)snprintf(flag->detail, sizeof(flag->detail), "hypervisor below: %.64s",
			       json_get_text(virt, "hypervisor", "unknown"));
}

void detect_kernel(struct analysis *a, struct analysis_flag *flag)
{
	const char *host = json_text_of(json_path(a->recording->host, "host.kernel.release"), "");

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct brief *s = a->subjects[i].identity;

		if (s && *host && *s->shared->identity.kernel_release &&
		    strcmp(s->shared->identity.kernel_release, host))
			flag_touch(flag, i);
	}
	if (!*host)
		flag_unchecked(flag, "host.json has no kernel release");
}

static bool has_measured(const struct analysis *a, enum analysis_kind kind)
{
	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; a->subjects[i].kind == kind && k < BLOCK_KIND_COUNT; k++)
			if (a->subjects[i].counts[k].tried)
				return true;
	return false;
}

void detect_both_kinds(struct analysis *a, struct analysis_flag *flag)
{
	flag->triggered = has_measured(a, KIND_CONTAINER) && has_measured(a, KIND_VM);
}

/*
 * What really limits a container or a guest: a guest has the CPUs that it was given, a container takes all of
 * the host's, as nothing limits its CPUs. The bare process has no limits at all, which F-LIMITS does not speak of.
 */
static int64_t effective_limit(const struct analysis *a, const struct analysis_subject *s, const char *key)
{
	const struct json *host = json_get(a->recording->host, "host");

	if (!strcmp(key, "cpus_count") && s->kind == KIND_CONTAINER)
		return json_int_of(json_path(host, "cpu.online_count"), 0);
	return json_get_int(json_path(s->json, "asked.limits"), key, 0);
}

/* A limit that was asked for and that this host or user could not set, with the runtime's reason. */
static void find_unset_limits(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->subject_count; i++) {
		const struct json *set = json_path(a->subjects[i].json, "config.limits");
		const char *reason = json_get_text(set, "reason", NULL);

		if (!a->subjects[i].usable || !reason)
			continue;
		flag_touch(flag, i);
		size_t used = strlen(flag->detail);

		if (!strstr(flag->detail, reason))
			(void)snprintf(flag->detail + used, sizeof(flag->detail) - used, "%s%s", used ? "; " : "",
				       reason);
	}
}

void detect_limits(struct analysis *a, struct analysis_flag *flag)
{
	static const char *const keys[] = {"memory_bytes", "cpus_count"};
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_subject *s = &a->subjects[i];

		if ((s->kind != KIND_CONTAINER && s->kind != KIND_VM) || !s->usable)
			continue;
		if (!json_is_object(json_path(s->json, "asked.limits"))) {
			flag_unchecked(flag, "plan.json does not hold the limits of every subject");
			return;
		}
		first = first == SIZE_MAX ? i : first;
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			int64_t mine = effective_limit(a, s, keys[k]),
				theirs = effective_limit(a, &a->subjects[first], keys[k]);

			if (!mine || !theirs || mine == theirs)
				continue;
			flag_touch(flag, i);
			(void)snprintf(flag->detail, sizeof(flag->detail), "%s: %.64s %lld, %.64s %lld", keys[k],
				       a->subjects[first].title, (long long)theirs, s->title, (long long)mine);
		}
	}
	find_unset_limits(a, flag);
}

/* Subjects that ran elsewhere than on the CPUs that all of them should have: an engine's daemon may do that. */
static void find_strays(struct analysis *a, struct analysis_flag *flag, const char *cpus)
{
	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t k = 0; k < a->subjects[i].sample_count; k++) {
			const char *own = a->subjects[i].samples[k]->shared->cpus;

			if (*own && strcmp(own, cpus))
				flag_touch(flag, i);
		}
}

void detect_pin(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *host = json_get(a->recording->host, "host");
	int64_t cpus = json_int_of(json_path(host, "cpu.online_count"), 0);
	const char *policy = json_text_of(json_path(host, "placement.policy"), "");
	const char *subjects = json_text_of(json_path(host, "placement.subject_cpus"), "");

	if (!cpus && !*policy)
		flag_unchecked(flag, "host.json has neither the number of CPUs nor the placement");
	flag->triggered = !strcmp(policy, "none") || (cpus > 0 && cpus <= 2);
	if (*policy && strcmp(policy, "none"))
		find_strays(a, flag, subjects);
	if (flag->triggered)
		(void)snprintf(flag->detail, sizeof(flag->detail), "CPUs online: %lld, placement: %.32s%s%.64s",
			       (long long)cpus, *policy ? policy : "not recorded",
			       flag->subject_count ? "; these did not run on CPUs " : "",
			       flag->subject_count ? subjects : "");
}

/* "times: 2; changed: kernel.release, ...": what became different is named. */
void detect_resumed(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *resumes = a->recording->resumes;
	int64_t torn_lines = 0;
	size_t used = 0, changed = 0;
	char *text = flag->detail;

	flag->triggered = json_count(resumes) > 0;
	if (!flag->triggered)
		return;
	used = (size_t)snprintf(text, sizeof(flag->detail), "times: %zu", json_count(resumes));
	for (const struct json *r = json_first(resumes); r; r = json_next(r)) {
		torn_lines += json_get_int(r, "torn_lines", 0);
		for (const struct json *d = json_first(json_get(r, "differences")); d; d = json_next(d))
			if (used < sizeof(flag->detail))
				used += (size_t)snprintf(text + used, sizeof(flag->detail) - used, "%s%.64s",
							 changed++ ? ", " : "; changed: ",
							 json_get_text(d, "what", "?"));
	}
	if (torn_lines && used < sizeof(flag->detail))
		(void)snprintf(text + used, sizeof(flag->detail) - used, "; incomplete last lines cut off: %lld",
			       (long long)torn_lines);
}

/* Other runs at the begin stand in host.json; all that were seen stand in the end record. */
void detect_concurrent(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *at_begin = json_get(a->recording->host, "concurrent_runs");
	const struct json *seen = json_get(a->recording->end, "concurrent_runs");
	size_t count = json_count(seen) > json_count(at_begin) ? json_count(seen) : json_count(at_begin);

	if (!json_is_array(at_begin) && !json_is_array(seen)) {
		flag_unchecked(flag, "the recording does not say whether other runs were alive");
		return;
	}
	flag->triggered = count > 0;
	if (count)
		(void)snprintf(flag->detail, sizeof(flag->detail), "other runs: %zu", count);
}
