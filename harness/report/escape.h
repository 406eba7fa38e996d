/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where text that comes from files (names, errors, versions) is made harmless for the place
 * where it is shown. Whatever writes a report passes such text through here, once.
 */
#pragma once

enum escape {
	ESCAPE_TERMINAL, /**< no control characters, no broken UTF-8, no marks that turn the direction of text: '?' */
	ESCAPE_MARKDOWN, /**< that, and no character that Markdown or HTML would take for its own */
	ESCAPE_HTML,	 /**< that of the terminal, for an element's text or an attribute in quotes */
	ESCAPE_CSV,	 /**< that of the terminal, quoted where needed (RFC 4180), no formula for a spreadsheet */
};

/** For free(). NULL is "". White space of every kind becomes a space. */
char *escape_text(enum escape how, const char *text);
