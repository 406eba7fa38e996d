/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-draw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"
#include "harness/report/plot-svg.h"

#define PLOT_TIMEOUT_NS 60000000000u

static const char pictures[][4] = {"svg", "png", "pdf"};
#define PICTURE_COUNT (sizeof(pictures) / sizeof(pictures[0]))

static int write_text(const char *folder, const char *name, const char *end, const char *text, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s.%s", folder, name, end);

	return file_write(path, text, strlen(text), err);
}

static int remove_one(const char *folder, const char *name, const char *end, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s.%s", folder, name, end);

	return file_remove_tree(path, err);
}

int plot_remove(const char *name, const char *folder, struct error *err)
{
	static const char *const ends[] = {"gp", "dat", "svg", "png", "pdf"};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(ends) / sizeof(ends[0]); i++)
		rc = remove_one(folder, name, ends[i], err);
	return rc;
}

/* A PDF holds the date of its making; the same recording must give the same bytes. The length must not change. */
static int polish_pdf(const struct plot_source *source, const char *path, struct error *err)
{
	static const char key[] = "/CreationDate (D:", epoch[] = "19700101000000";
	size_t length = 0;
	cleanup_free char *pdf = file_read(path, &length, err);

	(void)source;
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

static int polish_svg(const struct plot_source *source, const char *path, struct error *err)
{
	cleanup_free char *svg = file_read(path, NULL, err);

	if (!svg)
		return -EIO;
	cleanup_free char *polished = plot_svg_polish(svg, source->name, source->title);

	if (!polished)
		return error_set(err, -EIO, "%s: gnuplot wrote no whole picture", path);
	return file_write(path, polished, strlen(polished), err);
}

static int polish(const struct plot_source *source, const char *picture, const char *folder, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s.%s", folder, source->name, picture);

	if (!strcmp(picture, "svg"))
		return polish_svg(source, path, err);
	return strcmp(picture, "pdf") ? 0 : polish_pdf(source, path, err);
}

/* No settings of the user's, and an environment that is always the same. */
static int run_gnuplot(const struct plot_source *source, const char *folder, struct error *err)
{
	cleanup_free char *script = alloc_format("%s.gp", source->name);
	const char *home = getenv("HOME");
	cleanup_free char *home_variable = alloc_format("HOME=%s", home ? home : "/");
	const char *arguments[] = {"gnuplot", "-d", script, NULL};
	const char *variables[] = {"LC_ALL=C.UTF-8", home_variable, NULL};
	struct spawn_program program = {arguments, variables, folder, PLOT_TIMEOUT_NS};
	int rc = spawn_run(&program, err);

	return rc < 0 ? error_wrap(err, rc, "chart %s/%s.gp", folder, source->name) : 0;
}

static int publish(const char *from, const char *to, const char *name, const char *end, struct error *err)
{
	cleanup_free char *old = alloc_format("%s/%s.%s", from, name, end);
	cleanup_free char *new = alloc_format("%s/%s.%s", to, name, end);

	return rename(old, new) < 0 ? error_errno(err, errno, "%s: cannot write", new) : 0;
}

/* Everything that was made in `stage` takes its place; a picture that shows other numbers goes. */
static int publish_all(const struct plot_source *source, const char *stage, const char *folder, bool drawn,
		       struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s.dat", folder, source->name);
	cleanup_free char *before = file_exists(path) ? file_read(path, NULL, NULL) : NULL;
	bool changed = !before || strcmp(before, source->data) != 0;
	int rc = publish(stage, folder, source->name, "dat", err);

	if (!rc)
		rc = publish(stage, folder, source->name, "gp", err);
	for (size_t i = 0; !rc && i < PICTURE_COUNT; i++) {
		if (drawn && strstr(source->formats, pictures[i]))
			rc = publish(stage, folder, source->name, pictures[i], err);
		else if (changed)
			rc = remove_one(folder, source->name, pictures[i], err);
	}
	return rc;
}

/* Script, data and pictures in `stage`. */
static int make_all(const struct plot_source *source, const char *stage, bool *ret_drawn, struct error *err)
{
	int rc = write_text(stage, source->name, "dat", source->data, err);

	if (!rc)
		rc = write_text(stage, source->name, "gp", source->script, err);
	if (rc < 0 || !*source->formats)
		return rc;
	rc = run_gnuplot(source, stage, err);
	*ret_drawn = !rc;
	for (size_t i = 0; !rc && i < PICTURE_COUNT; i++)
		if (strstr(source->formats, pictures[i]))
			rc = polish(source, pictures[i], stage, err);
	return rc;
}

int plot_draw(const struct plot_source *source, const char *folder, bool *ret_missing, struct error *err)
{
	cleanup_free char *stage = alloc_format("%s/.new", folder);
	bool drawn = false;
	int rc = file_remove_tree(stage, err);

	if (!rc)
		rc = file_make_dirs(stage, 0755, err);
	if (rc < 0)
		return rc;
	rc = make_all(source, stage, &drawn, err);
	*ret_missing = rc == -ENOENT;
	if (!rc || *ret_missing)
		rc = publish_all(source, stage, folder, drawn, err);
	(void)file_remove_tree(stage, NULL);
	return rc;
}
