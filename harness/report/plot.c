/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/report/plot-chart.h"
#include "harness/report/plot-draw.h"
#include "harness/report/plot-template.h"

const struct plot plot_table[] = {
	{"startup", "Start-up time: from the request until the payload is ready", "latency samples"},
	{"ecdf", "Start-up time: the share of the samples that were ready after a time",
	 "latency samples"},
	{"waterfall", "Where the time of a start-up goes, from the request until ready", "latency samples"},
	{"memory", "Memory of one idle instance, by what it is used for", "footprint samples"},
	{"ramp", "Memory of all instances together, against how many there are", "an experiment with a ramp"},
	{"density", "Density: starts, memory, failures and ends, against how many there are",
	 "an experiment with a ramp"},
	{"cow", "Copy-on-write: what one written byte costs", "the experiment cow"},
	{"layers", "Layers: what each further one of an image costs", "the experiment layers"},
	{"distribution", "The way of an image: pulled from a registry and started", "the experiment distribution"},
	{"exec", "Inside: one command in an instance that runs", "the experiment exec"},
	{"work", "Identical work: what one operation costs in each box", "the experiment work"},
	{"amortised", "Disk space of all instances together, against how many there are", "the experiment disk"},
	{"disk", "Disk space: the first instance, and each further one", "footprint samples"},
};

const size_t plot_count = sizeof(plot_table) / sizeof(plot_table[0]);

#define NOT_KVM_TIME ": such times tell nothing about KVM"

/* Row by row as plot_table[]. */
static const struct {
	const char *template;
	const char *emulated; /* what follows for this chart when a VM is emulated in software */
	bool (*fill)(struct script *script, const struct analysis *analysis);
} plot_makers[] = {
	{plot_template_startup, NOT_KVM_TIME, plot_startup},
	{plot_template_ecdf, NOT_KVM_TIME, plot_ecdf},
	{plot_template_waterfall, NOT_KVM_TIME, plot_waterfall},
	{plot_template_weight, ": QEMU itself also holds the translated code", plot_memory},
	{plot_template_ramp, ": QEMU itself also holds the translated code", plot_ramp},
	{plot_template_density, NOT_KVM_TIME, plot_density},
	{plot_template_cow, NOT_KVM_TIME, plot_cow},
	{plot_template_dots, NOT_KVM_TIME, plot_layers},
	{plot_template_dots, NOT_KVM_TIME, plot_distribution},
	{plot_template_dots, NOT_KVM_TIME, plot_exec},
	{plot_template_work, NOT_KVM_TIME, plot_work},
	{plot_template_ramp, "", plot_amortised},
	{plot_template_weight, "", plot_disk},
};

static const char *const plot_formats[] = {"svg", "png", "pdf"};

/* Checks the list; `ret_formats` has blanks instead of commas, and is for free(). */
static int plot_formats_parse(const char *formats, char **ret_formats, struct error *err)
{
	cleanup_free char *list = alloc_text(formats);

	for (char *at = list; *at;) {
		size_t length = strcspn(at, ","), i = 0;

		while (i < 3 &&
		       (strlen(plot_formats[i]) != length || strncmp(plot_formats[i], at, length) != 0))
			i++;
		if (i == 3)
			return error_input(err,
					   "--plots: '%.*s' is not a format; use svg, png and pdf with "
					   "commas between",
					   (int)length, at);
		at += length;
		if (*at == ',')
			*at++ = ' ';
	}
	*ret_formats = steal_ptr(list);
	return 0;
}

int plot_check_formats(const char *formats, struct error *err)
{
	cleanup_free char *list = NULL;

	return plot_formats_parse(formats, &list, err);
}

/* Both texts of a chart, for free(); false, and neither: there is nothing to draw. */
static bool plot_make(const struct analysis *analysis, size_t which, const char *formats, char **ret_script,
		      char **ret_data)
{
	const char *name = plot_table[which].name;
	struct analysis shown = *analysis;
	char *head = NULL, *data = NULL;
	size_t head_size, data_size;
	struct script script = {.head = open_memstream(&head, &head_size),
				.data = open_memstream(&data, &data_size)};

	(void)fprintf(script.head, "# %s\n# Draw it again, here: gnuplot %s.gp\n",
		      plot_table[which].title, name);
	script_text(&script, name, "chart");
	script_text(&script, formats, "formats");
	script_title(&script, analysis, plot_table[which].title, plot_makers[which].emulated);
	if (shown.subject_count > PLOT_SUBJECTS_MAX) {
		shown.subject_count = PLOT_SUBJECTS_MAX;
		script_note(&script, true, "Only the first %d of %zu subjects are drawn; the report's tables have all",
			    PLOT_SUBJECTS_MAX, analysis->subject_count);
	}
	bool made = plot_makers[which].fill(&script, &shown);

	script_hover_end(&script);
	(void)fprintf(script.head, "\n%s\n%s", plot_template_common, plot_makers[which].template);
	(void)fclose(script.head);
	(void)fclose(script.data);
	if (made) {
		*ret_script = head;
		*ret_data = data;
		return true;
	}
	free(head);
	free(data);
	return false;
}

char *plot_data(const struct analysis *analysis, size_t which)
{
	char *script = NULL, *data = NULL;

	(void)plot_make(analysis, which, "", &script, &data);
	free(script);
	return data;
}

bool plot_has(const struct analysis *analysis, size_t which)
{
	cleanup_free char *data = plot_data(analysis, which);

	return data;
}

/* One chart, or the removal of what was left of an earlier one. */
static int plot_one(const struct analysis *analysis, size_t which, const char *folder, const char *formats,
		    bool *ret_missing, struct error *err)
{
	cleanup_free char *script = NULL, *data = NULL;
	bool missing = false;

	if (!plot_make(analysis, which, formats, &script, &data))
		return plot_remove(plot_table[which].name, folder, err);
	struct plot_source source = {plot_table[which].name, plot_table[which].title, script, data, formats};
	int rc = plot_draw(&source, folder, &missing, err);

	*ret_missing |= missing;
	return rc;
}

int plot_all(const struct analysis *analysis, const char *folder, const char *formats, const char *only,
	     bool *ret_missing, struct error *err)
{
	cleanup_free char *plots = alloc_format("%s/" PLOT_FOLDER, folder);
	cleanup_free char *list = NULL;
	int rc = plot_formats_parse(formats, &list, err);

	*ret_missing = false;
	if (!rc)
		rc = file_make_dirs(plots, 0755, err);
	for (size_t i = 0; !rc && i < plot_count; i++)
		if (!only || !strcmp(only, plot_table[i].name))
			rc = plot_one(analysis, i, plots, list, ret_missing, err);
	return rc;
}
