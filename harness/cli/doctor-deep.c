/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/doctor-deep.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/places.h"
#include "harness/cli/run-folder.h"
#include "harness/measure/floor-record.h"
#include "harness/measure/session.h"
#include "harness/report/progress.h"
#include "harness/report/report-json.h"
#include "harness/report/report.h"

static void show_notice(void *data, const char *text)
{
	progress_note(data, text);
}

static int measure(const char *folder, bool quiet, struct error *err)
{
	cleanup_free char *scenarios = alloc_format("%s/scenarios", places_data());
	struct progress progress;
	struct scenario scenario;
	struct session_result result = {0};
	char name[] = "tare run", what[] = "aa";
	char *arguments[] = {name, what, NULL};
	struct session_options options = {
		.folder = folder,
		.argument_count = 2,
		.arguments = arguments,
		.on_notice = show_notice,
		.data = &progress,
	};
	int rc = scenario_load("aa", scenarios, &scenario, err);

	if (rc < 0)
		return rc;
	(void)!getrandom(&options.seed, sizeof(options.seed), 0);
	progress_init(&progress, quiet);
	rc = session_run(&scenario, &options, &result, err);
	progress_end(&progress);
	scenario_release(&scenario);
	return !rc && result.interrupted ? error_set(err, -EINTR, "interrupted; the noise floor is as it was")
					 : rc;
}

/* What is called different is so by nothing but noise: then no verdict of this host is worth much. */
static void judge(const struct analysis *a, struct finding *finding)
{
	unsigned different = 0, without_1 = 0, twins = 0;
	char value[sizeof(finding->value)];

	for (size_t i = 0; i < a->comparison_count; i++) {
		const struct analysis_comparison *c = &a->comparisons[i];
		const struct interval *ci = &c->result.ratio.ci;

		if (!c->twins || !c->metric_b->headline)
			continue;
		twins++;
		different += c->verdict == VERDICT_LOWER || c->verdict == VERDICT_HIGHER;
		without_1 += ci->known && (ci->lo > 1 || ci->hi < 1);
	}
	(void)snprintf(finding->id, sizeof(finding->id), "D-SELF");
	(void)snprintf(value, sizeof(value), "different %u, interval without 1 %u, of %u", different,
		       without_1, twins);
	finding_say(finding,
		    different	? FINDING_FAIL
		    : without_1 ? FINDING_WARN
				: FINDING_OK,
		    value,
		    "One subject was measured under two names. What differs between them is noise of this "
		    "host; an interval "
		    "without 1 comes about once in twenty by chance.",
		    different ? "Look for what else runs here, and run tare doctor --deep again." : "");
}

static int read_run(const char *folder, struct deep *ret, struct error *err)
{
	struct recording recording;
	struct analysis analysis;
	int rc = recording_load(folder, &recording, err);

	if (rc < 0)
		return rc;
	rc = analysis_make(&recording, &analysis, err);
	if (!rc) {
		judge(&analysis, &ret->finding);
		ret->floor = floors_record(&analysis);
		ret->alarms = json_of_alarms(&analysis);
		rc = report_make(&recording, &analysis, "none", err);
		analysis_release(&analysis);
	}
	recording_release(&recording);
	return rc;
}

int deep_run(bool quiet, struct deep *ret, struct error *err)
{
	cleanup_free char *folder = run_folder_new("aa");
	int rc = measure(folder, quiet, err);

	*ret = (struct deep){0};
	if (!rc)
		rc = read_run(folder, ret, err);
	if (!rc)
		rc = floor_remember(ret->floor, err);
	if (rc < 0) {
		json_free(ret->floor);
		json_free(ret->alarms);
	}
	return rc;
}

static void print_row(const struct json *row)
{
	int64_t needed = json_get_int(row, "blocks_for_5_percent", 0);

	(void)printf("  %-10s %-30s %6.1f %%", json_get_text(row, "runtime", ""),
		     json_get_text(row, "metric", ""), json_get_number(row, "floor_ratio", NAN) * 100);
	for (const struct json *e = json_first(json_get(row, "effects")); e; e = json_next(e)) {
		double smallest = json_get_number(e, "smallest_effect_ratio", NAN) * 100;

		if (isnan(smallest))
			(void)printf("  none");
		else
			(void)printf(" %5.*f", smallest < 1000, smallest);
	}
	if (needed)
		(void)printf(" %5lld\n", (long long)needed);
	else
		(void)printf("  many\n");
}

void deep_print(const struct deep *deep)
{
	(void)printf("\nNoise floor: what this host calls different between one subject and itself; the\n"
		     "smallest effect (in %%) that 10, 30 and 60 blocks call faster or slower, less or more,\n"
		     "at least 9 times of 10 (beyond floor and band, adjusted for as many comparisons as\n"
		     "this run has, and on the safe side); and how many blocks it takes until the 95 %%\n"
		     "interval of an effect of 5 %% leaves 1 out\n\n"
		     "  %-10s %-30s %8s %5s %5s %5s %5s\n",
		     "subject", "metric", "floor", "10", "30", "60", "5 %");
	for (const struct json *row = json_first(json_get(deep->floor, "rows")); row; row = json_next(row))
		print_row(row);
	cleanup_free char *path = floor_path();

	for (const struct json *row = json_first(deep->alarms); row; row = json_next(row))
		if (!(json_get_number(row, "delay_ratio", 1) > 0))
			(void)printf(
				"\nFalse alarms, %s against %s, labels dealt anew: %lld of %lld",
				json_get_text(row, "b", ""), json_get_text(row, "a", ""),
				(long long)(json_get_int(row, "faster", 0) + json_get_int(row, "slower", 0)),
				(long long)json_get_int(row, "of", 0));
	(void)printf("\n\nKept in %s: later runs on this host carry it, and their\n"
		     "verdicts are held against it.\n",
		     path);
}
