/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's counter on the host's clock, against somebody who knows (method 9, test 3): QEMU lets an emulated guest's
 * counter begin at zero when it lets it run, and stamps that instant itself. On a host that is busy QEMU may lose its
 * CPU between the two, so here guests boot until two agree; TARE_BOOTS=10 boots ten, of which nine must, which is for
 * a host that does nothing else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/measure/identity.h"
#include "harness/measure/sync.h"
#include "tests/privileged/guest.h"

#define BOOTS_MAX 10u /* of which two agree: by chance, a wrong clock would not come so close even once */
#define AGREE 2u
#define SLACK_NS 50000 /* between the instant and QEMU's stamp of it */

/* When the counter was zero, from what the guest read of it at its ready byte; false: the sample does not say. */
static bool counter_zero(const struct sample *sample, struct attempt *a, int64_t *ret_ns)
{
	struct event ready = timeline_get(&a->timeline, EVENT_READY_SRC);
	uint64_t tsc;

	if (!sample->sync.ok || !ready.set ||
	    sscanf(sample->identity.stamp_ready, "%*u %*u %" SCNu64, &tsc) != 1)
		return false;
	*ret_ns = (int64_t)ready.t_ns - (int64_t)((double)tsc * 1e9 / (double)sample->sync.guest_hz);
	return true;
}

/* One guest; true: both agree within the error that the sample states. */
static bool agrees(struct subject *subject, const struct identity_expected *expected)
{
	struct sample sample = {0};
	struct attempt a;
	struct clock_tsc begin;
	int64_t zero_ns = 0;

	(void)clock_tsc_read(&begin);
	attempt_begin(&a, subject);
	attempt_start(&a, WAIT_NS);
	attempt_look(&a);
	if (a.news & CHANNEL_REPLY) {
		identity_read(a.channel, &a.in, expected, &sample);
		sync_read(a.channel, &a.in, &begin, &sample);
	}
	attempt_end(&a);
	struct event running = timeline_get(&a.timeline, EVENT_VM_RUNNING);
	bool known = counter_zero(&sample, &a, &zero_ns) && running.set;
	int64_t apart_ns = zero_ns - (int64_t)running.t_ns;
	int64_t bound_ns = sample.sync.err_ns + (int64_t)running.err_ns + SLACK_NS;

	check(known, "the counter and the start are on one clock %s%s", sample.sync.reason, a.rc ? a.err.text : "");
	if (!known)
		return false;
	printf("# apart by %.1f us, allowed are %.1f us (%s)\n", (double)apart_ns / 1e3, (double)bound_ns / 1e3,
	       running.source);
	return llabs(apart_ns) <= bound_ns;
}

static void counter_begins_when_the_guest_runs(void **state)
{
	const char *asked = getenv("TARE_BOOTS");
	unsigned long boots = asked ? strtoul(asked, NULL, 10) : BOOTS_MAX, made = 0, agreed = 0;
	unsigned long wanted = asked ? (9 * boots + 9) / 10 : AGREE;
	struct subject subject = {0};
	struct identity_expected expected;
	struct error err = {0};

	(void)state;
	if (!guest_prepare("vm:root=none:accel=tcg", false, &subject))
		skip();
	check(!identity_expect(world.run.artifacts, &expected, &err), "the payload was built %s", err.text);
	for (; made < boots && (asked || agreed < wanted); made++)
		agreed += agrees(&subject, &expected);
	check(agreed >= wanted, "the guest's clock is where QEMU says that it is: %lu of %lu agree", agreed, made);
	guest_finish(&subject);
	check_all();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counter_begins_when_the_guest_runs),
	};

	(void)argc;
	return guest_main(argv, tests, sizeof(tests) / sizeof(tests[0]));
}
