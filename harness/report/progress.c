/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/report/escape.h"

#define PROGRESS_BAR 24u

void progress_init(struct progress *progress, bool quiet)
{
	*progress = (struct progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1};
}

void progress_end(struct progress *progress)
{
	if (progress->width)
		(void)fprintf(stderr, "\r%*s\r", (int)progress->width, "");
	progress->width = 0;
}

void progress_note(struct progress *progress, const char *text)
{
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, text);

	progress_end(progress);
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

static void show_bar(struct progress *progress, const struct progress_step *step, const char *left)
{
	char bar[PROGRESS_BAR + 1];
	size_t full = step->total ? step->done * PROGRESS_BAR / step->total : 0;

	for (size_t i = 0; i < PROGRESS_BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[PROGRESS_BAR] = '\0';
	int width = fprintf(stderr, "\r[%s] %zu/%zu  %-9.9s %-14.14s %s", bar, step->done, step->total, step->kind,
			    step->subject, left);

	if (width > 0 && (size_t)width < progress->width)
		(void)fprintf(stderr, "%*s", (int)(progress->width - (size_t)width), "");
	progress->width = width > 0 ? (size_t)width : 0;
	(void)fflush(stderr);
}

void progress_show(struct progress *progress, const struct progress_step *step)
{
	char left[32];

	if (progress->quiet)
		return;
	time_left(left, step->left_ns);
	if (progress->terminal)
		show_bar(progress, step, left);
	else if (step->first_of_block)
		(void)fprintf(stderr, "tare: %s block %llu, sample %zu of %zu, %s\n", step->kind,
			      (unsigned long long)step->block + 1, step->done, step->total, left);
}
