/* SPDX-License-Identifier: Apache-2.0 */
/* The claims as data: what is wrong in the file is named, and the rules that look at a whole run. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/analyze/claims-decide.h"
#include "harness/analyze/claims-table.h"
#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/protocol.h"
#include "tests/unit/experiments.h"
#include "tests/unit/recorded.h"

#define ROW(id, kind, rule, how)                                                                             \
	"{\"id\":\"" id "\",\"kind\":\"" kind "\",\"decided_by\":\"" rule                                    \
	"\",\"text\":\"T.\",\"measured_by\":\"m\",\"how\":" how "}"
#define GOOD ROW("a-b", "floor", "memory", "\"h\"")
#define FILE_OF(rows) "{\"claims\":[" rows "]}"

static void wrong_files_are_named(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"[]", "claims.json: claims: an array of 1 to 64 claims"},
		{"{\"claims\":{}}", "claims: an array"},
		{"{\"claims\":[]}", "claims: an array"},
		{FILE_OF(GOOD ",7"), "claims[1]: is a number; an object"},
		{FILE_OF("{}"), "claims[0].id: is missing; a text"},
		{FILE_OF(ROW("A", "floor", "memory", "\"h\"")), "claims[0].id: 'A' has more than a-z"},
		{FILE_OF(ROW("a", "roof", "memory", "\"h\"")),
		 "claims[0].kind: 'roof' is none of floor, usual, any"},
		{FILE_OF(ROW("a", "any", "dice", "\"h\"")),
		 "claims[0].decided_by: 'dice' is none of start-up, memory"},
		{FILE_OF(ROW("a", "any", "disk", "\"\"")), "claims[0].how: must be 1 to 239 printable"},
		{FILE_OF(ROW("a", "any", "disk", "\"\\u001b[2J\"")),
		 "claims[0].how: must be 1 to 239 printable"},
		{FILE_OF(ROW("a", "any", "disk", "null")), "claims[0].how: is null; a text"},
		{FILE_OF(ROW("a", "any", "disk", "\"h\",\"hwo\":1")),
		 "claims[0].hwo: is not known; id, kind"},
		{FILE_OF(GOOD "," GOOD), "claims[1].id: 'a-b' is there twice as floor"},
	};
	struct claim_row rows[CLAIMS_MAX];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct json *json = json_parse(cases[i].text, strlen(cases[i].text), "claims.json", &err);

		assert_non_null(json);
		assert_true(claims_read(json, "claims.json", rows, &count, &err) < 0);
		assert_int_equal(err.class, ERROR_INPUT);
		if (!strstr(err.text, cases[i].error))
			fail_msg("%s: '%s' is not in '%s'", cases[i].text, cases[i].error, err.text);
		json_free(json);
	}
}

static void own_file_is_right(void **state)
{
	struct claim_row rows[CLAIMS_MAX];
	struct error err = {0};
	size_t count = 0;
	struct json *own = claims_own(&err);

	(void)state;
	assert_non_null(own);
	if (claims_read(own, "claims.json", rows, &count, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(count >= 13);
	for (size_t i = 0; i < count; i++)
		assert_non_null(strstr(rows[i].how, "tare run ")); /* how to measure it, as a command */
	json_free(own);
}

static const struct claim_result *claim(const struct recorded *run, const char *id)
{
	for (size_t i = 0; i < run->analysis.claims.count; i++)
		if (!strcmp(run->analysis.claims.rows[i].id, id))
			return &run->analysis.claims.rows[i];
	fail_msg("no claim %s", id);
	return NULL;
}

static void analyse_again(struct recorded *run)
{
	struct error err = {0};

	if (recorded_again(run, &err) < 0)
		fail_msg("%s", err.text);
}

static void write_add(struct recorded *run, const char *subject, int64_t allocated, size_t times)
{
	for (size_t i = 0; i < times; i++) {
		struct json *write = experiment_make_record("cow", "write", subject);

		json_add_text(write, "target", "large");
		json_add_text(write, "order", "first");
		json_add_int(write, "file_bytes", 64 << 20);
		json_add_int(write, "written_bytes", 1);
		json_add_int(write, "latency_ns", 20000000);
		json_add_int(write, "allocated_bytes", allocated);
		json_append(run->recording.experiments, write);
	}
}

/* A copy of the whole file is not cheap, one of a block is; two writes are too few to tell. */
static void first_writes_decide_copy_on_write(void **state)
{
	static const struct {
		int64_t allocated;
		size_t times;
		enum claim_verdict verdict;
	} cases[] = {{64 << 20, 5, CLAIM_REFUTED},
		     {4096, 5, CLAIM_SUPPORTED},
		     {16 << 20, 5, CLAIM_INCONCLUSIVE},
		     {64 << 20, 2, CLAIM_NOT_MEASURED}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorded *run = recorded_open("tcg");

		write_add(run, "namespace", cases[i].allocated, cases[i].times);
		write_add(run, "vm", 131072, 5);
		analyse_again(run);
		const struct claim_result *c = claim(run, "copy-on-write");

		assert_int_equal(c->verdict, cases[i].verdict);
		assert_non_null(strstr(c->caveat, c->verdict == CLAIM_NOT_MEASURED
							  ? "tare run cow"
							  : "vm (tcg) allocates 128"));
		recorded_close(run);
	}
}

static void images_add(struct recorded *run, const char *subject, int64_t shared, int block)
{
	struct json *images = experiment_make_record_in("layers", "images", subject, block);

	json_add_int(images, "images", 5);
	json_add_int(images, "apart_bytes", 10 << 20);
	json_add_int(images, "together_bytes", (10 << 20) - shared);
	json_add_int(images, "shared_bytes", shared);
	json_append(run->recording.experiments, images);
}

/* Five images could share four fifths. */
static void what_images_share_decides_layers(void **state)
{
	static const struct {
		int64_t shared;
		int turns;
		enum claim_verdict verdict;
	} cases[] = {{8 << 20, 3, CLAIM_SUPPORTED},
		     {4 << 20, 3, CLAIM_INCONCLUSIVE},
		     {1 << 19, 3, CLAIM_REFUTED},
		     {8 << 20, 2, CLAIM_NOT_MEASURED}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorded *run = recorded_open("tcg");

		for (int block = 0; block < cases[i].turns; block++) {
			images_add(run, "namespace", cases[i].shared, block);
			images_add(run, "vm", 7 << 20, block);
		}
		analyse_again(run);
		run->analysis.subjects[recorded_subject(run, "namespace")].runtime = "docker";
		struct claim_result r = {.verdict = CLAIM_NOT_MEASURED, .caveat = "how"};

		claim_decide_layers(&run->analysis, &r);
		assert_int_equal(r.verdict, cases[i].verdict);
		if (r.verdict == CLAIM_NOT_MEASURED)
			assert_string_equal(r.caveat, "how");
		else
			assert_non_null(strstr(r.caveat, "5 disks of vm (tcg)"));
		recorded_close(run);
	}
}

/* A pull of a change that moves a small part of the image supports it, one that moves most of it does not. */
static void what_is_moved_decides_the_registry(void **state)
{
	static const struct {
		int64_t moved;
		int turns;
		enum claim_verdict verdict;
	} cases[] = {{4 << 10, 3, CLAIM_SUPPORTED},
		     {300 << 10, 3, CLAIM_INCONCLUSIVE},
		     {1 << 20, 3, CLAIM_REFUTED},
		     {4 << 10, 2, CLAIM_NOT_MEASURED}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorded *run = recorded_open("tcg");

		for (int block = 0; block < cases[i].turns; block++) {
			experiments_add_travel(run->recording.experiments, "namespace", "first", block, 1 << 20);
			experiments_add_travel(run->recording.experiments, "namespace", "change", block,
					       cases[i].moved);
		}
		analyse_again(run);
		run->analysis.subjects[recorded_subject(run, "namespace")].runtime = "docker";
		struct claim_result r = {.verdict = CLAIM_NOT_MEASURED, .caveat = "how"};

		claim_decide_registry(&run->analysis, &r);
		assert_int_equal(r.verdict, cases[i].verdict);
		assert_string_equal(r.caveat, r.verdict == CLAIM_NOT_MEASURED ? "how" : "");
		if (r.verdict == CLAIM_SUPPORTED)
			assert_non_null(strstr(r.because, "in 250 ms, of which 1.00 MiB came"));
		recorded_close(run);
	}
}

/* The recorded containers as if they were a runtime, a daemon above it and a client above that. */
static void play_engine(struct recorded *run, double daemon, double client)
{
	static const char *const names[][2] = {{"process-a", "none"},
					       {"process-b", "crun"},
					       {"namespace-a", "docker"},
					       {"namespace-b", "docker-cli"}};
	const double *base = NULL;
	const double times[] = {1, 1, daemon, client};

	for (size_t i = 0; i < 4; i++) {
		size_t subject = recorded_subject(run, names[i][0]);
		const struct analysis_summary *sum =
			analysis_summary_find(&run->analysis, "request_to_ready_ns", subject);

		run->analysis.subjects[subject].runtime = names[i][1];
		base = base ? base : sum->values;
		for (size_t k = 0; k < sum->count; k++)
			sum->values[k] = times[i] * base[k] * (1 + 0.001 * (double)(k % 7));
	}
}

static void client_and_daemon_add_up(void **state)
{
	static const struct {
		double daemon, client;
		enum claim_verdict verdict;
	} cases[] = {{3, 8, CLAIM_SUPPORTED}, {3, 3, CLAIM_REFUTED}, {0.5, 8, CLAIM_REFUTED}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorded *run = recorded_open("aa");
		struct claim_result r = {.verdict = CLAIM_NOT_MEASURED, .caveat = "how"};

		claim_decide_daemon(&run->analysis, &r);
		assert_int_equal(r.verdict, CLAIM_NOT_MEASURED);
		assert_string_equal(r.caveat, "how");
		play_engine(run, cases[i].daemon, cases[i].client);
		claim_decide_daemon(&run->analysis, &r);
		assert_int_equal(r.verdict, cases[i].verdict);
		assert_string_equal(r.effect_of, "request_to_ready_ns: namespace-b / namespace-a");
		recorded_close(run);
	}
}

/* A guest without a system, by its own word; one that says it has one refutes it. */
static void a_bare_guest_decides_other_system(void **state)
{
	static const struct {
		const char *release;
		enum claim_verdict verdict;
	} cases[] = {{PROTOCOL_RELEASE_BARE, CLAIM_SUPPORTED}, {"6.1.0-amd64", CLAIM_REFUTED}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct recorded *run = recorded_open("tcg");
		size_t vm = recorded_subject(run, "vm");

		for (size_t k = 0; k < run->recording.briefs.count; k++)
			(void)snprintf(run->recording.held[k].identity.kernel_release,
				       sizeof(run->recording.held[k].identity.kernel_release), "%s",
				       cases[i].release);
		analyse_again(run);
		struct json *asked = json_object(), *options = json_object(),
			    *subject = json_copy(run->analysis.subjects[vm].json);

		json_add_text(options, "guest", "bare");
		json_add(asked, "options", options);
		json_add(subject, "asked", asked);
		run->analysis.subjects[vm].json = subject;
		struct claim_result r = {.verdict = CLAIM_NOT_MEASURED};

		claim_decide_system(&run->analysis, &r);
		assert_int_equal(r.verdict, cases[i].verdict);
		assert_true(r.pairs > 0);
		recorded_close(run);
		json_free(subject);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_files_are_named),
		cmocka_unit_test(own_file_is_right),
		cmocka_unit_test(first_writes_decide_copy_on_write),
		cmocka_unit_test(what_images_share_decides_layers),
		cmocka_unit_test(what_is_moved_decides_the_registry),
		cmocka_unit_test(client_and_daemon_add_up),
		cmocka_unit_test(a_bare_guest_decides_other_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
