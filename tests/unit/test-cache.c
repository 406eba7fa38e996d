/* SPDX-License-Identifier: Apache-2.0 */
/* Page cache by file: read, dropped, read in again; what it proves, and what the report says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/measure/residency.h"
#include "tests/unit/recorded.h"

#define SIZE (3u << 20)

/* A folder below build/ (a tmpfs could drop nothing) with a file of 3 MiB and an empty one. */
static int tree_make(void **state)
{
	static char folder[64];
	char path[128];
	char *bytes = calloc(1, SIZE);
	int rc;

	(void)snprintf(folder, sizeof(folder), "build/test-cache-%d", (int)getpid());
	if (!bytes || file_make_dirs(folder, 0755, NULL) < 0)
		return -1;
	(void)memset(bytes, 'x', SIZE);
	(void)snprintf(path, sizeof(path), "%s/file", folder);
	rc = file_write(path, bytes, SIZE, NULL);
	(void)snprintf(path, sizeof(path), "%s/empty", folder);
	rc = rc ? rc : file_write(path, "", 0, NULL);
	(void)snprintf(path, sizeof(path), "%s/link", folder);
	rc = rc ? rc : symlink("file", path);
	free(bytes);
	*state = folder;
	return rc;
}

static int tree_remove(void **state)
{
	return file_remove_tree(*state, NULL);
}

static double resident(const char *folder)
{
	struct residency residency = {0};
	struct error err;

	if (residency_add(folder, &residency, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(residency.pages, SIZE / (unsigned)sysconf(_SC_PAGESIZE));
	return (double)residency.resident / (double)residency.pages;
}

static void what_is_dropped_is_gone(void **state)
{
	struct error err;

	if (residency_fill(*state, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(resident(*state) >= 0.99);
	if (residency_evict(*state, &err) < 0)
		fail_msg("%s", err.text);
	if (resident(*state) > 0.99)
		skip(); /* a file system that is memory */
	assert_true(resident(*state) < 0.01);
	assert_int_equal(residency_fill(*state, &err), 0);
	assert_true(resident(*state) >= 0.99);
}

/* What a running program has mapped stays, and that is seen. */
static void what_is_mapped_is_not_called_gone(void **state)
{
	char path[128];
	struct error err;

	(void)snprintf(path, sizeof(path), "%s/file", (char *)*state);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);

	assert_true(fd >= 0 && map != MAP_FAILED);
	assert_int_equal(mlock(map, SIZE / 2), 0);
	assert_int_equal(residency_evict(*state, &err), 0);
	assert_true(resident(*state) > 0.01);
	(void)munmap(map, SIZE);
	(void)close(fd);
}

static void what_is_missing_is_an_error(void **state)
{
	struct residency residency = {0};
	struct error err;

	(void)state;
	assert_true(residency_add("build/no-such-folder", &residency, &err) < 0);
	assert_non_null(strstr(err.text, "no-such-folder"));
	assert_true(residency_evict("build/no-such-folder", &err) < 0);
}

static struct cache_state state_of(const char *wanted, int64_t pages, int64_t present)
{
	struct cache_state state = {.pages_count = pages, .resident_count = present};

	(void)snprintf(state.wanted, sizeof(state.wanted), "%s", wanted);
	return state;
}

static void proof_is_one_percent(void **state)
{
	static const struct {
		const char *wanted;
		int64_t pages, resident;
		bool proven;
	} rows[] = {
		{"cold", 1000, 9, true},  {"cold", 1000, 10, false},	  {"warm", 1000, 990, true},
		{"warm", 1000, 989, false}, {"cold", UNKNOWN, UNKNOWN, false}, {"warm", 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cache_state one = state_of(rows[i].wanted, rows[i].pages, rows[i].resident), back;
		struct json *json = cache_state_to_json(&one);

		assert_int_equal(cache_state_proven(&one), rows[i].proven);
		assert_int_equal(json_get_bool(json, "cold_incomplete", false),
				 !strcmp(one.wanted, "cold") && !rows[i].proven);
		cache_state_from_json(json, &back);
		json_free(json);
		assert_string_equal(back.wanted, one.wanted);
		assert_int_equal(back.pages_count, one.pages_count);
		assert_int_equal(back.resident_count, one.resident_count);
	}
}

/* All of the recorded run's samples were so; the flags that come of it. */
static void check_flags(const char *wanted, int64_t present, bool warm, bool cold, const char *detail)
{
	struct recorded *run = recorded_open("tcg");
	struct error err = {0};

	for (size_t i = 0; i < run->recording.briefs.count; i++)
		run->recording.held[i].cache = state_of(wanted, 1000, present);
	assert_int_equal(recorded_again(run, &err), 0);
	assert_int_equal(run->analysis.flags[FLAG_WARM].triggered, warm);
	assert_int_equal(run->analysis.flags[FLAG_COLD].triggered, cold);
	assert_non_null(strstr(run->analysis.flags[cold ? FLAG_COLD : FLAG_WARM].detail, detail));
	recorded_close(run);
}

static void flags_say_how_warm_it_was(void **state)
{
	(void)state;
	check_flags("warm", 1000, false, false, "");
	check_flags("warm", 500, true, false, "least resident: 50.0 %");
	check_flags("cold", 2, false, true, "proven: at most 0.20 %");
	check_flags("cold", 120, false, true, "cold_incomplete: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_dropped_is_gone),
		cmocka_unit_test(what_is_mapped_is_not_called_gone),
		cmocka_unit_test(what_is_missing_is_an_error),
		cmocka_unit_test(proof_is_one_percent),
		cmocka_unit_test(flags_say_how_warm_it_was),
	};

	return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
