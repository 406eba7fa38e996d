/* SPDX-License-Identifier: Apache-2.0 */
/* tare lab: predict, run, explain; or hand in what was done. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/cli/command.h"
#include "harness/cli/lab-runs.h"
#include "harness/cli/lab-session.h"
#include "harness/report/escape.h"

enum { OPT_REPORT = 0x100, OPT_REPLAY, OPT_WHO };

static const struct argp_option lab_options[] = {
	{"report", OPT_REPORT, NULL, 0,
	 "Write hand-in.md and hand-in.html from the newest run of each lab (default: do a lab)", 0},
	{"replay", OPT_REPLAY, NULL, 0,
	 "Use the recording that comes with tare, where nothing can be run (default: run)", 0},
	{"out", 'o', "DIR", 0, "Where the hand-in goes (default: the current folder)", 0},
	{"name", OPT_WHO, "TEXT", 0, "Whose hand-in it is (default: nobody's name)", 0},
	{0},
};

struct lab_arguments {
	const char *name, *out, *who;
	bool report, replay;
};

static error_t lab_option(int key, char *value, struct argp_state *state)
{
	struct lab_arguments *a = state->input;

	switch (key) {
	case OPT_REPORT:
		a->report = true;
		return 0;
	case OPT_REPLAY:
		a->replay = true;
		return 0;
	case OPT_WHO:
		a->who = value;
		return 0;
	case 'o':
		a->out = value;
		return 0;
	case ARGP_KEY_ARG:
		if (a->name)
			argp_error(state, "one lab at a time; '%.64s' is the second", value);
		a->name = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp lab_argp = {
	.options = lab_options,
	.parser = lab_option,
	.args_doc = "[NAME]",
	.doc = "A guided experiment of a few minutes: says what the textbook says, asks what you expect, measures it "
	       "on this machine, and shows both side by side. Without a name it lists the labs.\v"
	       "Predictions are read from standard input; an empty line is no prediction.\n\n"
	       "Examples:\n"
	       "  tare lab\n"
	       "  tare lab startup\n"
	       "  tare lab startup --replay\n"
	       "  tare lab --report --name 'Ada Lovelace'",
};

static int is_lab(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && !strcmp(entry->d_name + length - 5, ".json") && !strstr(entry->d_name, ".schema.");
}

static void list_lab(const char *file, const char *folder)
{
	cleanup_free char *name = alloc_format("%.*s", (int)strlen(file) - 5, file);
	struct error err = {0};
	struct lab lab;
	int rc = lab_load(name, folder, &lab, &err);
	cleanup_free char *title = escape_text(ESCAPE_TERMINAL, rc < 0 ? err.text : lab.title);
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, name);

	(void)printf("  %-12s %s%s\n", clean, title, rc < 0 || !lab.needs ? "" : " (engine)");
	if (!rc)
		lab_release(&lab);
}

static int list_labs(const char *folder, struct error *err)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_lab, alphasort);

	if (count < 0)
		return error_errno(err, errno, "%s: cannot list", folder);
	(void)puts("labs (tare lab NAME does one; each takes at most 5 minutes):");
	for (int i = 0; i < count; i++) {
		list_lab(entries[i]->d_name, folder);
		free(entries[i]);
	}
	free(entries);
	(void)puts("\nThen: tare lab --report writes what you hand in.");
	return EXIT_DONE;
}

static int hand_in(const struct lab_arguments *a, const char *folder, struct error *err)
{
	struct handin_run *runs;
	size_t count = lab_runs_find(places_runs(), &runs);
	int rc = count ? handin_write(runs, count, folder, a->who, a->out, err) :
			 error_input(err, "%s: no lab was done here yet; tare lab lists them", places_runs());

	lab_runs_free(runs, count);
	if (rc < 0)
		return rc;
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, a->out);

	(void)printf("%s/hand-in.md and %s/hand-in.html: %zu lab%s\n", clean, clean, count, count == 1 ? "" : "s");
	return EXIT_DONE;
}

static int lab_exec(int argc, char **argv, struct error *err)
{
	cleanup_free char *folder = alloc_format("%s/scenarios/labs", places_data());
	struct lab_arguments a = {.out = ".", .who = ""};
	struct lab lab;

	(void)argp_parse(&lab_argp, argc, argv, 0, NULL, &a);
	if (a.report)
		return hand_in(&a, folder, err);
	if (!a.name)
		return list_labs(folder, err);
	int rc = lab_load(a.name, folder, &lab, err);

	if (rc < 0)
		return rc;
	rc = lab_session(&lab, a.replay, err);
	lab_release(&lab);
	return rc;
}

const struct command cmd_lab = {
	.name = "lab",
	.arguments = "[NAME]",
	.summary = "a guided experiment: predict, run, explain; --report hands it in",
	.argp = &lab_argp,
	.exec = lab_exec,
};
