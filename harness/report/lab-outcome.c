/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says to the questions of a lab. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/json-find.h"
#include "harness/report/lab.h"

#define CLOSE 1.5 /* within this factor a guess is a good one */

static double unit_scale(const char *unit)
{
	return !strcmp(unit, "ms") ? 1e6 : !strcmp(unit, "MiB") ? 1048576 : !strcmp(unit, "percent") ? 0.01 : 1;
}

/* The sum of the numbers at a list of paths; NAN: one is not there. */
static double sum_of(const struct json *paths, const struct json *report)
{
	double sum = json_count(paths) ? 0 : NAN;

	for (const struct json *path = json_first(paths); path; path = json_next(path))
		sum += json_number_of(json_find(report, json_text_of(path, "")), NAN);
	return sum;
}

static char *number_outcome(const struct lab_prediction *p, const struct json *report)
{
	const struct json *over = json_get(p->row, "over");
	double value = sum_of(json_get(p->row, "value"), report);

	if (over)
		value /= sum_of(over, report);
	value /= unit_scale(p->unit);
	return isfinite(value) ? alloc_format(fabs(value) < 1000 ? "%.3g" : "%.0f", value) : NULL;
}

/* The text in the report, or the word that the lab has for it. */
static char *word_outcome(const struct lab_prediction *p, const struct json *report)
{
	const char *path = json_text_of(json_first(json_get(p->row, "value")), "");
	const char *text = json_text_of(json_find(report, path), NULL);

	return text ? alloc_text(json_get_text(json_get(p->row, "means"), text, text)) : NULL;
}

char *lab_outcome(const struct lab_prediction *prediction, const struct json *report)
{
	return prediction->choices ? word_outcome(prediction, report) : number_outcome(prediction, report);
}

static bool number_of(const char *text, double *ret_value)
{
	char *end;

	*ret_value = strtod(text, &end);
	return end != text && !end[strspn(end, " x%")] && isfinite(*ret_value) && *ret_value > 0;
}

bool lab_takes(const struct lab_prediction *prediction, const char *answer)
{
	double ignored;

	if (!prediction->choices)
		return number_of(answer, &ignored);
	for (const struct json *c = json_first(prediction->choices); c; c = json_next(c))
		if (!strcmp(json_text_of(c, ""), answer))
			return true;
	return false;
}

const char *lab_judge(const struct lab_prediction *prediction, const char *answer, const char *outcome, char text[64])
{
	double guess, truth;

	*text = '\0';
	if (!*answer || !outcome)
		return text;
	if (prediction->choices)
		return strcmp(answer, outcome) ? "wrong" : "right";
	if (!number_of(answer, &guess) || !number_of(outcome, &truth))
		return text;
	double factor = fmax(guess / truth, truth / guess);

	if (factor <= CLOSE)
		return "close";
	(void)snprintf(text, 64, "%.3g times too %s", factor, guess > truth ? "high" : "low");
	return text;
}

/* "28.3 times", "60 %", "different". */
static char *with_unit(const struct lab_prediction *p, const char *value)
{
	const char *unit = !strcmp(p->unit, "percent") ? "%" : p->unit;

	return *value ? alloc_format("%s%s%s", value, *unit ? " " : "", unit) : alloc_text("no answer");
}

/* "vm (tcg), restored (tcg): emulated ..."; nothing where no subject has a label. */
static void put_labels(struct page *page, const struct json *report)
{
	cleanup_free char *names = alloc_text("");

	for (const struct json *s = json_first(json_get(report, "subjects")); s; s = json_next(s)) {
		const char *label = json_get_text(s, "label", "");

		if (!*label)
			continue;
		char *longer = alloc_format("%s%s%s (%s)", names, *names ? ", " : "", json_get_text(s, "name", ""),
					    label);

		free(names);
		names = longer;
	}
	if (*names)
		page_paragraph(page, "Marked with a label: %s. These times say nothing about a VM with the CPU's "
				     "support.", names);
	page_gap(page);
}

void lab_results(struct page *page, const struct lab *lab, const struct json *record, const struct json *report)
{
	bool replay = json_get_bool(record, "replay", false);
	const char *const heads[] = {"question", "prediction", replay ? "recorded run" : "this run",
				     "so the prediction was"};
	struct table table = {.align = "srrl"};
	char judged[64];

	if (!page_full(page)) /* the table has no room for them */
		for (size_t i = 0; i < lab->prediction_count; i++)
			page_item(page, "", "%s: %s", lab->predictions[i].id, lab->predictions[i].ask);
	page_gap(page);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		table_add(&table, "%s", heads[i]);
	for (size_t i = 0; i < lab->prediction_count; i++) {
		const struct lab_prediction *p = &lab->predictions[i];
		const char *answer = json_get_text(json_get(record, "predictions"), p->id, "");
		cleanup_free char *outcome = lab_outcome(p, report);
		cleanup_free char *guess = with_unit(p, answer), *truth = with_unit(p, outcome ? outcome : "");

		table_add(&table, "%s", page_full(page) ? p->ask : p->id);
		table_add(&table, "%s", guess);
		table_add(&table, "%s", outcome ? truth : "not measured");
		table_add(&table, "%s", lab_judge(p, answer, outcome, judged));
	}
	page_table(page, &table);
	put_labels(page, report);
}
