/* SPDX-License-Identifier: Apache-2.0 */
/* Charts of recordings made here: texts that try to be commands, nothing but failures, one sample, many
 * subjects. */
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
#include <libxml/parser.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/report/plot-chart.h"
#include "harness/report/plot.h"
#include "tests/unit/experiments.h"

#define SUBJECTS_MAX 12

/* What a test wants of a recording. */
struct wish {
	const char *const *names; /**< ends with NULL */
	const char *title;	  /**< of the scenario */
	size_t blocks, warmup;	  /**< latency blocks; there are half as many footprint blocks */
	enum sample_status status;
	bool timeout; /**< one sample of the last subject times out */
};

static const char *const plain[] = {"process", "namespace", "vm", NULL};

static const char *const hostile[] = {
	"$(touch canary)",
	"`touch canary`",
	"\"; system(\"touch canary\"); \"",
	"'; system('touch canary'); #",
	"<b>&amp;&#60;]]>",
	"a_b^{c}@d %s\\n\\",
	"line\n!touch canary\nset",
	"\xff\xc0\x80\xe4\xb8\xad\x01 \xc3\xa9",
	NULL,
};

static struct json *make_plan(const struct wish *wish)
{
	static const char text[] =
		"{\"run\":{\"id\":\"0123456789abcdef\",\"seed\":\"0x1\",\"scenario\":{\"name\":\"s\"},"
		"\"design\":{}},\"method_version\":1,\"tool\":{\"version\":\"0\"}}";
	static const char subject_text[] =
		"{\"kind\":\"vm\",\"runtime\":\"vm\",\"root\":\"image\",\"class\":\"plain\","
		"\"label\":\"tcg\",\"usable\":true,\"config\":{\"accel\":\"tcg\"}}";
	struct json *plan = json_parse(text, sizeof(text) - 1, "plan", NULL);
	struct json *run = json_copy(json_get(plan, "run")), *scenario = json_object();
	struct json *subjects = json_array();

	json_add_text(scenario, "name", wish->title);
	json_add_text(scenario, "title", wish->title);
	json_add(run, "scenario", scenario);
	json_add(plan, "run", run);
	for (size_t i = 0; wish->names[i]; i++) {
		struct json *subject =
			json_parse(subject_text, sizeof(subject_text) - 1, "subject", NULL);

		json_add_text(subject, "name", wish->names[i]);
		json_append(subjects, subject);
	}
	json_add(plan, "subjects", subjects);
	return plan;
}

static void add_event(struct sample *sample, enum event_id id, uint64_t t_ns)
{
	sample->events[id] =
		(struct event){.t_ns = t_ns, .err_ns = 25, .source = "harness", .set = true};
}

/* Subject i takes 10^i times 0.1 ms, give or take some. */
static void fill_latency(struct sample *sample, const struct wish *wish, size_t subject, size_t block)
{
	double ms = 0.1 * (double)(block * 7 % 5 + 10) / 10;

	for (size_t i = 0; i < subject && i < 4; i++)
		ms *= 10;
	sample->kind = BLOCK_LATENCY;
	sample->warmup = block < wish->warmup;
	add_event(sample, EVENT_REQUEST, 0);
	if (wish->timeout && block + 1 == wish->blocks && !wish->names[subject + 1])
		sample->status = SAMPLE_TIMEOUT;
	if (sample->status == SAMPLE_OK)
		add_event(sample, EVENT_READY_OBS, (uint64_t)(ms * 1e6));
}

static void fill_footprint(struct sample *sample, size_t subject, size_t block)
{
	int64_t kib = 1024 * (int64_t)(subject == 2 ? 100000 + block : 40 + 80 * subject);

	sample->kind = BLOCK_FOOTPRINT;
	if (sample->status != SAMPLE_OK)
		return;
	sample->has_memory = sample->has_disk = true;
	(void)snprintf(sample->memory.point, sizeof(sample->memory.point), "idle");
	sample->memory.pss = sample->memory.footprint = kib;
	sample->memory.pss_anon = kib / 2;
	sample->memory.pss_file = kib / 4;
	if (subject == 2)
		sample->memory.vmm_overhead = kib / 4;
	(void)snprintf(sample->disk.point, sizeof(sample->disk.point), "ready");
	for (size_t row = 0; row < DISK_ROW_COUNT; row++)
		sample->disk.rows[row].allocated_bytes = (int64_t)(subject * 4096 * (row + 1));
}

static void make_recording(const struct wish *wish, struct recording *recording)
{
	static const char host[] =
		"{\"host\":{\"fingerprint_sha256\":\"0123456789abcdef\",\"cpu\":{\"model\":\"A `B`\"}}}";
	size_t blocks = wish->blocks + wish->blocks / 2;

	*recording = (struct recording){.plan = make_plan(wish)};
	recording->host = json_parse(host, sizeof(host) - 1, "host", NULL);
	recording->experiments = json_array();
	for (size_t i = 0; wish->names[i]; i++)
		experiments_fill(recording->experiments, wish->names[i]);
	struct sample *samples = alloc_zero(SUBJECTS_MAX * blocks, sizeof(*samples));
	size_t count = 0;

	for (size_t block = 0; block < blocks; block++) {
		for (size_t i = 0; wish->names[i]; i++) {
			struct sample *sample = &samples[count];

			sample_init(sample);
			sample->id = (int64_t)count++;
			(void)snprintf(sample->subject, sizeof(sample->subject), "%s", wish->names[i]);
			sample->position = (int64_t)i;
			sample->block = (int64_t)(block < wish->blocks ? block : block - wish->blocks);
			sample->valid = true;
			sample->status = wish->status;
			sample->timeout_ns = 30000000000;
			if (block < wish->blocks)
				fill_latency(sample, wish, i, block);
			else
				fill_footprint(sample, i, block);
		}
	}
	recording_hold(recording, samples, count);
}

/* Draws the wish into `folder` and returns what plot_all() returned. */
static int draw(const struct wish *wish, const char *folder, const char *formats, bool *ret_missing,
		struct error *err)
{
	struct recording recording;
	struct analysis analysis;

	make_recording(wish, &recording);
	assert_int_equal(analysis_make(&recording, &analysis, err), 0);
	int rc = plot_all(&analysis, folder, formats, NULL, ret_missing, err);

	analysis_release(&analysis);
	recording_release(&recording);
	return rc;
}

static char *read_plot(const char *folder, const char *name)
{
	cleanup_free char *path = alloc_format("%s/plots/%s", folder, name);

	return file_read(path, NULL, NULL);
}

static bool has_plot(const char *folder, const char *name)
{
	cleanup_free char *path = alloc_format("%s/plots/%s", folder, name);

	return file_exists(path);
}

static int make_folder(void **state)
{
	char *folder = alloc_text("/tmp/test-plot-XXXXXX");

	*state = mkdtemp(folder);
	return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
	int rc = file_remove_tree(*state, NULL);

	free(*state);
	return rc;
}

static bool have_gnuplot(void)
{
	return access("/usr/bin/gnuplot", X_OK) == 0 || access("/usr/local/bin/gnuplot", X_OK) == 0;
}

/* Every line of a script's head that takes a text holds nothing but what means nothing to gnuplot. */
static void check_head(const char *script)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;()[]+-/=<>?\\";
	const char *end = strstr(script, "# What every chart shares.");
	size_t texts = 0;

	assert_non_null(end);
	for (const char *line = script; line < end; line = strchr(line, '\n') + 1) {
		const char *quote = memchr(line, '"', strcspn(line, "\n"));

		if (!quote)
			continue;
		size_t length = strspn(quote + 1, allowed);

		assert_int_equal(quote[length + 1], '"');
		assert_int_equal(quote[length + 2], '\n');
		for (size_t i = 1; i <= length; i++)
			if (quote[i] == '\\') {
				assert_int_equal(strspn(quote + i + 1, "01234567"), 3);
				i += 3;
			}
		texts++;
	}
	assert_true(texts > 10);
}

static void test_hostile(void **state)
{
	const struct wish wish = {
		hostile,
		"`touch canary` \"; system(\"touch canary\"); \" $(touch canary)\n!touch canary",
		8,
		2,
		SAMPLE_OK,
		true};
	const char *folder = *state;
	struct error err = {0};
	bool missing = false;

	if (draw(&wish, folder, "svg,png,pdf", &missing, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < plot_count; i++) {
		cleanup_free char *name = alloc_format("%s.gp", plot_table[i].name);
		cleanup_free char *script = read_plot(folder, name);

		check_head(script);
	}
	assert_false(has_plot(folder, "canary"));
	assert_false(file_exists("canary"));
	if (missing)
		skip();
	for (size_t i = 0; i < plot_count; i++) {
		cleanup_free char *path = alloc_format("%s/plots/%s.svg", folder, plot_table[i].name);
		xmlDoc *svg = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);

		assert_non_null(svg);
		xmlFreeDoc(svg);
	}
	cleanup_free char *svg = read_plot(folder, "startup.svg");

	assert_null(strstr(svg, "<b>"));
	assert_non_null(strstr(svg, "&lt;b>&amp;amp;&amp;#60;]]?"));
	assert_non_null(strstr(svg, "a_b^{c}@d"));
}

static void test_same_bytes(void **state)
{
	static const char *const ends[] = {"gp", "dat", "svg", "png", "pdf"};
	const struct wish wish = {plain, "same", 9, 2, SAMPLE_OK, true};
	const char *folder = *state;
	cleanup_free char *again = alloc_format("%s/again", folder);
	bool missing = false;

	assert_int_equal(draw(&wish, folder, "svg,png,pdf", &missing, NULL), 0);
	assert_int_equal(draw(&wish, again, "svg,png,pdf", &missing, NULL), 0);
	for (size_t i = 0; i < plot_count; i++) {
		for (size_t k = 0; k < (missing ? 2u : 5u); k++) {
			cleanup_free char *first =
				alloc_format("%s/plots/%s.%s", folder, plot_table[i].name, ends[k]);
			cleanup_free char *second =
				alloc_format("%s/plots/%s.%s", again, plot_table[i].name, ends[k]);
			size_t a_length = 0, b_length = 1;
			cleanup_free char *a = file_read(first, &a_length, NULL),
					  *b = file_read(second, &b_length, NULL);

			assert_non_null(a);
			assert_int_equal(a_length, b_length);
			assert_memory_equal(a, b, a_length);
		}
	}
}

/* Whatever there is to show, gnuplot takes the script. */
static void test_shapes(void **state)
{
	static const char *const one[] = {"only", NULL};
	static const char *const twelve[] = {
		"a", "b", "c", "d", "e", "f",
		"g", "h", "i", "j", "k", "vm:machine=q35:libvirt=stock:disk=virtio-scsi:memory=512MiB",
		NULL};
	const struct wish wishes[] = {
		{one, "one subject", 7, 0, SAMPLE_OK, false},
		{plain, "one sample", 1, 0, SAMPLE_OK, false},
		{plain, "all failed", 6, 1, SAMPLE_CRASH, false},
		{plain, "all late", 6, 0, SAMPLE_TIMEOUT, false},
		{twelve, "twelve", 12, 2, SAMPLE_OK, true},
	};
	bool missing = false;

	if (!have_gnuplot())
		skip();
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		cleanup_free char *folder = alloc_format("%s/%zu", (char *)*state, i);
		struct error err = {0};

		if (draw(&wishes[i], folder, "svg", &missing, &err) < 0)
			fail_msg("%s: %s", wishes[i].title, err.text);
		assert_true(has_plot(folder, "startup.svg"));
		assert_int_equal(has_plot(folder, "memory.gp"),
				 wishes[i].status == SAMPLE_OK && wishes[i].blocks > 1);
	}
}

/* Curves of samples that timed out end below 1, and no part of a bar is lost. */
static void test_numbers(void **state)
{
	const struct wish wish = {plain, "numbers", 10, 0, SAMPLE_OK, true};
	bool missing = true;

	assert_int_equal(draw(&wish, *state, "", &missing, NULL), 0);
	assert_false(missing);
	cleanup_free char *ecdf = read_plot(*state, "ecdf.dat"),
			  *memory = read_plot(*state, "memory.dat");

	assert_non_null(strstr(ecdf, "\n20\t0.9\t3\tvm (tcg)\n"));
	assert_non_null(strstr(memory, "\n3\t0\t76809216\t2\tguest RAM that was touched\tvm (tcg)\n"));
	assert_non_null(strstr(memory, "\n3\t76809216\t102412288\t6\tQEMU itself\tvm (tcg)\n"));
	assert_non_null(strstr(memory, "\n1\t30720\t40960\t8\tnot told apart\tprocess (tcg)\n"));
	assert_false(has_plot(*state, "memory.svg"));
}

/* Without gnuplot the script and the numbers remain; a chart without numbers leaves no old files. */
static void test_missing(void **state)
{
	const struct wish wish = {plain, "missing", 4, 0, SAMPLE_OK, false};
	const struct wish failed = {plain, "failed", 4, 0, SAMPLE_CRASH, false};
	cleanup_free char *path = alloc_text(getenv("PATH"));
	struct error err = {0};
	bool missing = false;

	assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
	int rc = draw(&wish, *state, "svg,png", &missing, &err);

	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_int_equal(rc, 0);
	assert_true(missing);
	assert_true(has_plot(*state, "startup.gp") && has_plot(*state, "disk.dat"));
	assert_false(has_plot(*state, "startup.svg"));
	assert_int_equal(draw(&failed, *state, "", &missing, &err), 0);
	assert_true(has_plot(*state, "startup.gp"));
	assert_false(has_plot(*state, "disk.dat"));
	assert_int_equal(draw(&wish, *state, "svg,gif", &missing, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'gif' is not a format"));
}

/* Of very many samples some are drawn, the last and the numbers are those of all, and the chart says so. */
static void test_many(void **state)
{
	const struct wish wish = {plain, "many", 2 * PLOT_POINTS_MAX + 1, 0, SAMPLE_OK, false};
	struct error err = {0};
	size_t lines = 0;
	bool missing;

	assert_int_equal(draw(&wish, *state, "", &missing, &err), 0);
	cleanup_free char *startup = read_plot(*state, "startup.dat"), *curves = read_plot(*state, "ecdf.dat"),
			  *script = read_plot(*state, "startup.gp");
	for (const char *c = startup; (c = strchr(c, '\n')); c++)
		lines++;
	assert_in_range(lines, PLOT_POINTS_MAX, 2 * 3 * PLOT_POINTS_MAX + 50); /* points, and their hover texts */
	assert_non_null(strstr(startup, "\t4001\tvm (tcg)\n"));
	assert_true(strstr(curves, "\t1\tvm (tcg)\n") && strstr(script, "at most 2000 of a subject"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hostile, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_same_bytes, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_shapes, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_numbers, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_many, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_missing, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
