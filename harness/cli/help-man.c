/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, in the man(7) macros. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/version.h"
#include "harness/cli/help.h"

/* Text that roff takes as it is: no request at the start of a line, hyphens that can be searched for. */
static void put_text(FILE *out, const char *text)
{
	bool line_start = true;

	for (; *text; text++) {
		if (line_start && strchr(".'", *text))
			(void)fputs("\\&", out);
		line_start = *text == '\n';
		if (*text == '\\')
			(void)fputs("\\e", out);
		else if (*text == '-')
			(void)fputs("\\-", out);
		else
			(void)fputc(*text, out);
	}
}

static void put_option(FILE *out, const struct argp_option *option)
{
	(void)fputs(".TP\n\\fB", out);
	if (option->key > 0 && option->key < 0x80)
		(void)fprintf(out, "\\-%c\\fR, \\fB", option->key);
	(void)fputs("\\-\\-", out);
	put_text(out, option->name);
	(void)fputs("\\fR", out);
	if (option->arg) {
		(void)fputs("=\\fI", out);
		put_text(out, option->arg);
		(void)fputs("\\fR", out);
	}
	(void)fputc('\n', out);
	put_text(out, option->doc);
	(void)fputc('\n', out);
}

/* What follows the options: a paragraph, then the examples line by line. Cuts the text in two. */
static void put_tail(FILE *out, char *tail)
{
	char *examples = strstr(tail, "Examples:");

	if (examples && examples > tail)
		examples[-1] = '\0';
	if (*tail && tail != examples) {
		(void)fputs(".PP\n", out);
		put_text(out, tail);
	}
	if (!examples)
		return;
	(void)fputs("\n.PP\n.nf\n", out);
	put_text(out, examples);
	(void)fputs("\n.fi\n", out);
}

static void put_command(FILE *out, const struct command *command)
{
	cleanup_free char *doc = help_doc(command, false), *tail = help_doc(command, true);

	(void)fprintf(out, ".SS \"tare %s%s", command->name, *command->arguments ? " " : "");
	put_text(out, command->arguments);
	(void)fputs("\"\n", out);
	put_text(out, doc);
	(void)fputc('\n', out);
	for (const struct argp_option *o = help_next_option(command, NULL); o; o = help_next_option(command, o))
		put_option(out, o);
	put_tail(out, tail);
}

void help_man(FILE *out)
{
	(void)fprintf(out, ".TH TARE 1 \"\" \"tare %s\" \"User commands\"\n", version_text());
	(void)fputs(".SH NAME\ntare \\- weigh containers and virtual machines side by side\n"
		    ".SH SYNOPSIS\n\\fBtare\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n"
		    ".SH DESCRIPTION\n"
		    "Starts the same workload on the bare host, in containers and in virtual machines, and\n"
		    "weighs each box: start\\-up, memory, disk. Writes a report, charts, and which of the usual\n"
		    "claims the numbers support on this host.\n.SH COMMANDS\n", out);
	for (size_t i = 0; command_table[i]; i++)
		put_command(out, command_table[i]);
	(void)fputs(".SH EXIT STATUS\n0 done; 1 a result says no; 2 usage or bad input; 3 the host cannot do it; 130\n"
		    "interrupted, with a valid report of what was done.\n"
		    ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours where it is set and not empty.\n"
		    ".TP\n.B TARE_DATA\nWhere scenarios, labs and schemas are.\n"
		    ".TP\n.B TARE_ARTIFACTS\nWhere the payload and the guest are.\n", out);
}
