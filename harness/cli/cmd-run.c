/* SPDX-License-Identifier: Apache-2.0 */
/* tare run: scenario in, recording and report out. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "harness/analyze/stopping.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/base/quantity.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/run-folder.h"
#include "harness/measure/placement.h"
#include "harness/measure/session.h"
#include "harness/model/digests.h"
#include "harness/report/progress.h"
#include "harness/report/report.h"
#include "harness/report/sections.h"

enum { OPT_SUBJECTS = 's', OPT_BLOCKS = 'b', OPT_OUT = 'o', OPT_QUIET = 'q', OPT_SEED = 0x100, OPT_BUDGET, OPT_CONNECT,
       OPT_PLOTS, OPT_WARMUP, OPT_RESUME, OPT_PLOT, OPT_PLACEMENT, OPT_CACHE,
       OPT_PRECISION };

static const struct argp_option run_options[] = {
	{"subjects", OPT_SUBJECTS, "LIST", 0,
	 "Only these, in this order: names of the scenario's subjects, or RUNTIME[:OPTION=VALUE]...", 0},
	{"blocks", OPT_BLOCKS, "N", 0,
	 "Blocks of each kind that the scenario has, without warm-up (default: the scenario's)", 0},
	{"warmup", OPT_WARMUP, "N", 0, "Warm-up blocks of the latency kind (default: the scenario's)", 0},
	{"seed", OPT_SEED, "N", 0,
	 "Seed of the order, decimal or 0x...; the same seed gives the same plan (default: random)", 0},
	{"precision", OPT_PRECISION, "PCT", 0,
	 "As many blocks of start-up as it takes until the interval of every median and ratio is within this many "
	 "percent, such as 5: 10 at least, and 60 or --blocks at most (default: all of the scenario's blocks)", 0},
	{"budget", OPT_BUDGET, "TIME", 0,
	 "Start no new block after this time, such as 5min (default: none; with --precision 15min)", 0},
	{"out", OPT_OUT, "DIR", 0, "Folder of the run (default: results/runs/TIME-SCENARIO-ID in a checkout)",
	 0},
	{"resume", OPT_RESUME, "DIR", 0,
	 "Go on with the run in DIR that ended early, with the same plan and seed; says what has changed", 0},
	{"cache", OPT_CACHE, "warm|cold", 0,
	 "Page cache before each start: kernel, images and root tree in it, or dropped; proven for each sample "
	 "(default: warm; a subject may say cache=... itself)", 0},
	{"placement", OPT_PLACEMENT, PLACEMENT_POLICIES, 0,
	 "CPUs: split gives the harness a core of its own and the subjects the others (default: auto, a split where "
	 "there are three CPUs)", 0},
	{"connect", OPT_CONNECT, "URI", 0, "libvirt connection for VMs (default: the embedded driver)", 0},
	{"plots", OPT_PLOTS, "FORMATS", 0, "Charts to draw: svg, png, pdf, or none (default: svg,png)", 0},
	{"plot", OPT_PLOT, NULL, 0, "Also a chart of characters, in the terminal (default: none)", 0},
	{"quiet", OPT_QUIET, NULL, 0, "No progress, only the summary", 0},
	{0},
};

#define RUN_SCENARIOS_MAX 16

struct run_arguments {
	const char *scenarios[RUN_SCENARIOS_MAX];
	size_t scenario_count;
	const char *subjects, *out, *connect, *plots, *resume, *placement, *cache;
	uint64_t blocks, warmup, seed, budget_ns;
	double precision;
	bool quiet, plot, has_seed, has_warmup;
	struct error err;
};

static int parse_seed(const char *text, uint64_t *ret_seed, struct error *err)
{
	char *end;

	errno = 0;
	*ret_seed = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-')
		return error_input(err, "'%.64s' is not a seed; a number such as 42 or 0x5eed", text);
	return 0;
}

/* Returns 0, a negative errno with the error set, or ARGP_ERR_UNKNOWN. */
static int take_option(struct run_arguments *a, int key, const char *value)
{
	switch (key) {
	case OPT_SUBJECTS:
		a->subjects = value;
		return 0;
	case OPT_BLOCKS:
		return quantity_parse_count(value, 1, SCENARIO_BLOCKS_MAX, &a->blocks, &a->err);
	case OPT_WARMUP:
		a->has_warmup = true;
		return quantity_parse_count(value, 0, SCENARIO_BLOCKS_MAX, &a->warmup, &a->err);
	case OPT_SEED:
		a->has_seed = true;
		return parse_seed(value, &a->seed, &a->err);
	case OPT_BUDGET:
		return quantity_parse_ns(value, &a->budget_ns, &a->err);
	case OPT_PRECISION:
		return quantity_parse_percent(value, &a->precision, &a->err);
	case OPT_OUT:
		a->out = value;
		return 0;
	case OPT_RESUME:
		a->resume = value;
		return 0;
	case OPT_CONNECT:
		a->connect = value;
		return 0;
	case OPT_CACHE:
		a->cache = value;
		return text_is_choice(value, "warm|cold") ? 0
			: error_input(&a->err, "--cache '%.32s': warm or cold", value);
	case OPT_PLACEMENT:
		a->placement = value;
		return text_is_choice(value, PLACEMENT_POLICIES) ? 0
			: error_input(&a->err, "--placement '%.32s': one of " PLACEMENT_POLICIES, value);
	case OPT_PLOTS:
		a->plots = value;
		return 0;
	case OPT_PLOT:
		a->plot = true;
		return 0;
	case OPT_QUIET:
		a->quiet = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	struct run_arguments *a = state->input;

	if (key == ARGP_KEY_ARG) {
		if (a->scenario_count == RUN_SCENARIOS_MAX)
			argp_error(state, "too many scenarios");
		else
			a->scenarios[a->scenario_count++] = value;
		return 0;
	}
	int rc = take_option(a, key, value);

	if (rc < 0)
		argp_error(state, "%s", a->err.text);
	return rc;
}

static const struct argp run_argp = {
	.options = run_options,
	.parser = parse_option,
	.args_doc = "[SCENARIO|FILE.json]...",
	.doc = "Runs scenarios (default: compare) and writes for each a folder with samples, report and charts. "
	       "Ctrl-C ends it with a valid report of what was measured.\v"
	       "A TIME is a number with ns, us, ms, s or min. A subject is RUNTIME[:OPTION=VALUE]...; `tare list "
	       "RUNTIME` shows the options.\n\n"
	       "Examples:\n"
	       "  tare run\n"
	       "  tare run startup --subjects process,namespace --blocks 20\n"
	       "  tare run compare --subjects namespace,vm:machine=q35:libvirt=stock\n"
	       "  tare run startup --precision 5 --budget 5min\n"
	       "  tare run my.json --out runs/first --seed 42 --budget 5min",
};

static void show_sample(void *data, const struct session_progress *p)
{
	const struct metric *metric = metric_table;

	while (metric->kind != p->step->kind || !metric->headline || !metric_is_of_samples(metric))
		if (++metric == metric_table + metric_count)
			return; /* an experiment tells of itself */
	struct progress_step step = {
		.units = section_units(metric),
		.value = metric_of_sample(metric, p->sample),
		.done = p->done,
		.total = p->total,
		.left_ns = p->left_ns,
		.kind = block_kind_name(p->step->kind),
		.subject = p->sample->subject,
		.status = sample_status_name(p->sample->status),
		.block = p->step->block,
		.first_of_block = !p->step->position,
	};

	progress_show(data, &step);
}

static void show_record(void *data, const char *subject, const char *what, size_t count)
{
	progress_within(data, subject, what, count);
}

static void show_notice(void *data, const char *text)
{
	progress_note(data, text);
}

/* The blocks are the most that there may be: the other kinds keep theirs. */
static int apply_precision(const struct run_arguments *a, struct scenario *scenario, struct error *err)
{
	struct block_counts *latency = &scenario->blocks[BLOCK_LATENCY];

	if (!latency->count)
		return error_input(err, "--precision: '%s' has no blocks of start-up", scenario->name);
	if (a->blocks && a->blocks < STOPPING_MIN_BLOCKS)
		return error_input(err, "--precision: %llu blocks are too few to tell; %d at least",
				   (unsigned long long)a->blocks, STOPPING_MIN_BLOCKS);
	if (a->blocks || latency->count < STOPPING_MAX_BLOCKS)
		latency->count = a->blocks ? a->blocks : STOPPING_MAX_BLOCKS;
	if (a->has_warmup)
		latency->warmup = a->warmup;
	return 0;
}

static void apply_counts(const struct run_arguments *a, struct scenario *scenario)
{
	for (size_t kind = 0; kind < BLOCK_KIND_COUNT; kind++)
		if (scenario->blocks[kind].count && a->blocks)
			scenario->blocks[kind].count = a->blocks;
	if (scenario->blocks[BLOCK_LATENCY].count && a->has_warmup)
		scenario->blocks[BLOCK_LATENCY].warmup = a->warmup;
}

static int load_scenario(const struct run_arguments *a, const char *name, struct scenario *ret_scenario,
			 struct error *err)
{
	cleanup_free char *scenarios = alloc_format("%s/scenarios", places_data());
	int rc = scenario_load(name, scenarios, ret_scenario, err);

	if (!rc && a->subjects) {
		rc = scenario_select(ret_scenario, a->subjects, err);
		if (rc < 0)
			scenario_release(ret_scenario);
	}
	if (rc < 0)
		return rc;
	if (!(a->precision > 0)) {
		apply_counts(a, ret_scenario);
		return 0;
	}
	rc = apply_precision(a, ret_scenario, err);
	if (rc < 0)
		scenario_release(ret_scenario);
	return rc;
}

/* Runs it, and reports what was measured, whatever ended the run. */
static int run_scenario(const struct run_arguments *a, struct scenario *scenario,
			const struct session_options *asked, struct error *err)
{
	struct progress progress;
	struct session_result result = {0};
	struct session_options options = *asked;

	progress_init(&progress, a->quiet);
	options.on_sample = show_sample;
	options.on_record = show_record;
	options.on_notice = show_notice;
	options.data = &progress;
	int rc = session_run(scenario, &options, &result, err);

	progress_end(&progress);
	if (rc < 0 && !result.samples && !result.records)
		return rc;
	if (result.orphaned)
		return EXIT_INTERRUPTED; /* at once; `tare report` says what was measured */
	struct error report_err = {0};

	/* What ended the run is said already, and a full disk has no room for this either. */
	if (digests_write(options.folder, &report_err) < 0 && rc >= 0)
		progress_note(&progress, report_err.text);
	/* Who interrupts does not want to wait for charts; `tare report` draws them. */
	struct report_wish wish = {
		.plots = result.interrupted ? "none" : a->plots,
		.format = "text",
		.terminal = a->plot && !result.interrupted,
	};
	int report_rc = report_folder(options.folder, &wish, stdout, rc < 0 ? &report_err : err);

	if (rc < 0)
		return error_wrap(err, rc, "the run ended early, tare run --resume %s goes on", options.folder);
	if (report_rc < 0)
		return report_rc;
	if (result.interrupted)
		return EXIT_INTERRUPTED;
	return result.failed_subjects ? EXIT_NO : EXIT_DONE;
}

static int run_one(const struct run_arguments *a, const char *name, int argc, char **argv, struct error *err)
{
	struct scenario scenario;
	int rc = load_scenario(a, name, &scenario, err);

	if (rc < 0)
		return rc;
	cleanup_free char *folder = a->out ? alloc_text(a->out) : run_folder_new(scenario.name);
	struct session_options options = {
		.folder = folder,
		.connect_uri = a->connect,
		.placement = a->placement,
		.cache = a->cache,
		.seed = a->seed,
		.budget_ns = a->budget_ns || !(a->precision > 0) ? a->budget_ns : STOPPING_BUDGET_NS,
		.precision = a->precision,
		.argument_count = argc,
		.arguments = argv,
	};

	rc = run_scenario(a, &scenario, &options, err);
	scenario_release(&scenario);
	return rc;
}

static int run_resume(const struct run_arguments *a, int argc, char **argv, struct error *err)
{
	struct session_options options = {.budget_ns = a->budget_ns,
					  .precision = a->precision,
					  .argument_count = argc,
					  .arguments = argv};
	struct recording earlier;
	struct scenario scenario;

	if (a->scenario_count || a->subjects || a->out || a->connect || a->placement || a->cache || a->blocks ||
	    a->has_warmup || a->has_seed)
		return error_input(err, "--resume: takes scenario, subjects, counts, seed and connection from its "
				   "folder; only --budget, --precision, --plots and --quiet may be given with it");
	int rc = recording_load(a->resume, &earlier, err);

	if (rc < 0)
		return rc;
	rc = session_recall(&earlier, &scenario, &options, err);
	if (!rc) {
		rc = run_scenario(a, &scenario, &options, err);
		scenario_release(&scenario);
	}
	recording_release(&earlier);
	return rc;
}

static int run_exec(int argc, char **argv, struct error *err)
{
	struct run_arguments a = {.plots = "svg,png"};
	int status = EXIT_DONE;

	(void)argp_parse(&run_argp, argc, argv, 0, NULL, &a);
	if (report_check_plots(a.plots, err) < 0)
		return err->code;
	if (a.resume)
		return run_resume(&a, argc, argv, err);
	if (!a.scenario_count)
		a.scenarios[a.scenario_count++] = "compare";
	if (a.out && a.scenario_count > 1)
		return error_input(err, "--out: takes one scenario; %zu were given", a.scenario_count);
	if (!a.has_seed)
		(void)!getrandom(&a.seed, sizeof(a.seed), 0);
	for (size_t i = 0; i < a.scenario_count; i++) {
		int rc = run_one(&a, a.scenarios[i], argc, argv, err);

		if (rc < 0 || rc == EXIT_INTERRUPTED)
			return rc;
		status = rc ? rc : status;
	}
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.arguments = "[SCENARIO|FILE.json]...",
	.summary = "run scenarios and report: start-up, memory, disk of each subject",
	.argp = &run_argp,
	.exec = run_exec,
};
