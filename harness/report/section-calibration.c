/* SPDX-License-Identifier: Apache-2.0 */
/* What the instruments were worth (method 1.7), and how long it takes to stop a subject (R1.23). */
#include <math.h>
#include <stdio.h>

#include "harness/analyze/calibration.h"
#include "harness/report/sections.h"

enum shape { SHAPE_NS, SHAPE_PPM, SHAPE_MHZ, SHAPE_BYTES };

static const struct {
	const char *path, *title;
	enum shape shape;
} rows[] = {
	{"clock_read_cost_ns", "reading the clock once", SHAPE_NS},
	{"clock_resolution_ns", "smallest step of the clock", SHAPE_NS},
	{"tsc_hz", "time stamp counter", SHAPE_MHZ},
	{"tsc_err_ppm", "bound of its rate's error", SHAPE_PPM},
	{"notify_ns.p50", "wake-up of a waiting thread, median", SHAPE_NS},
	{"notify_ns.p99", "the same, 99 % are faster", SHAPE_NS},
	{"notify_ns.max", "the same, slowest", SHAPE_NS},
	{"sleep_overshoot_p50_ns", "a sleep of 1 ms ends late by, median", SHAPE_NS},
	{"null_subject_p50_ns", "control: start-up of a bare process, median", SHAPE_NS},
	{"slew_ppm", "slew of the clock since the last calibration", SHAPE_PPM},
	{"steal_ns", "CPU time taken by the hypervisor below, meanwhile", SHAPE_NS},
	{"launcher_rss_bytes", "resident set of what starts the subjects", SHAPE_BYTES},
	{"duration_ns", "the calibration itself took", SHAPE_NS},
};

static const char *shape_text(enum shape shape, double value, char text[UNITS_MAX])
{
	if (isnan(value))
		return "not known";
	if (shape == SHAPE_NS || shape == SHAPE_BYTES)
		return units_text(shape == SHAPE_NS ? UNITS_NS : UNITS_BYTES, value, text);
	(void)snprintf(text, UNITS_MAX, shape == SHAPE_PPM ? "%.3f ppm" : "%.6f MHz",
		       shape == SHAPE_PPM ? value : value / 1e6);
	return text;
}

void section_calibration(struct page *page, const struct analysis *a)
{
	struct table table = {.align = "lrr"};
	char text[UNITS_MAX];

	if (!calibration_find(a->recording, "before"))
		return;
	page_heading(page, "Calibration");
	table_add(&table, "instrument"), table_add(&table, "before"), table_add(&table, "after");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		table_add(&table, "%s", rows[i].title);
		table_add(&table, "%s",
			  shape_text(rows[i].shape, calibration_number(a->recording, "before", rows[i].path), text));
		table_add(&table, "%s",
			  shape_text(rows[i].shape, calibration_number(a->recording, "after", rows[i].path), text));
	}
	page_table(page, &table);
	if (!isnan(calibration_drift(a->recording)))
		page_paragraph(page, "The control takes %.3f times as long after the run as before it.",
			       calibration_drift(a->recording));
}

static void stop_cells(struct table *table, const struct analysis_summary *sum)
{
	char text[UNITS_MAX];

	if (!sum || !sum->count) {
		table_add(table, "not known"), table_add(table, " "), table_add(table, "0");
		return;
	}
	table_add(table, "%s", units_text(UNITS_NS, sum->stats.median, text));
	table_add(table, "%s", units_interval(UNITS_NS, sum->stats.median, sum->stats.ci.known ? sum->stats.ci.lo : NAN,
					      sum->stats.ci.known ? sum->stats.ci.hi : NAN, text));
	table_add(table, "%zu", sum->count);
}

void section_stop(struct page *page, const struct analysis *a)
{
	static const char *const heads[] = {"subject", "until exited", "95 %", "n", "until released", "95 %", "n"};
	struct table table = {.align = "lrlrrlr"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < a->subject_count; i++) {
		const struct analysis_summary *exited = analysis_summary_find(a, "stop_to_exited_ns", i);
		const struct analysis_summary *released = analysis_summary_find(a, "stop_to_released_ns", i);

		if ((!exited || !exited->count) && (!released || !released->count))
			continue;
		table_add(&table, "%s", a->subjects[i].title);
		stop_cells(&table, exited);
		stop_cells(&table, released);
	}
	if (table.count > sizeof(heads) / sizeof(heads[0])) {
		page_heading(page, "Stop: until the main process has ended, and until all is released");
		page_paragraph(page, "Exited: seen through the main process's pidfd, whatever the engine's call says "
				     "(R1.23). Released: cgroup, storage and names are gone.");
	}
	page_table(page, &table);
}
