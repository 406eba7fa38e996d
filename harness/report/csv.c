/* SPDX-License-Identifier: Apache-2.0 */
/* All samples as a table (RFC 4180): one row each, also warm-up, failed and skipped ones. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/report/escape.h"
#include "harness/report/report.h"

static void put_text(FILE *out, const char *text)
{
	cleanup_free char *clean = escape_text(ESCAPE_CSV, text);

	(void)fprintf(out, "%s,", clean);
}

static void put_number(FILE *out, int64_t number)
{
	if (number == UNKNOWN)
		(void)fputc(',', out);
	else
		(void)fprintf(out, "%" PRId64 ",", number);
}

static void put_head(FILE *out)
{
	(void)fputs("id,subject,label,kind,block,position,warmup,valid,invalid_reason,status,phase,error,"
		    "timeout_ns,t0_ns,gap_ns,exit_status,cpu_subject_ns,cpu_harness_ns,steal_ns,invol_switches_count,"
		    "major_faults_count,psi_cpu_some_us,",
		    out);
	for (size_t i = 0; i < metric_count; i++)
		if (metric_is_of_samples(&metric_table[i]))
			(void)fprintf(out, "%s,", metric_table[i].name);
	for (size_t i = 0; i < EVENT_COUNT; i++)
		(void)fprintf(out, "t_%s_ns,", event_name((enum event_id)i));
#define HEAD_FIELD(member, key, text) (void)fputs("idle_" key ",", out);
	SAMPLE_MEMORY_FIELDS(HEAD_FIELD)
#undef HEAD_FIELD
	for (size_t i = 0; i < DISK_ROW_COUNT; i++)
		(void)fprintf(out, "disk_%1$s_allocated_bytes,disk_%1$s_apparent_bytes,",
			      disk_row_name((enum disk_row)i));
	(void)fputs("kernel_release,own_kernel,residue\r\n", out);
}

static void put_identity(FILE *out, const struct sample *s)
{
	put_text(out, s->identity.kernel_release);
	(void)fputs(!s->has_identity ? "," : s->identity.own_kernel ? "true," : "false,", out);
	cleanup_free char *residue = escape_text(ESCAPE_CSV, s->residue);

	(void)fprintf(out, "%s\r\n", residue);
}

/* A timeout is no number: the column stays empty, and `status` says why. */
static void put_metrics(FILE *out, const struct sample *s)
{
	for (size_t i = 0; i < metric_count; i++) {
		double value = metric_of_sample(&metric_table[i], s);

		if (metric_is_of_samples(&metric_table[i]))
			put_number(out, isfinite(value) ? (int64_t)value : UNKNOWN);
	}
}

static void put_readings(FILE *out, const struct sample *s)
{
	for (size_t i = 0; i < EVENT_COUNT; i++)
		put_number(out, s->events[i].set ? (int64_t)s->events[i].t_ns : UNKNOWN);
#define PUT_FIELD(member, key, text) put_number(out, s->has_memory ? s->memory.member : UNKNOWN);
	SAMPLE_MEMORY_FIELDS(PUT_FIELD)
#undef PUT_FIELD
	for (size_t i = 0; i < DISK_ROW_COUNT; i++) {
		put_number(out, s->has_disk ? s->disk.rows[i].allocated_bytes : UNKNOWN);
		put_number(out, s->has_disk ? s->disk.rows[i].apparent_bytes : UNKNOWN);
	}
}

static const char *label_of(const struct analysis *analysis, const struct sample *s)
{
	for (size_t i = 0; i < analysis->subject_count; i++)
		if (!strcmp(analysis->subjects[i].name, s->subject))
			return analysis->subjects[i].label;
	return "";
}

static void put_sample(FILE *out, const char *label, const struct sample *s)
{
	const int64_t numbers[] = {s->timeout_ns, s->t0_ns, s->gap_ns, s->exit_status, s->cpu_subject_ns,
				   s->cpu_harness_ns, s->steal_ns, s->involuntary_switches, s->major_faults,
				   s->psi_cpu_some_us};

	put_number(out, s->id);
	put_text(out, s->subject);
	put_text(out, label);
	put_text(out, block_kind_name(s->kind));
	put_number(out, s->block);
	put_number(out, s->position);
	(void)fprintf(out, "%s,%s,", s->warmup ? "true" : "false", s->valid ? "true" : "false");
	put_text(out, s->invalid_reason);
	put_text(out, sample_status_name(s->status));
	put_text(out, s->phase);
	put_text(out, s->error);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		put_number(out, numbers[i]);
	put_metrics(out, s);
	put_readings(out, s);
	put_identity(out, s);
}

int report_csv(const struct analysis *analysis, FILE *out, struct error *err)
{
	const struct recording *r = analysis->recording;
	struct sample sample;

	put_head(out);
	for (size_t i = 0; i < r->briefs.count && !ferror(out); i++) {
		int rc = recording_sample(r, r->briefs.list[i], &sample, err);

		if (rc < 0)
			return rc;
		put_sample(out, label_of(analysis, &sample), &sample);
	}
	return 0;
}
