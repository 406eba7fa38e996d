/* SPDX-License-Identifier: Apache-2.0 */
/* What decides a claim, and above all what must not: TCG says nothing about the speed of KVM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/recorded.h"

static const struct claim_result *claim(const struct recorded *run, const char *id, const char *kind)
{
	for (size_t i = 0; i < run->analysis.claims.count; i++)
		if (!strcmp(run->analysis.claims.rows[i].id, id) && !strcmp(run->analysis.claims.rows[i].kind, kind))
			return &run->analysis.claims.rows[i];
	fail_msg("no claim %s/%s", id, kind);
	return NULL;
}

static void kvm_decides_by_the_whole_start(void **state)
{
	struct recorded *run = recorded_open("kvm");
	const struct claim_result *c = claim(run, "starts-faster", "floor");

	(void)state;
	assert_int_equal(c->verdict, CLAIM_SUPPORTED);
	assert_int_equal(c->amount_verdict, CLAIM_SUPPORTED);
	assert_float_equal(c->effect.value, 99.00469977644204, 1e-9);
	assert_string_equal(c->effect_of, "request_to_ready_ns: vm / namespace");
	assert_null(strstr(c->caveat, "TCG"));
	recorded_close(run);
}

static void tcg_decides_only_by_the_first_guest_instruction(void **state)
{
	struct recorded *run = recorded_open("tcg");
	const struct claim_result *c = claim(run, "starts-faster", "floor");

	(void)state;
	assert_int_equal(c->verdict, CLAIM_SUPPORTED);
	assert_int_equal(c->amount_verdict, CLAIM_NOT_DECIDED);
	assert_string_equal(c->effect_of, "request_to_running_ns: vm / namespace");
	assert_true(c->effect.value < 31);
	assert_string_equal(c->because, "QEMU alone needs 29.6 times a container's whole start before the guest's "
					"first instruction.");
	assert_string_equal(c->caveat, "How much: not decided here, this VM is TCG (660 times [646, 698]).");
	recorded_close(run);
}

/* The same journal, but the first guest instruction was not seen, or came sooner than a container is ready. */
static void tcg_without_that_span_decides_nothing(void **state)
{
	for (int early = 0; early < 2; early++) {
		struct recorded *run = recorded_open("tcg");
		struct error err = {0};

		(void)state;
		for (size_t i = 0; i < run->recording.briefs.count; i++) {
			struct event *running = &run->recording.held[i].events[EVENT_VM_RUNNING];

			if (!early)
				running->set = false;
			running->t_ns = 1000;
		}
		assert_int_equal(recorded_again(run, &err), 0);
		assert_int_equal(claim(run, "starts-faster", "floor")->verdict, CLAIM_NOT_DECIDED);
		recorded_close(run);
	}
}

/* An empty label is not enough: the host's probe must have found hardware. */
static void no_label_without_a_probe_is_no_hardware(void **state)
{
	struct recorded *run = recorded_open("kvm");
	struct error err = {0};

	(void)state;
	json_free(run->recording.host);
	run->recording.host = json_object();
	assert_int_equal(recorded_again(run, &err), 0);
	assert_int_equal(claim(run, "starts-faster", "floor")->amount_verdict, CLAIM_NOT_DECIDED);
	recorded_close(run);
}

static void weights_say_what_bends_them(void **state)
{
	struct recorded *tcg = recorded_open("tcg"), *kvm = recorded_open("kvm");

	(void)state;
	assert_int_equal(claim(tcg, "less-memory", "floor")->verdict, CLAIM_SUPPORTED);
	assert_int_equal(claim(tcg, "less-memory", "floor")->amount_verdict, CLAIM_NOT_DECIDED);
	assert_non_null(strstr(claim(tcg, "less-memory", "floor")->caveat, "45.0 MiB"));
	assert_non_null(strstr(claim(tcg, "less-memory", "floor")->caveat, "too few"));
	assert_int_equal(claim(kvm, "less-memory", "floor")->amount_verdict, CLAIM_SUPPORTED);
	assert_int_equal(claim(tcg, "less-disk", "floor")->verdict, CLAIM_SUPPORTED);
	assert_non_null(strstr(claim(tcg, "less-disk", "floor")->caveat, "50.9 MiB"));
	recorded_close(tcg);
	recorded_close(kvm);
}

static void identities_decide_kernels(void **state)
{
	struct recorded *run = recorded_open("tcg");
	struct error err = {0};

	(void)state;
	assert_int_equal(claim(run, "own-kernel", "floor")->verdict, CLAIM_SUPPORTED);
	assert_int_equal(claim(run, "visible-processes", "floor")->verdict, CLAIM_SUPPORTED);
	for (size_t i = 0; i < run->recording.briefs.count; i++)
		if (!strcmp(run->recording.held[i].subject, "vm"))
			run->recording.held[i].identity.own_kernel = false;
	assert_int_equal(recorded_again(run, &err), 0);
	assert_int_equal(claim(run, "own-kernel", "floor")->verdict, CLAIM_REFUTED);
	recorded_close(run);
}

static void what_is_not_there_is_not_measured(void **state)
{
	struct recorded *failures = recorded_open("failures"), *one = recorded_open("one");

	(void)state;
	assert_int_equal(claim(failures, "starts-faster", "floor")->verdict, CLAIM_NOT_MEASURED);
	assert_non_null(strstr(claim(failures, "starts-faster", "floor")->caveat, "no QEMU is installed"));
	for (size_t i = 0; i < one->analysis.claims.count; i++) {
		assert_int_equal(one->analysis.claims.rows[i].verdict, CLAIM_NOT_MEASURED);
		assert_true(*one->analysis.claims.rows[i].caveat);
		assert_true(isnan(one->analysis.claims.rows[i].effect.value));
	}
	recorded_close(failures);
	recorded_close(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kvm_decides_by_the_whole_start),
		cmocka_unit_test(tcg_decides_only_by_the_first_guest_instruction),
		cmocka_unit_test(tcg_without_that_span_decides_nothing),
		cmocka_unit_test(no_label_without_a_probe_is_no_hardware),
		cmocka_unit_test(weights_say_what_bends_them),
		cmocka_unit_test(identities_decide_kernels),
		cmocka_unit_test(what_is_not_there_is_not_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
