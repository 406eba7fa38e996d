/* SPDX-License-Identifier: Apache-2.0 */
/* For what is written between the elements of an HTML page. */
#pragma once

#include "harness/report/page.h"

/** Ends a list that is open. */
void page_html_close(struct page *page);
/** Everything before the page's content: title, style, what the page may do. */
void html_head(FILE *out, const char *title);
/** Everything after it: a line at the foot, the script. */
void html_foot(FILE *out, const char *text);
