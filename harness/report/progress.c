/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/analyze/stats.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/escape.h"

#define PROGRESS_BAR 16u

void progress_init(struct progress *progress, bool quiet)
{
	*progress = (struct progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1};
}

static void clear_line(struct progress *progress)
{
	if (progress->width)
		(void)fprintf(stderr, "\r%*s\r", (int)progress->width, "");
	progress->width = 0;
}

void progress_end(struct progress *progress)
{
	clear_line(progress);
	for (size_t i = 0; i < progress->subject_count; i++)
		free(progress->subjects[i].values);
	free(progress->subjects);
	progress->subjects = NULL;
	progress->subject_count = 0;
}

void progress_note(struct progress *progress, const char *text)
{
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, text);

	clear_line(progress);
	(void)fprintf(stderr, "tare: %s\n", clean);
}

static void time_left(char text[32], uint64_t ns)
{
	unsigned long long s = (ns + 500000000u) / 1000000000u;

	if (s < 60)
		(void)snprintf(text, 32, "%llu s left", s);
	else
		(void)snprintf(text, 32, "%llu min %02llu s left", s / 60, s % 60);
}

/* The values of this step's subject and kind, with the new one. */
static struct progress_values *values_of(struct progress *progress, const struct progress_step *step)
{
	char name[sizeof(progress->subjects->name)];
	size_t at = 0;

	(void)snprintf(name, sizeof(name), "%s %.60s", step->kind, step->subject);
	while (at < progress->subject_count && strcmp(progress->subjects[at].name, name) != 0)
		at++;
	if (at == progress->subject_count) {
		progress->subjects = alloc_grow(progress->subjects, at + 1, sizeof(*progress->subjects));
		progress->subjects[at] = (struct progress_values){0};
		(void)memcpy(progress->subjects[at].name, name, sizeof(name));
		progress->subject_count++;
	}
	return &progress->subjects[at];
}

/* "median 1.59 ms so far"; "" where there is no value yet. */
static void estimate(struct progress *progress, const struct progress_step *step, char text[64])
{
	struct progress_values *v = values_of(progress, step);
	char value[UNITS_MAX];

	*text = '\0';
	if (isfinite(step->value)) {
		v->values = alloc_grow(v->values, v->count + 1, sizeof(*v->values));
		v->values[v->count++] = step->value;
		stats_sort(v->values, v->count);
	}
	if (v->count)
		(void)snprintf(text, 64, "%s so far",
			       units_text(step->units, v->values[(v->count - 1) / 2], value));
}

/* The bar, then the text, over what stood there. */
static void show_bar(struct progress *progress, const char *text)
{
	char bar[PROGRESS_BAR + 1];
	size_t full = progress->total ? progress->done * PROGRESS_BAR / progress->total : 0;

	for (size_t i = 0; i < PROGRESS_BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[PROGRESS_BAR] = '\0';
	int width = progress->total ? fprintf(stderr, "\r[%s] %zu/%zu %s", bar, progress->done, progress->total, text)
				    : fprintf(stderr, "\r[%s] %s", bar, text);

	if (width > 0 && (size_t)width < progress->width)
		(void)fprintf(stderr, "%*s", (int)(progress->width - (size_t)width), "");
	progress->width = width > 0 ? (size_t)width : 0;
	(void)fflush(stderr);
}

void progress_within(struct progress *progress, const char *subject, const char *what, size_t count)
{
	char text[64];

	if (progress->quiet || !progress->terminal)
		return;
	(void)snprintf(text, sizeof(text), "%.20s: %zu done, the last a %.12s", subject, count, what);
	show_bar(progress, text);
}

void progress_show(struct progress *progress, const struct progress_step *step)
{
	char left[32], sofar[64], text[96];

	if (progress->quiet)
		return;
	time_left(left, step->left_ns);
	estimate(progress, step, sofar);
	progress->done = step->done;
	progress->total = step->total;
	if (progress->terminal) {
		(void)snprintf(text, sizeof(text), "%.9s: %.14s %.16s, %s", step->kind, step->subject, sofar, left);
		show_bar(progress, text);
	} else if (step->first_of_block)
		(void)fprintf(stderr, "tare: %s block %llu, sample %zu of %zu, %s\n", step->kind,
			      (unsigned long long)step->block + 1, step->done, step->total, left);
}
