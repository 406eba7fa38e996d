/* SPDX-License-Identifier: Apache-2.0 */
/* tare list: every row, usable or not, with the reason. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/places.h"
#include "harness/cli/command.h"
#include "harness/model/runtime.h"
#include "harness/model/scenario.h"
#include "harness/report/escape.h"

static const struct argp_option list_table[] = {
	{"names", 'n', NULL, 0, "Only the names, one a line, also of labs (default: all that is known)", 0},
	{0},
};

struct list_arguments {
	const char *what;
	bool names;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	struct list_arguments *a = state->input;

	if (key == 'n')
		a->names = true;
	if (key != 'n' && key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (key == ARGP_KEY_ARG && a->what)
		argp_usage(state);
	if (key == ARGP_KEY_ARG)
		a->what = value;
	return 0;
}

static const struct argp list_argp = {
	.options = list_table,
	.parser = parse_option,
	.args_doc = "[runtimes|scenarios|workloads|RUNTIME]",
	.doc = "Lists the runtimes with what this host can do, the scenarios, the workloads, or the options of one "
	       "runtime.\v"
	       "Examples:\n"
	       "  tare list\n"
	       "  tare list workloads\n"
	       "  tare list vm",
};

static void probe_default(const struct runtime *runtime, struct finding *ret_finding)
{
	struct run run = {0};
	struct subject subject = {
		.runtime = runtime,
		.limits = {.memory_bytes = 256ull << 20, .pids_count = 64, .cpus_count = 1},
	};

	*ret_finding = (struct finding){.level = FINDING_OK};
	(void)snprintf(run.artifacts, sizeof(run.artifacts), "%s", places_artifacts());
	runtime->probe(&run, &subject, ret_finding);
}

static void list_runtime(const struct runtime *runtime)
{
	static const char *const states[] = {
		[FINDING_OK] = "ready", [FINDING_INFO] = "ready", [FINDING_WARN] = "limited", [FINDING_FAIL] = "no"};
	struct finding finding;

	probe_default(runtime, &finding);
	(void)printf("%-10s %-8s %s\n", runtime->name, states[finding.level], runtime->summary);
	if (finding.level >= FINDING_WARN && *finding.reason)
		(void)printf("%-20s%s\n", "", finding.reason);
	if (finding.level >= FINDING_WARN && *finding.remedy)
		(void)printf("%-20s%s\n", "", finding.remedy);
}

static int list_runtimes(struct error *err)
{
	(void)err;
	(void)puts("runtimes (tare list RUNTIME shows the options of one):");
	for (size_t i = 0; runtimes[i]; i++)
		list_runtime(runtimes[i]);
	return 0;
}

static void list_options(const struct runtime *runtime)
{
	list_runtime(runtime);
	(void)printf("\noptions, as %s:OPTION=VALUE or under \"options\" of a scenario's subject:\n", runtime->name);
	for (const struct runtime_option *o = runtime->options; o && o->name; o++)
		(void)printf("  %-10s %s\n%13sdefault %s%s%s\n", o->name, o->summary, "", o->fallback,
			     o->choices ? "; one of " : "", o->choices ? o->choices : "");
	(void)printf("  %-10s %s\n  %-10s %s\n  %-10s %s\n", "root",
		     "image or none (nothing but the payload)", "memory",
		     "limit of a container, RAM of a guest: 256MiB", "timeout", "from start to ready: 30s");
}

static int is_scenario(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && !strcmp(entry->d_name + length - 5, ".json") && !strstr(entry->d_name, ".schema.") &&
	       strcmp(entry->d_name, "claims.json") != 0;
}

static void list_scenario(const char *folder, const char *file)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, file);
	struct scenario scenario;
	struct error err = {0};

	int rc = scenario_load(path, folder, &scenario, &err);
	cleanup_free char *name = escape_text(ESCAPE_TERMINAL, file);
	cleanup_free char *text = escape_text(ESCAPE_TERMINAL, rc < 0 ? err.text : scenario.title);

	if (rc < 0) {
		(void)printf("%-14.*s %s\n", (int)strlen(name) - 5, name, text);
		return;
	}
	(void)printf("%-14s %s\n%15s", scenario.name, text, "");
	for (size_t i = 0; i < scenario.subject_count; i++)
		(void)printf("%s%s", i ? ", " : "subjects: ", scenario.subjects[i].name);
	(void)puts("");
	scenario_release(&scenario);
}

static int list_scenarios(struct error *err)
{
	cleanup_free char *folder = alloc_format("%s/scenarios", places_data());
	struct dirent **entries;
	int count = scandir(folder, &entries, is_scenario, alphasort);

	if (count < 0)
		return error_errno(err, errno, "%s: cannot list", folder);
	(void)puts("scenarios:");
	for (int i = 0; i < count; i++) {
		list_scenario(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static int list_workloads(struct error *err)
{
	(void)err;
	(void)puts("workloads (tare run NAME runs one in every box, tare run overhead all of them):");
	for (size_t i = 0; i <= workload_count; i++) {
		const struct workload *workload = i < workload_count ? &workload_table[i] : &workload_program;

		(void)printf("%-14s %-8s per %s\n%24s%s\n", workload->name, workload_class_name(workload->class),
			     workload->operation, "", workload->shows);
	}
	return 0;
}

static int print_names(const char *below, struct error *err)
{
	cleanup_free char *folder = alloc_format("%s/%s", places_data(), below);
	struct dirent **entries;
	int count = scandir(folder, &entries, is_scenario, alphasort);

	if (count < 0)
		return error_errno(err, errno, "%s: cannot list", folder);
	for (int i = 0; i < count; i++) {
		cleanup_free char *name = escape_text(ESCAPE_TERMINAL, entries[i]->d_name);

		(void)printf("%.*s\n", (int)strlen(name) - 5, name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static int list_names(const char *what, struct error *err)
{
	if (what && !strcmp(what, "scenarios"))
		return print_names("scenarios", err);
	if (what && !strcmp(what, "labs"))
		return print_names("scenarios/labs", err);
	if (what && strcmp(what, "runtimes") != 0 && strcmp(what, "workloads") != 0)
		return error_input(err, "--names: '%.64s' has no names; runtimes, scenarios, workloads or labs", what);
	for (size_t i = 0; what && *what == 'w' && i < workload_count; i++)
		(void)puts(workload_table[i].name);
	for (size_t i = 0; !(what && *what == 'w') && runtimes[i]; i++)
		(void)puts(runtimes[i]->name);
	return 0;
}

static int list_exec(int argc, char **argv, struct error *err)
{
	struct list_arguments a = {0};

	(void)argp_parse(&list_argp, argc, argv, 0, NULL, &a);
	const char *what = a.what;

	if (a.names)
		return list_names(what, err);
	if (what && !strcmp(what, "scenarios"))
		return list_scenarios(err);
	if (what && !strcmp(what, "runtimes"))
		return list_runtimes(err);
	if (what && !strcmp(what, "workloads"))
		return list_workloads(err);
	const struct runtime *runtime = what ? runtime_find(what) : NULL;

	if (runtime) {
		list_options(runtime);
		return EXIT_DONE;
	}
	if (what)
		return error_input(
			err,
			"'%.64s' is not something to list; runtimes, scenarios, workloads or a runtime's name", what);
	int rc = list_runtimes(err);

	(void)puts("");
	return rc < 0 ? rc : list_scenarios(err);
}

const struct command cmd_list = {
	.name = "list",
	.arguments = "[runtimes|scenarios|workloads|RUNTIME]",
	.summary = "what there is to run, and whether this host can, with the reason",
	.argp = &list_argp,
	.exec = list_exec,
};
