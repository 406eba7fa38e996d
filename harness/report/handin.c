/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/handin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/analysis.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/model/digests.h"
#include "harness/report/lab.h"
#include "harness/report/page-html.h"
#include "harness/report/plot.h"
#include "harness/report/report.h"
#include "harness/report/sections.h"

/* One run with everything that is made of it. */
struct done {
	struct lab lab;
	struct recording recording;
	struct analysis analysis;
	struct json *record, *report;
};

static void done_release(struct done *done)
{
	json_free(done->record);
	json_free(done->report);
	analysis_release(&done->analysis);
	recording_release(&done->recording);
	lab_release(&done->lab);
}

static int done_load(const struct handin_run *run, const char *labs, struct done *ret, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/" LAB_FILE, run->folder);

	*ret = (struct done){0};
	int rc = lab_load(run->lab, labs, &ret->lab, err);

	if (rc < 0)
		return rc;
	rc = recording_load(run->folder, &ret->recording, err);
	if (!rc)
		rc = analysis_make(&ret->recording, &ret->analysis, err);
	ret->record = rc < 0 ? NULL : json_parse_file(path, err);
	cleanup_free char *report = ret->record ? report_json(&ret->analysis, err) : NULL;

	ret->report = report ? json_parse(report, strlen(report), REPORT_JSON, err) : NULL;
	if (ret->report)
		return 0;
	done_release(ret);
	return rc < 0 ? rc : -EINVAL;
}

static void put_conditions(struct page *page, const struct done *done)
{
	const struct json *host = json_get(done->recording.host, "host");
	cleanup_free char *changed = digests_check(done->recording.folder);
	cleanup_free char *journal = alloc_format("%s/" RECORDING_JOURNAL, done->recording.folder);
	bool replay = json_get_bool(done->record, "replay", false);
	char hex[DIGEST_HEX] = "unknown";

	(void)digest_file(journal, hex, NULL);
	page_paragraph(page, "%s: %s, Linux %s, KVM: %s. Run %s, %s, %zu samples. Journal sha256 %.16s%s%s.",
		       replay ? "A replay of a recording, not the student's machine" : "Measured on",
		       json_text_of(json_path(host, "cpu.model"), "CPU not recorded"),
		       json_text_of(json_path(host, "kernel.release"), "not recorded"),
		       *done->analysis.kvm_class ? done->analysis.kvm_class : "not recorded",
		       json_text_of(json_path(done->recording.plan, "run.id"), "without id"),
		       json_text_of(json_path(done->recording.plan, "run.started_utc"), "at an unknown time"),
		       done->recording.briefs.count, hex, *changed ? ", changed after the run: " : "", changed);
}

static void put_chart(struct page *page, const struct done *done)
{
	const char *name = json_get_text(done->lab.json, "chart", "startup");

	for (size_t i = 0; page->style == PAGE_HTML && i < plot_count; i++)
		if (!strcmp(plot_table[i].name, name) && plot_has(&done->analysis, i))
			chart_html(page, &done->analysis, i);
}

static void put_lab(struct page *page, const struct done *done)
{
	cleanup_free char *heading = alloc_format("%s: %s", done->lab.name, done->lab.title);

	page_heading(page, heading);
	(void)lab_section(page, &done->lab, "What the textbook says");
	lab_results(page, &done->lab, done->record, done->report);
	put_chart(page, done);
	put_conditions(page, done);
	(void)lab_section(page, &done->lab, "Questions");
	page_paragraph(page, "%s", "Answers:");
}

static int put_page(enum page_style style, const struct done *done, size_t count, const char *who, const char *path,
		    struct error *err)
{
	cleanup_free char *text = NULL;
	size_t length = 0;
	struct page page = {.out = open_memstream(&text, &length), .style = style};
	cleanup_free char *title = alloc_format("Labs: containers and virtual machines%s%s", *who ? ", " : "", who);

	if (style == PAGE_HTML) {
		html_head(page.out, title);
		(void)fputs("<main>\n", page.out);
	}
	page_title(&page, title);
	for (size_t i = 0; i < count; i++)
		put_lab(&page, &done[i]);
	page_finish(&page);
	if (style == PAGE_HTML) {
		(void)fputs("</section>\n</main>\n", page.out);
		html_foot(page.out, "Made by tare lab --report.");
	}
	(void)fclose(page.out);
	return file_write(path, text, strlen(text), err);
}

int handin_write(const struct handin_run *runs, size_t count, const char *labs, const char *who, const char *folder,
		 struct error *err)
{
	cleanup_free struct done *done = alloc_zero(count, sizeof(*done));
	cleanup_free char *markdown = alloc_format("%s/hand-in.md", folder);
	cleanup_free char *html = alloc_format("%s/hand-in.html", folder);
	size_t loaded = 0;
	int rc = 0;

	while (!rc && loaded < count) {
		rc = done_load(&runs[loaded], labs, &done[loaded], err);
		loaded += !rc;
	}
	if (!rc)
		rc = file_make_dirs(folder, 0755, err);
	if (!rc)
		rc = put_page(PAGE_MARKDOWN, done, count, who, markdown, err);
	if (!rc)
		rc = put_page(PAGE_HTML, done, count, who, html, err);
	while (loaded)
		done_release(&done[--loaded]);
	return rc;
}
