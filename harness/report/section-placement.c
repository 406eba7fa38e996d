/* SPDX-License-Identifier: Apache-2.0 */
/* Which CPU does what (method R6.1): as it was asked for, and as it was read from each subject's processes. */
#include <string.h>

#include "harness/report/sections.h"

static const char *text_of(const struct json *placement, const char *key)
{
	return json_get_text(placement, key, "unknown");
}

/* The CPUs that the samples of a subject name; "differ" where they do not agree. */
static const char *cpus_of(const struct analysis_subject *s)
{
	const char *cpus = "";

	for (size_t i = 0; i < s->sample_count; i++) {
		const char *own = s->samples[i]->shared->cpus;

		if (*own && *cpus && strcmp(own, cpus))
			return "differ between samples";
		cpus = *own ? own : cpus;
	}
	return cpus;
}

static void subject_rows(struct table *table, const struct analysis *a)
{
	for (size_t i = 0; i < a->subject_count; i++) {
		const char *cpus = cpus_of(&a->subjects[i]);

		if (!*cpus)
			continue;
		table_add(table, "%s", cpus);
		table_add(table, a->subjects[i].kind == KIND_VM ? "%s: all threads of QEMU, as read when ready"
								: "%s, as read when ready", a->subjects[i].title);
	}
}

/* The tree of the machine, line by line. */
static void drawing_print(struct page *page, const char *drawing)
{
	if (!*drawing)
		return;
	while (*drawing) {
		size_t length = strcspn(drawing, "\n");

		page_code(page, "%.*s", (int)length, drawing);
		drawing += length + (drawing[length] == '\n');
	}
	page_gap(page);
}

void section_placement(struct page *page, const struct analysis *a)
{
	const struct json *placement = json_path(a->recording->host, "host.placement");
	const char *policy = json_get_text(placement, "policy", NULL);
	struct table table = {.align = "ll"};

	if (!policy)
		return;
	page_heading(page, "Which CPU does what");
	table_add(&table, "CPUs"), table_add(&table, "what runs there");
	if (strcmp(policy, "none")) {
		table_add(&table, "%s", text_of(placement, "housekeeping_cpus"));
		table_add(&table, "harness: its receiving thread, libvirt's threads, the statistics");
		table_add(&table, "%s", text_of(placement, "subject_cpus"));
		table_add(&table, "keeper, starters, and every subject: also QEMU's virtual CPUs, emulator and I/O "
				  "threads");
	} else {
		table_add(&table, "all");
		table_add(&table, "everything: no placement (%s)", json_get_text(placement, "reason", "not recorded"));
	}
	subject_rows(&table, a);
	page_table(page, &table);
	drawing_print(page, json_get_text(placement, "drawing", ""));
}
