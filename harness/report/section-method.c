/* SPDX-License-Identifier: Apache-2.0 */
/* How the numbers are defined, and how to get them again. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/recording.h"
#include "harness/report/sections.h"

/* What each number is; the rules are those of the method's specification. */
void section_definitions(struct page *page, const struct analysis *a)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{"start-up",
		 "from request, stamped by the harness before the first action for this instance, to ready_obs, "
		 "when it has the payload's ready byte: one clock, one observer, no correction (1.2, R1.28)"},
		{"start-up to the first guest instruction",
		 "from request to the start of the virtual CPUs: what the accelerator has no part in (1.5)"},
		{"memory of one idle instance",
		 "sum of Pss, kernel memory of the cgroup and private page cache, once settled (2.1, R2.4)"},
		{"disk of one instance",
		 "allocated bytes of the instance's own layer at ready, after syncfs (R3.1, R3.4)"},
		{"median and interval", "exact, from order statistics; no normal data assumed (5.2)"},
		{"ratio", "Hodges-Lehmann on logarithms of values paired by block, interval from signed ranks (5.3)"},
		{"verdict",
		 "interval against a band of 5 %, p adjusted over all comparisons of the report (Holm; 5.5)"},
		{"timeout", "counts as longer than every other value; other failures are counted, not timed (R5.10)"},
		{"warm-up", "kept in the journal, in no statistic (R5.2)"},
	};

	page_heading(page, "How each number is defined");
	page_paragraph(page, "Numbers in brackets are the rules of the method, version %lld.",
		       (long long)json_get_int(a->recording->plan, "method_version", METHOD_VERSION));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *lead = alloc_format("%s:", rows[i].what);

		page_item(page, lead, "%s", rows[i].text);
	}
	page_gap(page);
}

/* A word as a shell takes it back: as it is where it holds nothing of the shell's, else in single quotes. */
static void put_word(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:=/+@%";

	if (*word && word[strspn(word, plain)] == '\0') {
		(void)fputs(word, out);
		return;
	}
	(void)fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(*word, out);
	(void)fputc('\'', out);
}

/* "tare run compare --blocks 5", as it was given, with the seed that it chose; for free(). */
static char *command_of(const struct json *run)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	bool seeded = false;

	for (const struct json *a = json_first(json_get(run, "argv")); a; a = json_next(a)) {
		const char *word = json_text_of(a, "");

		(void)fputs(length || ftell(out) > 0 ? " " : "", out);
		put_word(out, word);
		seeded |= !strncmp(word, "--seed", strlen("--seed"));
	}
	const char *seed = json_get_text(run, "seed", "");

	if (!seeded && *seed && ftell(out) > 0) {
		(void)fputs(" --seed ", out);
		put_word(out, seed);
	}
	(void)fclose(out);
	return text;
}

void section_repeat(struct page *page, const struct analysis *a)
{
	const struct json *run = json_get(a->recording->plan, "run");
	cleanup_free char *command = command_of(run);

	page_heading(page, "Run it again");
	if (*command) {
		page_paragraph(page, "The same plan in the same order (another host has other numbers):");
		page_code(page, "%s", command);
		page_gap(page);
	}
	page_paragraph(page, "Every answer here again from the run's folder, byte for byte, without measuring:");
	page_code(page, "tare report DIR");
	page_gap(page);
}
