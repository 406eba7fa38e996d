/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch, help and the one place that prints errors. Started by the keeper (harness/keeper) with the user's
 * arguments. */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/version.h"
#include "harness/cli/command.h"
#include "harness/report/escape.h"

const struct command *const command_table[] = {
	&cmd_run, &cmd_list, &cmd_doctor, &cmd_report, &cmd_clean, NULL,
};

static void print_usage(FILE *out)
{
	(void)fputs("usage: tare COMMAND [OPTION]...\n\n"
		    "Starts the same workload on the bare host, in containers and in virtual machines,\n"
		    "and weighs each box: start-up, memory, disk.\n\n", out);
	for (size_t i = 0; command_table[i]; i++)
		(void)fprintf(out, "  %-8s %s\n", command_table[i]->name, command_table[i]->summary);
	(void)fputs("  help     this text, or with the name of a command its options\n\n"
		    "exit status: 0 done; 1 a result says no; 2 usage or bad input;\n"
		    "3 the host cannot do it; 130 interrupted (the report is valid all the same)\n\n"
		    "examples:\n"
		    "  tare run                                  the comparison, in about two minutes\n"
		    "  tare run startup --subjects process,namespace --blocks 20\n"
		    "  tare run compare --subjects namespace,vm:machine=q35:libvirt=stock\n"
		    "  tare report results/runs/RUN --format md > report.md\n", out);
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; command_table[i]; i++)
		if (!strcmp(command_table[i]->name, name))
			return command_table[i];
	return NULL;
}

/* Prints the error, if there is one, and gives the exit status. */
static int command_exit(int rc, const struct error *err)
{
	static const int statuses[] = {
		[ERROR_FAULT] = EXIT_NO, [ERROR_INPUT] = EXIT_USAGE, [ERROR_HOST] = EXIT_HOST,
	};

	if (rc >= 0)
		return rc;
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, err->text);

	(void)fprintf(stderr, "tare: %s\n", clean);
	return statuses[err->class];
}

static int command_exec(const struct command *command, int argc, char **argv)
{
	char name[64];
	struct error err = {0};

	(void)snprintf(name, sizeof(name), "tare %s", command->name);
	argv[0] = name;
	program_invocation_name = program_invocation_short_name = name;
	int status = command_exit(command->exec(argc, argv, &err), &err);

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	(void)fputs("tare: cannot write to standard output\n", stderr);
	return status ? status : EXIT_NO;
}

static int command_unknown(const char *name)
{
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, name);

	(void)fprintf(stderr, "tare: '%.64s' is not a command; tare help lists them\n", clean);
	return EXIT_USAGE;
}

static int show_help(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stdout);
		return EXIT_DONE;
	}
	const struct command *command = command_find(argv[1]);
	char help[] = "--help";
	char *arguments[] = {NULL, help, NULL};

	return command ? command_exec(command, 2, arguments) : command_unknown(argv[1]);
}

int main(int argc, char **argv)
{
	argp_err_exit_status = EXIT_USAGE;
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return show_help(argc - 1, argv + 1);
	if (!strcmp(argv[1], "version") || !strcmp(argv[1], "--version")) {
		(void)printf("tare %s (%s)\n", version_text(), version_commit());
		return EXIT_DONE;
	}
	const struct command *command = command_find(argv[1]);

	return command ? command_exec(command, argc - 1, argv + 1) : command_unknown(argv[1]);
}
