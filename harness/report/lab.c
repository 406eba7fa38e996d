/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/lab.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"

static bool is_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static int load_prediction(const struct json *row, const char *path, size_t at, struct lab_prediction *ret,
			   struct error *err)
{
	static const char *const units[] = {"times", "percent", "ms", "MiB"};
	size_t unit = 0;

	*ret = (struct lab_prediction){
		.id = json_get_text(row, "id", ""),
		.ask = json_get_text(row, "ask", ""),
		.unit = json_get_text(row, "unit", ""),
		.choices = json_get(row, "choices"),
		.row = row,
	};
	while (unit < sizeof(units) / sizeof(units[0]) && strcmp(units[unit], ret->unit) != 0)
		unit++;
	if (!*ret->id || !*ret->ask)
		return error_input(err, "%s: predict[%zu]: 'id' and 'ask' must be texts", path, at);
	if (!json_count(ret->choices) && unit == sizeof(units) / sizeof(units[0]))
		return error_input(err, "%s: predict[%zu].unit: '%.32s'; times, percent, ms or MiB, or give choices",
				   path, at, ret->unit);
	if (!json_count(json_get(row, "value")))
		return error_input(err, "%s: predict[%zu].value: must be a list of paths into report.json", path, at);
	return 0;
}

static int load_fields(struct lab *lab, const char *path, struct error *err)
{
	const struct json *rows = json_get(lab->json, "predict");

	lab->title = json_get_text(lab->json, "title", "");
	lab->scenario = json_get_text(lab->json, "scenario", "");
	lab->recording = json_get_text(lab->json, "recording", "");
	lab->needs = json_get(lab->json, "needs");
	lab->minutes = json_get_int(lab->json, "minutes", 0);
	if (!*lab->title || !*lab->scenario || lab->minutes < 1)
		return error_input(err, "%s: 'title' and 'scenario' must be texts, 'minutes' a number from 1", path);
	if (lab->needs && !json_count(lab->needs))
		return error_input(err, "%s: needs: must be a list of runtimes, such as [\"docker\"]", path);
	if (!json_count(rows) || json_count(rows) > LAB_PREDICTIONS_MAX)
		return error_input(err, "%s: predict: must be a list of 1 to %d questions", path, LAB_PREDICTIONS_MAX);
	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		int rc = load_prediction(row, path, lab->prediction_count,
					 &lab->predictions[lab->prediction_count], err);

		if (rc < 0)
			return rc;
		lab->prediction_count++;
	}
	return 0;
}

int lab_load(const char *name, const char *folder, struct lab *ret_lab, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s.json", folder, name);
	cleanup_free char *text = alloc_format("%s/%s.md", folder, name);

	*ret_lab = (struct lab){0};
	if (!is_name(name) || !file_exists(path))
		return error_input(err, "'%.64s' is not a lab; tare lab lists them", name);
	ret_lab->json = json_parse_file(path, err);
	if (!ret_lab->json)
		return -EINVAL;
	ret_lab->text = file_read(text, NULL, err);
	ret_lab->name = json_get_text(ret_lab->json, "name", "");
	int rc = ret_lab->text ? load_fields(ret_lab, path, err) : -EINVAL;

	if (!rc && strcmp(ret_lab->name, name) != 0)
		rc = error_input(err, "%s: name: must be '%s', as the file", path, name);
	if (rc < 0)
		lab_release(ret_lab);
	return rc;
}

void lab_release(struct lab *lab)
{
	json_free(lab->json);
	free(lab->text);
	*lab = (struct lab){0};
}

/* One paragraph or item: lines that belong together, without what marks them. */
static void put_block(struct page *page, const char *block, size_t length)
{
	cleanup_free char *text = alloc_format("%.*s", (int)length, block);
	for (char *at = text; *at; at++)
		*at = *at == '`' ? '\'' : *at; /* quotes of Markdown, as people write them */
	bool item = !strncmp(text, "- ", 2) || (isdigit((unsigned char)*text) && !strncmp(text + 1, ". ", 2));

	if (item)
		page_item(page, "", "%s", *text == '-' && page_full(page) ? text + 2 : text);
	else
		page_paragraph(page, "%s", text);
}

/* Where the line after this one begins a block of its own. */
static size_t block_length(const char *at)
{
	size_t length = 0;

	for (;;) {
		length += strcspn(at + length, "\n");
		const char *next = at + length + (at[length] == '\n');

		if (!*next || *next == '\n' || *next == '#' || !strncmp(next, "- ", 2) ||
		    (isdigit((unsigned char)*next) && !strncmp(next + 1, ". ", 2)))
			return length;
		length++;
	}
}

bool lab_section(struct page *page, const struct lab *lab, const char *heading)
{
	cleanup_free char *line = alloc_format("## %s\n", heading);
	const char *at = strstr(lab->text, line);

	if (!at)
		return false;
	at += strlen(line);
	for (at += strspn(at, "\n"); *at && *at != '#'; at += strspn(at, "\n")) {
		size_t length = block_length(at);

		put_block(page, at, length);
		at += length;
	}
	page_gap(page);
	return true;
}
