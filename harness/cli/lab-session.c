/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/lab-session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/cli/command.h"
#include "harness/cli/run-folder.h"
#include "harness/model/digests.h"
#include "harness/model/runtime.h"
#include "harness/report/escape.h"
#include "harness/report/report.h"
#include "harness/report/text-wrap.h"

#define ARGUMENTS_MAX 24

static void say(const char *text)
{
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, text);

	text_wrap(stdout, clean, 0, 0);
}

static void ask_one(const struct lab_prediction *p, size_t number)
{
	cleanup_free char *ask = alloc_format("%zu. %s", number, p->ask);

	say(ask);
	(void)fputs("   [", stdout);
	for (const struct json *c = json_first(p->choices); c; c = json_next(c))
		(void)printf("%s%s", json_text_of(c, ""), json_next(c) ? ", " : "");
	(void)printf("%s] > ", p->choices ? "" : !strcmp(p->unit, "percent") ? "%" : p->unit);
	(void)fflush(stdout);
}

/* The answer, or "" for none; NULL: the input has ended. For free(). */
static char *read_answer(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length = getline(&line, &size, stdin);

	if (length < 0) {
		free(line);
		return NULL;
	}
	while (length && strchr(" \t\r\n", line[length - 1]))
		line[--length] = '\0';
	if (!isatty(STDIN_FILENO)) /* nobody saw what was typed */
		(void)puts(line);
	return line;
}

/* Asks until each question has an answer or an empty line. */
static int ask(const struct lab *lab, struct json *predictions, struct error *err)
{
	(void)puts("\nYour prediction, before anything runs (an empty line: none):\n");
	for (size_t i = 0; i < lab->prediction_count;) {
		const struct lab_prediction *p = &lab->predictions[i];

		ask_one(p, i + 1);
		cleanup_free char *answer = read_answer();

		if (!answer)
			return error_input(err, "standard input ended before the prediction '%.32s'; an empty line is "
						"none", p->id);
		if (*answer && !lab_takes(p, answer)) {
			(void)puts(p->choices ? "   One of these words, please." : "   A number above 0, please.");
			continue;
		}
		json_add_text(predictions, p->id, answer);
		i++;
	}
	return 0;
}

static bool engine_answers(const char *name)
{
	const struct runtime *runtime = runtime_find(name);
	struct subject subject = {.runtime = runtime, .limits = {.memory_bytes = 256ull << 20, .cpus_count = 1}};
	struct finding finding = {.level = FINDING_OK};
	struct run run = {0};

	if (!runtime)
		return false;
	(void)snprintf(run.artifacts, sizeof(run.artifacts), "%s", places_artifacts());
	runtime->probe(&run, &subject, &finding);
	return finding.level < FINDING_FAIL;
}

/* Can it run here: does one of the engines answer? If not, it says which do not. */
static bool can_run(const struct lab *lab)
{
	cleanup_free char *names = alloc_text("");

	for (const struct json *n = json_first(lab->needs); n; n = json_next(n)) {
		if (engine_answers(json_text_of(n, "")))
			return true;
		char *longer = alloc_format("%s%s%s", names, *names ? " or " : "", json_text_of(n, ""));

		free(names);
		names = longer;
	}
	if (lab->needs)
		(void)printf("No %s answers here: the recording that comes with tare is shown instead.\n", names);
	return !lab->needs;
}

static char *run_folder(const struct lab *lab)
{
	cleanup_free char *name = alloc_format("lab-%s", lab->name);

	return run_folder_new(name);
}

static int save(const char *folder, const struct json *record, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/" LAB_FILE, folder);
	cleanup_free char *text = json_text(record, true);

	return file_write(path, text, strlen(text), err);
}

/* The run as `tare run` does it, so that its plan has a command that repeats it. */
static int measure(const struct lab *lab, const char *folder, struct error *err)
{
	cleanup_free char *out = alloc_format("--out=%s", folder);
	char name[] = "tare run", plots[] = "--plots=svg", scenario[64];
	char *arguments[ARGUMENTS_MAX + 1] = {name, scenario, out, plots}, *own[ARGUMENTS_MAX];
	int count = 4, owned = 0;

	(void)snprintf(scenario, sizeof(scenario), "%s", lab->scenario);
	for (const struct json *a = json_first(json_get(lab->json, "arguments")); a && count < ARGUMENTS_MAX;
	     a = json_next(a))
		arguments[count++] = own[owned++] = alloc_text(json_text_of(a, ""));
	int rc = cmd_run.exec(count, arguments, err);

	while (owned) /* argp has changed the order of the others */
		free(own[--owned]);
	return rc;
}

/* The recording's files in a folder of this lab's own, and the report of them. */
static int replay_recording(const struct lab *lab, const char *folder, struct error *err)
{
	static const char *const files[] = {RECORDING_PLAN, RECORDING_HOST, RECORDING_JOURNAL};
	struct report_wish wish = {.plots = "svg", .format = "text"};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_free char *from =
			alloc_format("%s/results/reference/%s/%s", places_data(), lab->recording, files[i]);
		cleanup_free char *to = alloc_format("%s/%s", folder, files[i]);

		rc = file_copy(from, to, err);
	}
	return rc < 0 ? rc : report_folder(folder, &wish, stdout, err);
}

static int show(const struct lab *lab, const char *folder, const struct json *record, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/" REPORT_JSON, folder);
	struct json *report = json_parse_file(path, err);
	struct page page = {.out = stdout, .style = PAGE_TEXT};

	if (!report)
		return -EINVAL;
	(void)puts("\nYour prediction beside the result:\n");
	lab_results(&page, lab, record, report);
	json_free(report);
	(void)puts("What to look at:\n");
	(void)lab_section(&page, lab, "What to look at");
	(void)puts("Questions:\n");
	(void)lab_section(&page, lab, "Questions");
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, folder);

	(void)printf("Charts: %s/" REPORT_HTML "\nHand in: tare lab --report\n", clean);
	return 0;
}

static int run_and_show(const struct lab *lab, bool replay, struct json *record, struct error *err)
{
	cleanup_free char *folder = run_folder(lab);
	int rc = file_make_dirs(folder, 0755, err);

	/* The prediction is on disk before anything is measured. */
	if (!rc)
		rc = save(folder, record, err);
	if (!rc)
		rc = replay ? replay_recording(lab, folder, err) : measure(lab, folder, err);
	if (rc < 0 || rc == EXIT_INTERRUPTED)
		return rc;
	int status = rc;

	rc = replay ? digests_write(folder, err) : 0;
	json_add_bool(record, "done", true);
	if (!rc)
		rc = save(folder, record, err);
	if (!rc)
		rc = show(lab, folder, record, err);
	return rc < 0 ? rc : status;
}

int lab_session(const struct lab *lab, bool replay, struct error *err)
{
	struct page page = {.out = stdout, .style = PAGE_TEXT};
	struct json *record = json_object(), *predictions = json_object();

	say(lab->title);
	(void)puts("");
	(void)lab_section(&page, lab, "What the textbook says");
	replay = replay || !can_run(lab);
	if (replay)
		(void)puts("A replay: the numbers are of another machine, named below.");
	else
		(void)printf("The run takes about %lld minute%s.\n", (long long)lab->minutes,
			     lab->minutes == 1 ? "" : "s");
	int rc = replay && !*lab->recording ?
			 error_input(err, "lab %s has no recording to replay", lab->name) : ask(lab, predictions, err);

	json_add_text(record, "lab", lab->name);
	json_add_bool(record, "replay", replay);
	json_add(record, "predictions", predictions);
	if (!rc)
		rc = run_and_show(lab, replay, record, err);
	json_free(record);
	return rc;
}
