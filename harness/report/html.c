/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html: the sections between a head and a foot, in one file that asks nothing of a network. The page may run
 * one script, its own, known by digest, and load nothing: a text that slipped through the escaping could do nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/embed.h"
#include "harness/report/escape.h"
#include "harness/report/page-html.h"
#include "harness/report/report.h"
#include "harness/report/sections.h"

extern const char page_style_sheet[], page_script[];

EMBED(page_style_sheet, "scripts/page/page.css");
EMBED(page_script, "scripts/page/page.js");

void html_head(FILE *out, const char *title)
{
	char digest[DIGEST_BASE64];
	cleanup_free char *clean = escape_text(ESCAPE_HTML, title);

	digest_text_base64(page_script, digest);
	(void)fprintf(out,
		      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		      "style-src 'unsafe-inline'; img-src data:; script-src 'sha256-%s'; base-uri 'none'; "
		      "form-action 'none'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
		      "<title>%s</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n%s</style>\n</head>\n<body>\n",
		      digest, clean, page_style_sheet);
}

void html_foot(FILE *out, const char *text)
{
	cleanup_free char *clean = escape_text(ESCAPE_HTML, text);

	(void)fprintf(out, "<footer>%s</footer>\n<script>%s</script>\n</body>\n</html>\n", clean, page_script);
}

char *report_html(const struct analysis *analysis, struct error *err)
{
	const struct json *plan = analysis->recording->plan;
	cleanup_free char *title = section_title(plan);
	char *text = NULL, foot[256];
	size_t length = 0;
	struct page page = {.out = open_memstream(&text, &length), .style = PAGE_HTML};

	(void)snprintf(foot, sizeof(foot), "Recorded by tare %s (%s), method version %lld.",
		       json_text_of(json_path(plan, "tool.version"), "of unknown version"),
		       json_text_of(json_path(plan, "tool.git_commit"), "commit not recorded"),
		       (long long)json_get_int(plan, "method_version", METHOD_VERSION));
	html_head(page.out, title);
	(void)fputs("<main>\n", page.out);
	sections_print(&page, analysis);
	(void)fprintf(page.out, "%s</main>\n", page.headings ? "</section>\n" : "");
	html_foot(page.out, foot);
	return page_close(&page, &text, err);
}
