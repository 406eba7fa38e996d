/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a start-up goes: parts add up to the whole, and say only what was stamped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/analyze/parts.h"
#include "harness/base/random.h"

static void set(struct sample *sample, enum event_id id, uint64_t t_ns)
{
	sample->events[id] = (struct event){.t_ns = t_ns, .set = true};
}

/* A guest's middle sample as it should be. */
static void guest(struct sample *sample)
{
	sample_init(sample);
	set(sample, EVENT_REQUEST, 0);
	set(sample, EVENT_STORAGE_READY, 10);
	set(sample, EVENT_LAUNCH, 11);
	set(sample, EVENT_QEMU_CONNECTED, 30);
	set(sample, EVENT_VM_RUNNING, 50);
	set(sample, EVENT_START_RETURN, 60);
	set(sample, EVENT_KERNEL_CLOCK_ZERO, 150);
	set(sample, EVENT_INIT_EXEC, 850);
	set(sample, EVENT_USER_MAIN, 980);
	set(sample, EVENT_READY_SRC, 990);
	set(sample, EVENT_READY_OBS, 1000);
}

static void a_guest_is_divided(void **state)
{
	struct sample sample;
	struct analysis_subject vm = {.kind = KIND_VM, .medoid = &sample};
	struct part_share shares[PART_COUNT];

	(void)state;
	guest(&sample);
	assert_int_equal(parts_shares(&vm, shares), 7);
	assert_int_equal(shares[0].id, PART_GUEST_KERNEL);
	assert_float_equal(shares[0].ratio, 0.7, 1e-12);
	assert_int_equal(shares[1].id, PART_GUEST_USER);
	assert_int_equal(shares[2].id, PART_LOADING);
	assert_float_equal(shares[2].ns, 100, 0);
	assert_int_equal(shares[3].id, PART_VMM);
	assert_float_equal(shares[3].ns, 39, 0);
}

static void what_was_not_stamped_is_not_divided(void **state)
{
	struct sample sample;
	struct analysis_subject vm = {.kind = KIND_VM, .medoid = &sample};
	struct part parts[EVENT_COUNT];

	(void)state;
	guest(&sample);
	sample.events[EVENT_KERNEL_CLOCK_ZERO].set = sample.events[EVENT_INIT_EXEC].set = false;
	sample.events[EVENT_USER_MAIN].set = sample.events[EVENT_READY_SRC].set = false;
	assert_int_equal(parts_of(&vm, parts), 3);
	assert_int_equal(parts[2].id, PART_GUEST);
	assert_float_equal(parts[2].begin_ns, 50, 0);
	assert_float_equal(parts[2].end_ns, 1000, 0);
}

static void the_gap_is_divided(void **state)
{
	struct sample slow, fast;
	struct analysis_subject vm = {.kind = KIND_VM, .medoid = &slow};
	struct analysis_subject container = {.kind = KIND_CONTAINER, .medoid = &fast};
	struct part_share shares[PART_COUNT];

	(void)state;
	guest(&slow);
	sample_init(&fast);
	set(&fast, EVENT_REQUEST, 0);
	set(&fast, EVENT_STORAGE_READY, 11);
	set(&fast, EVENT_CLONE_CALL, 12);
	set(&fast, EVENT_READY_OBS, 100);
	assert_true(parts_gap(&vm, &container, shares) > 0);
	assert_int_equal(shares[0].id, PART_GUEST_KERNEL);
	assert_float_equal(shares[0].ratio, 700.0 / 900.0, 1e-12);
	assert_int_equal(parts_gap(&container, &vm, shares), 0);
	vm.medoid = NULL;
	assert_int_equal(parts_shares(&vm, shares), 0);
}

/* Whatever is stamped, of whatever kind: nothing is lost and nothing is counted twice. */
static void parts_of_any_sample_add_up(void **state)
{
	struct random random;
	struct sample sample;
	struct analysis_subject subject = {.medoid = &sample};
	struct part parts[EVENT_COUNT];

	(void)state;
	random_seed(&random, 5);
	for (int round = 0; round < 5000; round++) {
		sample_init(&sample);
		subject.kind = (enum analysis_kind)(round % (KIND_OTHER + 1));
		for (size_t i = 0; i < EVENT_COUNT; i++)
			if (random_below(&random, 4))
				set(&sample, (enum event_id)i, random_below(&random, 40) - 10);
		set(&sample, EVENT_REQUEST, 0);
		set(&sample, EVENT_READY_OBS, 20);
		size_t count = parts_of(&subject, parts);

		assert_true(count > 0);
		for (size_t i = 0; i < count; i++) {
			assert_true(parts[i].id < PART_COUNT);
			assert_float_equal(parts[i].begin_ns, i ? parts[i - 1].end_ns : 0, 0);
		}
		assert_float_equal(parts[count - 1].end_ns, 20, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_divided),
		cmocka_unit_test(what_was_not_stamped_is_not_divided),
		cmocka_unit_test(the_gap_is_divided),
		cmocka_unit_test(parts_of_any_sample_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
