/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's whole folder, as somebody could hand it on: plan, host and journal in one input, between lines of
 * "=====". It is loaded, analysed, and shown in each format; the charts' scripts are written too; and the scenario
 * is recalled from it, as for resuming it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/analyze/versus.h"
#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/measure/session.h"
#include "harness/report/report.h"
#include "harness/report/versus-report.h"
#include "tests/fuzz/fuzz.h"

#define MARK "\n=====\n"

static char folder[64];

static void folder_remove(void)
{
	(void)file_remove_tree(folder, NULL);
}

static void folder_make(void)
{
	(void)snprintf(folder, sizeof(folder), "%s/tare-fuzz-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(folder) || atexit(folder_remove))
		abort();
}

static void part_write(const char *name, const uint8_t *data, size_t size)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		abort();
}

/* The first two subjects, and the run against itself. */
static void sides_compare(const struct analysis *analysis)
{
	const struct versus_options options = {.threshold = NAN, .force = true};
	const struct versus_names names = {"a", "b"};
	const size_t sides[][2] = {{0, 1}, {SIZE_MAX, SIZE_MAX}};

	for (size_t i = analysis->subject_count < 2; i < 2; i++) {
		struct versus versus;
		struct error err = {0};

		struct versus_side a = {analysis, sides[i][0]}, b = {analysis, sides[i][1]};

		if (versus_make(a, b, &options, &versus, &err) < 0)
			continue;
		free(versus_text(&versus, &names, true));
		free(versus_json(&versus, &names, true));
		versus_release(&versus);
	}
}

static void report_show(const struct recording *recording)
{
	struct error err = {0};
	struct analysis analysis;

	if (analysis_make(recording, &analysis, &err) < 0)
		return;
	for (size_t i = 0; i < report_format_count; i++)
		free(report_format_text(&report_formats[i], &analysis, &err));
	(void)report_make(recording, &analysis, "none", &err);
	sides_compare(&analysis);
	analysis_release(&analysis);
}

static void run_recall(const struct recording *recording)
{
	struct error err = {0};
	struct session_options options = {0};
	struct scenario scenario;

	if (!session_recall(recording, &scenario, &options, &err))
		scenario_release(&scenario);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {RECORDING_PLAN, RECORDING_HOST, RECORDING_JOURNAL};
	struct error err = {0};
	struct recording recording;

	if (!*folder)
		folder_make();
	for (size_t i = 0; i < 3; i++) {
		const uint8_t *mark = i < 2 ? memmem(data, size, MARK, strlen(MARK)) : NULL;
		size_t part = mark ? (size_t)(mark - data) + 1 : size, step = mark ? part + strlen(MARK) - 1 : size;

		part_write(names[i], data, part);
		data += step;
		size -= step;
	}
	if (!recording_load(folder, &recording, &err)) {
		report_show(&recording);
		run_recall(&recording);
		recording_release(&recording);
	}
	return 0;
}
