/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/lab-runs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/report/lab.h"

/* Takes a run in; one of the same lab that is there already is an older one. */
static size_t take(struct handin_run **runs, size_t count, const char *lab, const char *folder)
{
	size_t at = 0;

	while (at < count && strcmp((*runs)[at].lab, lab) != 0)
		at++;
	if (at == count) {
		*runs = alloc_grow(*runs, ++count, sizeof(**runs));
		(*runs)[at] = (struct handin_run){.lab = alloc_text(lab)};
	}
	free((*runs)[at].folder);
	(*runs)[at].folder = alloc_text(folder);
	return count;
}

static int by_name(const void *a, const void *b)
{
	const struct handin_run *x = a, *y = b;

	return strcmp(x->lab, y->lab);
}

size_t lab_runs_find(const char *folder, struct handin_run **ret_runs)
{
	struct dirent **entries;
	int entry_count = scandir(folder, &entries, NULL, alphasort); /* names begin with their time */
	size_t count = 0;

	*ret_runs = NULL;
	for (int i = 0; i < entry_count; i++) {
		cleanup_free char *run = alloc_format("%s/%s", folder, entries[i]->d_name);
		cleanup_free char *path = alloc_format("%s/" LAB_FILE, run);
		struct json *record = file_exists(path) ? json_parse_file(path, NULL) : NULL;
		const char *lab = json_get_text(record, "lab", "");

		if (*lab && json_get_bool(record, "done", false))
			count = take(ret_runs, count, lab, run);
		json_free(record);
		free(entries[i]);
	}
	if (entry_count >= 0)
		free(entries);
	if (count)
		qsort(*ret_runs, count, sizeof(**ret_runs), by_name);
	return count;
}

void lab_runs_free(struct handin_run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(runs[i].lab);
		free(runs[i].folder);
	}
	free(runs);
}
