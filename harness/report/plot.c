/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot.h"

#include <errno.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"
#include "harness/report/plot-chart.h"
#include "harness/report/plot-template.h"

#define PLOT_TIMEOUT_NS 60000000000u

const struct plot plot_table[] = {
	{"startup", "Start-up time: from the request until the payload is ready", "latency samples"},
	{"ecdf", "Start-up time: the share of the samples that were ready after a time",
	 "latency samples"},
	{"memory", "Memory of one idle instance, by what it is used for", "footprint samples"},
	{"disk", "Disk space: the first instance, and each further one", "footprint samples"},
};

const size_t plot_count = sizeof(plot_table) / sizeof(plot_table[0]);

#define NOT_KVM_TIME ": its times tell nothing about KVM"

/* Row by row as plot_table[]. */
static const struct {
	const char *template;
	const char *emulated; /* what follows for this chart when a VM is emulated in software */
	bool (*fill)(struct script *script, const struct analysis *analysis);
} plot_makers[] = {
	{plot_template_startup, NOT_KVM_TIME, plot_startup},
	{plot_template_ecdf, NOT_KVM_TIME, plot_ecdf},
	{plot_template_weight, ": QEMU itself also holds the translated code", plot_memory},
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

static int plot_write(const char *base, const char *end, const char *text, struct error *err)
{
	cleanup_free char *path = alloc_format("%s%s", base, end);

	return file_write(path, text, strlen(text), err);
}

/* A chart without numbers leaves nothing of an earlier one behind. */
static int plot_remove(const char *base, struct error *err)
{
	static const char *const ends[] = {".gp", ".dat", ".svg", ".png", ".pdf"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		cleanup_free char *path = alloc_format("%s%s", base, ends[i]);
		int rc = file_remove_tree(path, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Writes both files of a chart; `ret_made` false: there is nothing to draw. */
static int plot_write_chart(const struct analysis *analysis, size_t which, const char *base,
			    const char *formats, bool *ret_made, struct error *err)
{
	const char *name = plot_table[which].name;
	cleanup_free char *head = NULL, *data = NULL;
	size_t head_size, data_size;
	struct script script = {.head = open_memstream(&head, &head_size),
				.data = open_memstream(&data, &data_size)};

	if (!script.head || !script.data)
		return error_errno(err, errno, "%s: no memory for the chart", name);
	(void)fprintf(script.head, "# %s\n# Draw it again, here: gnuplot %s.gp\n",
		      plot_table[which].title, name);
	script_text(&script, name, "chart");
	script_text(&script, formats, "formats");
	script_title(&script, analysis, plot_table[which].title, plot_makers[which].emulated);
	*ret_made = plot_makers[which].fill(&script, analysis);
	(void)fprintf(script.head, "\n%s\n%s", plot_template_common, plot_makers[which].template);
	if (fclose(script.head) || fclose(script.data))
		return error_errno(err, errno, "%s: no memory for the chart", name);
	if (!*ret_made)
		return plot_remove(base, err);
	int rc = plot_write(base, ".dat", data, err);

	return rc < 0 ? rc : plot_write(base, ".gp", head, err);
}

/* A PDF holds the date of its making; the same recording must give the same bytes. The length must not
 * change. */
static int plot_undate(const char *name, const char *folder, struct error *err)
{
	static const char key[] = "/CreationDate (D:", epoch[] = "19700101000000";
	cleanup_free char *path = alloc_format("%s/%s.pdf", folder, name);
	size_t length = 0;
	cleanup_free char *pdf = file_read(path, &length, err);

	if (!pdf)
		return -EIO;
	char *date = memmem(pdf, length, key, sizeof(key) - 1);

	if (!date)
		return 0;
	date += sizeof(key) - 1;
	for (size_t i = 0; date[i] && date[i] != ')'; i++)
		if (date[i] >= '0' && date[i] <= '9')
			date[i] = i < sizeof(epoch) - 1 ? epoch[i] : '0';
	return file_write(path, pdf, length, err);
}

/* No settings of the user's, and an environment that is always the same. */
static int plot_draw(const char *name, const char *folder, const char *formats, struct error *err)
{
	cleanup_free char *script = alloc_format("%s.gp", name);
	const char *home = getenv("HOME");
	cleanup_free char *home_variable = alloc_format("HOME=%s", home ? home : "/");
	const char *arguments[] = {"gnuplot", "-d", script, NULL};
	const char *variables[] = {"LC_ALL=C.UTF-8", home_variable, NULL};
	struct spawn_program program = {arguments, variables, folder, PLOT_TIMEOUT_NS};
	int rc = spawn_run(&program, err);

	if (rc < 0)
		return error_wrap(err, rc, "chart %s/%s.gp", folder, name);
	return strstr(formats, "pdf") ? plot_undate(name, folder, err) : 0;
}

int plot_all(const struct analysis *analysis, const char *folder, const char *formats, bool *ret_missing,
	     struct error *err)
{
	cleanup_free char *plots = alloc_format("%s/" PLOT_FOLDER, folder);
	cleanup_free char *list = NULL;
	bool missing = false;
	int rc = plot_formats_parse(formats, &list, err);

	if (!rc)
		rc = file_make_dirs(plots, 0755, err);
	for (size_t i = 0; !rc && i < plot_count; i++) {
		cleanup_free char *base = alloc_format("%s/%s", plots, plot_table[i].name);
		bool made = false;

		rc = plot_write_chart(analysis, i, base, list, &made, err);
		if (rc < 0 || !made || !list || !*list || missing)
			continue;
		rc = plot_draw(plot_table[i].name, plots, list, err);
		missing = rc == -ENOENT;
		rc = missing ? 0 : rc;
	}
	if (!rc)
		*ret_missing = missing;
	return rc;
}
