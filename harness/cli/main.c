/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch, help and the one place that prints errors. Started by the keeper (harness/keeper) with the user's
 * arguments. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/version.h"
#include "harness/cli/help.h"
#include "harness/report/escape.h"

const struct command *const command_table[] = {
	&cmd_run, &cmd_list, &cmd_doctor, &cmd_report, &cmd_compare, &cmd_lab, &cmd_merge, &cmd_clean, &cmd_help, NULL,
};

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

int command_help(const char *name, struct error *err)
{
	const struct command *command = command_find(name);
	char help[] = "--help";
	char *arguments[] = {NULL, help, NULL};

	return command ? command_exec(command, 2, arguments) :
			 error_input(err, "'%.64s' is not a command; tare help lists them", name);
}

static int command_unknown(const char *name)
{
	struct error err = {0};

	return command_exit(error_input(&err, "'%.64s' is not a command; tare help lists them", name), &err);
}

int main(int argc, char **argv)
{
	argp_err_exit_status = EXIT_USAGE;
	/* libvirt's embedded driver has a thread for each guest: with an arena each none could use what others free. */
	(void)mallopt(M_ARENA_MAX, 1);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		help_print(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_print(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "version") || !strcmp(argv[1], "--version")) {
		(void)printf("tare %s (%s)\n", version_text(), version_commit());
		return EXIT_DONE;
	}
	const struct command *command = command_find(argv[1]);

	return command ? command_exec(command, argc - 1, argv + 1) : command_unknown(argv[1]);
}
