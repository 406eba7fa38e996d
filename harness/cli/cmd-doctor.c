/* SPDX-License-Identifier: Apache-2.0 */
/* tare doctor: what about this host bends the numbers, and what can be done about it. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/cli/command.h"
#include "harness/cli/doctor-deep.h"
#include "harness/host/doctor.h"
#include "harness/host/topology.h"
#include "harness/report/colour.h"
#include "harness/report/text-wrap.h"

enum doctor_key {
	KEY_JSON = 0x100,
	KEY_FIX,
	KEY_OUT,
	KEY_DEEP,
	KEY_VERBOSE = 'v',
};

struct doctor_arguments {
	bool json, fix, verbose, deep;
	const char *out;
};

static const struct argp_option doctor_options_table[] = {
	{"json", KEY_JSON, NULL, 0, "Print the findings as a JSON array", 0},
	{"print-fix", KEY_FIX, NULL, 0, "Print only the shell lines that would help; nothing is run", 0},
	{"deep", KEY_DEEP, NULL, 0,
	 "Also measure the noise floor of this host: one subject under two names (about a minute)", 0},
	{"out", KEY_OUT, "DIR", 0, "Judge the file system of this folder (default: the current one)", 0},
	{"verbose", KEY_VERBOSE, NULL, 0, "Say why it matters for every finding, not only from warn on", 0},
	{0},
};

static error_t doctor_parse(int key, char *value, struct argp_state *state)
{
	struct doctor_arguments *arguments = state->input;

	switch (key) {
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case KEY_FIX:
		arguments->fix = true;
		return 0;
	case KEY_DEEP:
		arguments->deep = true;
		return 0;
	case KEY_VERBOSE:
		arguments->verbose = true;
		return 0;
	case KEY_OUT:
		arguments->out = value;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "doctor takes no argument '%s'", value);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp doctor_argp = {
	.options = doctor_options_table,
	.parser = doctor_parse,
	.doc = "Looks at this host and says what about it bends the numbers. Changes nothing; --deep runs a scenario "
	       "and keeps what it found.\v"
	       "Levels: ok; info: worth knowing beside the numbers; warn: a flag stands beside each number "
	       "it touches; "
	       "fail: the numbers are not usable as they are. Findings are no failure of the command: it "
	       "ends "
	       "with 0 whatever it finds, 2 for wrong options.\n\n"
	       "Examples:\n"
	       "  tare doctor\n"
	       "  tare doctor --deep\n"
	       "  tare doctor --print-fix > fix.sh       (read it before you run it)\n"
	       "  tare doctor --json --out /srv/results",
};

#define COLUMN_VALUE 16 /* after level and check */
#define COLUMN_SAY 6

static void print_level(enum finding_level level, bool colour)
{
	static const char *const colours[] = {
		[FINDING_OK] = "\033[32m",
		[FINDING_INFO] = "\033[36m",
		[FINDING_WARN] = "\033[33m",
		[FINDING_FAIL] = "\033[31m",
	};

	(void)printf("%s%-4s%s", colour ? colours[level] : "", finding_level_name(level),
		     colour ? "\033[0m" : "");
}

static void print_said(const char *label, const char *text)
{
	if (text[0]) {
		int column = printf("%*s%s: ", COLUMN_SAY, "", label);

		text_wrap(stdout, text, column, COLUMN_SAY + 2);
	}
}

static void print_table(const struct finding *findings, size_t count, bool verbose)
{
	bool colour = colour_wanted(stdout);
	unsigned levels[FINDING_FAIL + 1] = {0};

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &findings[i];

		levels[f->level]++;
		print_level(f->level, colour);
		(void)printf("  %-8s  ", f->id);
		text_wrap(stdout, f->value, COLUMN_VALUE, COLUMN_VALUE);
		if (verbose || f->level >= FINDING_WARN) {
			print_said("why", f->reason);
			print_said("fix", f->remedy);
		}
	}
	(void)printf("\n%u ok, %u info, %u warn, %u fail\n", levels[FINDING_OK], levels[FINDING_INFO],
		     levels[FINDING_WARN], levels[FINDING_FAIL]);
}

/* The CPUs, and what a run that splits them would use each for. */
static void print_topology(void)
{
	struct topology topology;

	if (topology_read(&topology, NULL) == 0 && *topology.drawing)
		(void)printf("\nCPUs, as --placement split divides them\n%s", topology.drawing);
}

static void print_fixes(const struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (findings[i].level >= FINDING_WARN && doctor_remedy_is_command(&findings[i]))
			(void)printf("%s  # %s\n", findings[i].remedy, findings[i].id);
}

/* The array of findings; with --deep an object with what was measured beside it. Takes the parts of `deep`. */
static void print_json(const struct finding *findings, size_t count, struct deep *deep)
{
	struct json *findings_array = doctor_json(findings, count), *all = findings_array;

	if (deep->floor) {
		all = json_object();
		json_add(all, "doctor", findings_array);
		json_add(all, "noise_floor", deep->floor);
		json_add(all, "alarms", deep->alarms);
		deep->floor = deep->alarms = NULL;
	}
	cleanup_free char *text = json_text(all, true);

	(void)fputs(text, stdout);
	json_free(all);
}

static int doctor_exec(int argc, char **argv, struct error *err)
{
	struct doctor_arguments arguments = {.out = "."};
	struct finding findings[DOCTOR_FINDINGS_MAX];

	if (argp_parse(&doctor_argp, argc, argv, 0, NULL, &arguments))
		return error_input(err, "doctor: options that cannot be read");
	if (arguments.fix && (arguments.json || arguments.deep))
		return error_input(err, "doctor: --print-fix excludes --json and --deep");
	const struct doctor_options options = {.storage_path = arguments.out};
	size_t count = doctor_run(&options, findings, DOCTOR_FINDINGS_MAX);
	struct deep deep = {0};

	if (arguments.deep) {
		int rc = deep_run(arguments.json, &deep, err);

		if (rc < 0)
			return rc == -EINTR ? EXIT_INTERRUPTED : rc;
		if (count < DOCTOR_FINDINGS_MAX)
			findings[count++] = deep.finding;
	}
	if (arguments.json)
		print_json(findings, count, &deep);
	else if (arguments.fix)
		print_fixes(findings, count);
	else
		print_table(findings, count, arguments.verbose);
	if (!arguments.json && !arguments.fix)
		print_topology();
	if (deep.floor)
		deep_print(&deep);
	json_free(deep.floor);
	json_free(deep.alarms);
	return EXIT_DONE;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "say what about this host bends the numbers",
	.argp = &doctor_argp,
	.exec = doctor_exec,
};
