/* SPDX-License-Identifier: Apache-2.0 */
/* From how the subjects are configured, and from what the doctor found. */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/analyze/experiment-ramp.h"
#include "harness/analyze/network-class.h"

static const char *config_text(const struct analysis_subject *s, const char *key)
{
	return json_get_text(json_get(s->json, "config"), key, "");
}

/* A name added to the detail. */
static void detail_add(struct analysis_flag *flag, const char *text)
{
	size_t used = strlen(flag->detail);

	(void)snprintf(flag->detail + used, sizeof(flag->detail) - used, "%s%.64s", used ? ", " : "", text);
}

void detect_cpuid(struct analysis *a, struct analysis_flag *flag)
{
	bool known = false;

	for (size_t i = 0; i < a->subject_count; i++) {
		const char *model = config_text(&a->subjects[i], "cpu_model");

		known |= *model;
		if (!*model || !strncmp(model, "host", strlen("host")))
			continue;
		flag_touch(flag, i);
		if (!strstr(flag->detail, model))
			detail_add(flag, model);
	}
	if (!known)
		flag_unchecked(flag, "no subject names the model of its CPU");
}

/* The payload is to be the first process of every container and guest; the bare process has the host's init.
 */
void detect_init(struct analysis *a, struct analysis_flag *flag)
{
	bool known = false;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_subject *s = &a->subjects[i];

		if ((s->kind != KIND_CONTAINER && s->kind != KIND_VM) || !s->identity ||
		    s->identity->shared->identity.inner_pid == UNKNOWN)
			continue;
		known = true;
		if (s->identity->shared->identity.inner_pid != 1)
			flag_touch(flag, i);
	}
	if (!known)
		flag_unchecked(flag, "no payload said which process it is");
}

void detect_first_use(struct analysis *a, struct analysis_flag *flag)
{
	bool known = false;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_summary *sum = analysis_summary_find(a, READY_METRIC, i);
		double first_ns = json_get_number(a->subjects[i].json, "first_use_ns", NAN);

		if (!sum || !isfinite(sum->stats.median) || !(first_ns >= 0))
			continue;
		known = true;
		if (first_ns > 2 * sum->stats.median)
			flag_touch(flag, i);
	}
	if (!known)
		flag_unchecked(flag, "no first use was timed");
}

void detect_network(struct analysis *a, struct analysis_flag *flag)
{
	bool known = false;

	for (size_t i = 0; i < a->comparison_count; i++) {
		const struct analysis_comparison *c = &a->comparisons[i];
		const char *x = network_class(&a->subjects[c->a]), *y = network_class(&a->subjects[c->b]);

		known |= x && y;
		if (x && y && strcmp(x, y) != 0)
			flag_touch(flag, c->b);
	}
	if (!known)
		flag_unchecked(flag, "no two subjects that are compared say how they are connected");
}

void detect_balloon(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->subject_count; i++) {
		const char *balloon = config_text(&a->subjects[i], "balloon");

		if (*balloon && strcmp(balloon, "none") != 0)
			flag_touch(flag, i);
	}
}

void detect_level(struct analysis *a, struct analysis_flag *flag)
{
	const char *profile = json_text_of(json_path(a->recording->plan, "run.profile"), "headline");

	if (strcmp(profile, "headline") != 0) {
		flag->triggered = true;
		detail_add(flag, profile);
	}
}

void detect_huge(struct analysis *a, struct analysis_flag *flag)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (a->subjects[i].memory_bytes[MEMORY_anon_huge] > 0)
			flag_touch(flag, i);
}

void detect_doubtful(struct analysis *a, struct analysis_flag *flag)
{
	size_t count;
	struct ramp_fit *fits = ramp_fits_make(a, &count);

	for (size_t i = 0; i < a->subject_count; i++)
		for (size_t f = 0; f < count; f++)
			if (fits[f].subject == i && ramp_is_doubtful(&fits[f]))
				flag_touch(flag, i);
	if (!count)
		flag_unchecked(flag, "no ramp of instances was measured");
	ramp_fits_free(fits, count);
}

/* Findings of level WARN or FAIL among `ids`, ended by NULL: they bend a number of every subject, but for those with
 * `spared_by` set to "off" in their configuration (NULL: there are none). */
static void detect_findings_but(struct analysis *a, struct analysis_flag *flag, const char *const *ids,
				const char *spared_by)
{
	const struct json *doctor = json_path(a->recording->host, "host.doctor");
	bool found = false;

	if (!json_is_array(doctor)) {
		flag_unchecked(flag, "the doctor's findings are not recorded");
		return;
	}
	for (const struct json *f = json_first(doctor); f; f = json_next(f)) {
		const char *id = json_get_text(f, "id", ""), *level = json_get_text(f, "level", "");
		size_t i = 0;

		while (ids[i] && strcmp(ids[i], id) != 0)
			i++;
		if (!ids[i] || (strcasecmp(level, "WARN") != 0 && strcasecmp(level, "FAIL") != 0))
			continue;
		found = true;
		detail_add(flag, id);
		detail_add(flag, json_get_text(f, "value", ""));
	}
	for (size_t i = 0; found && i < a->subject_count; i++)
		if (a->subjects[i].usable && !(spared_by && !strcmp(config_text(&a->subjects[i], spared_by), "off")))
			flag_touch(flag, i);
	flag->triggered |= found;
}

static void detect_findings(struct analysis *a, struct analysis_flag *flag, const char *const *ids)
{
	detect_findings_but(a, flag, ids, NULL);
}

void detect_load(struct analysis *a, struct analysis_flag *flag)
{
	detect_findings(a, flag, (const char *const[]){"D-LOAD", NULL});
}

void detect_ksm(struct analysis *a, struct analysis_flag *flag)
{
	detect_findings_but(a, flag, (const char *const[]){"D-KSM", NULL}, "ksm");
}

void detect_host_times(struct analysis *a, struct analysis_flag *flag)
{
	detect_findings(a, flag,
			(const char *const[]){"D-STEAL", "D-GOV", "D-SMT", "D-NUMA", "D-CLOCK", "D-RES",
					      "D-NTP", NULL});
}

void detect_host_weights(struct analysis *a, struct analysis_flag *flag)
{
	detect_findings(a, flag, (const char *const[]){"D-CG", "D-SWAP", "D-FS", NULL});
}
