/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

const struct argp_option *help_next_option(const struct command *command, const struct argp_option *from)
{
	const struct argp_option *option = from ? from + 1 : command->argp ? command->argp->options : NULL;

	while (option && (option->name || option->key || option->doc) && !option->name)
		option++;
	return option && option->name ? option : NULL;
}

char *help_doc(const struct command *command, bool after)
{
	const char *doc = command->argp && command->argp->doc ? command->argp->doc : command->summary;
	const char *cut = strchr(doc, '\v');

	if (after)
		return alloc_text(cut ? cut + 1 : "");
	char *text = alloc_text(doc);

	text[cut ? (size_t)(cut - doc) : strlen(text)] = '\0';
	return text;
}

bool help_has_choices(const char *value)
{
	static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789-|";

	return value && strchr(value, '|') && value[strspn(value, words)] == '\0';
}

void help_print(FILE *out)
{
	(void)fputs("usage: tare COMMAND [OPTION]...\n\n"
		    "Starts the same workload on the bare host, in containers and in virtual machines,\n"
		    "and weighs each box: start-up, memory, disk.\n\n", out);
	for (size_t i = 0; command_table[i]; i++)
		(void)fprintf(out, "  %-9s %s\n", command_table[i]->name, command_table[i]->summary);
	(void)fputs("\ntare help COMMAND shows its options, with defaults, units and examples.\n\n"
		    "exit status: 0 done; 1 a result says no; 2 usage or bad input;\n"
		    "3 the host cannot do it; 130 interrupted (the report is valid all the same)\n\n"
		    "examples:\n"
		    "  tare run                                  the comparison, in about two minutes\n"
		    "  tare run startup --subjects process,namespace --blocks 20\n"
		    "  tare run compare --subjects namespace,vm:machine=q35:libvirt=stock\n"
		    "  tare report results/runs/RUN --format md > report.md\n", out);
}
