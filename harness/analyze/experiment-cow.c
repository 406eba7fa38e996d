/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/experiment-cow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/experiment-records.h"
#include "harness/base/alloc.h"

#define COW "cow"

static bool is_same(const struct json *record, const struct cow_write *write)
{
	return experiment_is(record, "write") && !strcmp(json_get_text(record, "subject", ""), write->subject_name) &&
	       !strcmp(json_get_text(record, "target", ""), write->target) &&
	       !strcmp(json_get_text(record, "order", ""), write->order);
}

static bool was_done(const struct json *record, const void *write)
{
	return is_same(record, write) && !json_get_int(record, "errno", 0);
}

static void write_fill(const struct analysis *analysis, struct cow_write *write)
{
	for (const struct json *r = NULL; (r = experiment_next(analysis, COW, r));)
		write->failed += is_same(r, write) && json_get_int(r, "errno", 0);
	write->latency_ns = experiment_stats(analysis, COW, "latency_ns", was_done, write);
	write->allocated_bytes = experiment_stats(analysis, COW, "allocated_bytes", was_done, write);
	write->apparent_bytes = experiment_stats(analysis, COW, "apparent_bytes", was_done, write);
	write->amplification = write->allocated_bytes.n ? write->allocated_bytes.median / write->written_bytes : NAN;
}

static bool is_known(const struct json *record, const struct cow_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(record, &writes[i]))
			return true;
	return false;
}

struct cow_write *cow_writes_make(const struct analysis *analysis, size_t *ret_count)
{
	struct cow_write *writes = NULL;
	size_t count = 0;

	for (size_t subject = 0; subject < analysis->subject_count; subject++)
		for (const struct json *r = NULL; (r = experiment_next(analysis, COW, r));) {
			if (!experiment_is(r, "write") || experiment_subject(analysis, r) != subject ||
			    is_known(r, writes, count))
				continue;
			writes = alloc_grow(writes, count + 1, sizeof(*writes));
			writes[count++] = (struct cow_write){
				.subject = subject,
				.subject_name = analysis->subjects[subject].name,
				.target = json_get_text(r, "target", ""),
				.order = json_get_text(r, "order", ""),
				.file_bytes = experiment_value(r, "file_bytes"),
				.written_bytes = experiment_value(r, "written_bytes"),
			};
		}
	for (size_t i = 0; i < count; i++)
		write_fill(analysis, &writes[i]);
	*ret_count = count;
	return writes;
}

/* What is not in the tables stands as it is. */
static const char *words_for(const char *const (*words)[2], size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(words[i][0], name))
			return words[i][1];
	return name;
}

char *cow_write_text(const struct cow_write *write, char *text, size_t size)
{
	static const char *const targets[][2] = {
		{"large", "a 64 MiB file"}, {"small", "a 2-byte file"},
		{"new", "a new file"},	    {"device", "the bare disk"}};
	static const char *const orders[][2] = {
		{"first", "first byte"}, {"again", "the same byte again"}, {"elsewhere", "a byte elsewhere"}};

	(void)snprintf(text, size, "%s: %s", words_for(targets, 4, write->target), words_for(orders, 3, write->order));
	return text;
}
