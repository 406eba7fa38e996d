/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of a sample is what the whole has, and the whole can be read again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/model/metric.h"
#include "harness/model/recording.h"

static void spans_are_the_same(const struct brief *brief, const struct sample *sample)
{
	for (size_t a = 0; a < EVENT_COUNT; a++)
		for (size_t b = 0; b < EVENT_COUNT; b++)
			assert_int_equal(brief_span_ns(brief, (enum event_id)a, (enum event_id)b),
					 sample_span_ns(sample, (enum event_id)a, (enum event_id)b));
}

static void values_are_the_same(const struct brief *brief, const struct sample *sample)
{
	const struct cache_state cache = brief_cache(brief);

	for (size_t m = 0; m < metric_count; m++) {
		double kept = metric_table[m].value(brief), whole = metric_of_sample(&metric_table[m], sample);

		assert_memory_equal(&kept, &whole, sizeof(kept));
	}
	assert_int_equal(brief->id, sample->id);
	assert_string_equal(brief->shared->subject, sample->subject);
	assert_int_equal(brief->has_residue, *sample->residue != '\0');
	assert_int_equal(cache_state_proven(&cache), cache_state_proven(&sample->cache));
	assert_string_equal(brief->shared->identity.kernel_release, sample->identity.kernel_release);
	assert_int_equal(brief->weights ? brief->weights->has_memory : false, sample->has_memory);
	if (sample->has_memory)
		assert_int_equal(brief->weights->cgroup_kernel, sample->memory.cgroup_kernel);
}

static void briefs_are_what_the_whole_is(void **state)
{
	static const char *const runs[] = {"tests/data/runs/tcg", "tests/data/runs/hostile", "tests/data/runs/failures",
					   "results/reference/compare"};

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct recording r;
		struct sample sample;
		struct error err = {0};

		assert_int_equal(recording_load(runs[i], &r, &err), 0);
		assert_true(r.briefs.count > 0);
		for (size_t k = r.briefs.count; k-- > 0;) {
			assert_int_equal(recording_sample(&r, r.briefs.list[k], &sample, &err), 0);
			spans_are_the_same(r.briefs.list[k], &sample);
			values_are_the_same(r.briefs.list[k], &sample);
		}
		recording_release(&r);
	}
}

static void name(char *text, size_t size, const char *value)
{
	(void)snprintf(text, size, "%s", value);
}

/* What each instance has of its own is no part of it. */
static void what_is_alike_is_kept_once(void **state)
{
	struct briefs briefs = {0};
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample.has_identity = true;
	name(sample.subject, sizeof(sample.subject), "vm");
	name(sample.identity.boot_id, sizeof(sample.identity.boot_id), "one");
	briefs_add(&briefs, &sample, 0);
	name(sample.identity.boot_id, sizeof(sample.identity.boot_id), "two");
	name(sample.identity.stamp_main, sizeof(sample.identity.stamp_main), "1 2 3");
	sample.identity.host_pid = 17;
	sample.cache.resident_count = 4;
	briefs_add(&briefs, &sample, 1);
	name(sample.identity.kernel_release, sizeof(sample.identity.kernel_release), "6.1");
	briefs_add(&briefs, &sample, 2);
	assert_ptr_equal(briefs.list[0]->shared, briefs.list[1]->shared);
	assert_ptr_not_equal(briefs.list[0]->shared, briefs.list[2]->shared);
	assert_string_equal(briefs.list[2]->shared->identity.kernel_release, "6.1");
	assert_int_equal(briefs.list[1]->cache_resident_count, 4);
	briefs_release(&briefs);
	assert_int_equal(briefs.count, 0);
}

/* An event before the request, and one hours after it. */
static void instants_may_be_far_apart(void **state)
{
	static const struct {
		enum event_id id;
		int64_t t_ns;
	} events[] = {{EVENT_REQUEST, 0},
		      {EVENT_CLONE_CALL, -5},
		      {EVENT_READY_OBS, 4294967290},
		      {EVENT_EXITED, 4294967291},
		      {EVENT_RELEASED, 9000000000000}};
	struct briefs briefs = {0};
	struct sample sample;

	(void)state;
	sample_init(&sample);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		sample.events[events[i].id] = (struct event){.t_ns = (uint64_t)events[i].t_ns, .set = true};
		briefs_add(&briefs, &sample, (int64_t)i);
		assert_int_equal(briefs.list[i]->wide, i > 2);
		spans_are_the_same(briefs.list[i], &sample);
	}
	briefs_release(&briefs);
}

/* The journal is exchanged, and cut off, between its first and its second reading. */
static void a_journal_that_changes_is_an_error(void **state)
{
	static const char *const files[] = {RECORDING_PLAN, RECORDING_HOST, RECORDING_JOURNAL};
	char folder[] = "/tmp/tare-brief-XXXXXX";
	struct recording r;
	struct sample sample;
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *from = alloc_format("tests/data/runs/kvm/%s", files[i]);
		cleanup_free char *to = alloc_format("%s/%s", folder, files[i]);
		size_t size;
		cleanup_free char *text = file_read(from, &size, &err);

		assert_non_null(text);
		assert_int_equal(file_write(to, text, size, &err), 0);
	}
	cleanup_free char *journal = alloc_format("%s/" RECORDING_JOURNAL, folder);

	assert_int_equal(recording_load(folder, &r, &err), 0);
	struct brief moved = *r.briefs.list[1];

	moved.id++;
	assert_int_equal(recording_sample(&r, &moved, &sample, &err), -EINVAL);
	assert_non_null(strstr(err.text, "was changed"));
	assert_int_equal(truncate(journal, r.briefs.list[r.briefs.count - 1]->at), 0);
	assert_true(recording_sample(&r, r.briefs.list[r.briefs.count - 1], &sample, &err) < 0);
	recording_release(&r);
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(briefs_are_what_the_whole_is),
		cmocka_unit_test(what_is_alike_is_kept_once),
		cmocka_unit_test(instants_may_be_far_apart),
		cmocka_unit_test(a_journal_that_changes_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
