/* SPDX-License-Identifier: Apache-2.0 */
/* A user's own program as a workload: what can be one, and what it may say. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/elf.h"
#include "harness/base/file.h"
#include "harness/measure/program-output.h"
#include "harness/model/scenario.h"

/* The headers of a program; every test bends one of their fields. */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr programs[2];
	char interpreter[16];
};

static struct image static_image(void)
{
	struct image image = {
		.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_X86_64,
			   .e_phoff = offsetof(struct image, programs),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 2},
		.programs = {{.p_type = PT_LOAD}, {.p_type = PT_NOTE}},
		.interpreter = "/lib/ld.so",
	};

	return image;
}

/* The complaint about the image's first `length` bytes in a file of this mode; NULL: none. */
static const char *complaint(const struct image *image, size_t length, mode_t mode)
{
	static struct error err;
	char path[] = "/tmp/tare-elf-XXXXXX";
	int fd = mkstemp(path);

	err = (struct error){0};
	assert_true(fd >= 0);
	assert_int_equal(write(fd, image, length), length);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
	int rc = elf_check_static(path, &err);

	assert_int_equal(unlink(path), 0);
	assert_true(!rc || (err.class == ERROR_INPUT && !strncmp(err.text, path, strlen(path))));
	return rc ? err.text : NULL;
}

static void assert_complaint(const struct image *image, const char *words)
{
	const char *text = complaint(image, sizeof(*image), 0755);

	if (!text || !strstr(text, words))
		fail_msg("'%s' does not say '%s'", text ? text : "", words);
}

static void only_static_programs_will_do(void **state)
{
	struct image image = static_image();

	(void)state;
	assert_null(complaint(&image, sizeof(image), 0755));
	image.header.e_type = ET_DYN; /* a static PIE */
	assert_null(complaint(&image, sizeof(image), 0755));
	assert_non_null(strstr(complaint(&image, sizeof(image), 0644), "is not executable; chmod +x"));
	image.programs[1] = (Elf64_Phdr){.p_type = PT_INTERP, .p_offset = offsetof(struct image, interpreter)};
	assert_complaint(&image, "is dynamic, it needs the interpreter /lib/ld.so");
	image.programs[1].p_offset = UINT64_MAX;
	assert_complaint(&image, "is dynamic");
	image = static_image();
	image.header.e_machine = EM_AARCH64;
	assert_complaint(&image, "is built for ARM64");
	image.header.e_machine = 9999;
	assert_complaint(&image, "ELF machine 9999");
	image = static_image();
	image.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_complaint(&image, "32-bit ABI");
	image = static_image();
	image.header.e_type = ET_REL;
	assert_complaint(&image, "is an object");
	image = static_image();
	image.programs[0].p_type = PT_NOTE;
	assert_complaint(&image, "has nothing to load");
	image = static_image();
	image.header.e_phnum = UINT16_MAX;
	assert_complaint(&image, "header is broken");
	image.header.e_phnum = 400;
	assert_complaint(&image, "is cut off");
	image.header.e_phoff = UINT64_MAX;
	assert_complaint(&image, "is cut off");
	image.header.e_ident[0] = '#';
	assert_complaint(&image, "is no ELF program");
}

/* However short it is, it is a complaint. */
static void what_is_cut_off_is_told(void **state)
{
	struct image image = static_image();
	struct error err = {0};

	(void)state;
	for (size_t length = 0; length < offsetof(struct image, programs) + sizeof(Elf64_Phdr); length++)
		assert_non_null(complaint(&image, length, 0755));
	assert_true(elf_check_static("/nosuch/file", &err) < 0);
	assert_non_null(strstr(err.text, "/nosuch/file: no such file"));
	assert_true(elf_check_static("/proc", &err) < 0);
	assert_non_null(strstr(err.text, "/proc: is no regular file"));
}

static void numbers_are_read_by_iteration(void **state)
{
	struct program_output output;
	char why[96] = "";

	(void)state;
	assert_true(program_output_read("status=ok\noutput=# mine 1 2 3\noutput=rate  12.5 MB/s\n"
					"output=n -3e2\noutput= \noutput_end=0\n"
					"output=n 4\noutput=rate 13 MB/s\noutput_end=1\n",
					NULL, &output, why, sizeof(why)));
	assert_int_equal(output.count, 2);
	assert_string_equal(output.metrics[0].name, "rate");
	assert_string_equal(output.metrics[0].unit, "MB/s");
	assert_float_equal(output.metrics[0].values[1], 13, 0);
	assert_string_equal(output.metrics[1].unit, "");
	assert_float_equal(output.metrics[1].values[0], -300, 0);
	assert_true(program_output_read("status=ok\nns=1 2\n", NULL, &output, why, sizeof(why)));
	assert_int_equal(output.count, 0);
}

static const struct {
	const char *answer, *why;
} garbage[] = {
	{"output=hello world\n", "hello: 'world' is no number"},
	{"output=hello\n", "'hello' is no metric"},
	{"output=?? 3\n", "'?"},
	{"output=3 3\n", "'3' is no metric"},
	{"output=a 3 ?s\n", "'a' is no metric"},
	{"output=a 3 s more\n", "'a' is no metric"},
	{"output=a nan\n", "'nan' is no number"},
	{"output=a 0x10\n", "'0x10' is no number"},
	{"output=a 1e999\n", "'1e999' is no number"},
	{"output=a 1.2.3\n", "'1.2.3' is no number"},
	{"output=a 1\noutput=a 2\n", "a: is there twice"},
	{"output=a 1 s\noutput_end=0\noutput=a 1 ms\noutput_end=1\n", "a: one metric too many, or not in the first"},
	{"output=a 1\noutput=b 1\noutput_end=0\noutput=a 1\noutput_end=1\n", "b: missing in iteration 2"},
	{"output=a-name-that-is-longer-than-any-name-may-be 1\n", "is no metric"},
};

static void garbage_is_named(void **state)
{
	struct program_output output;
	char why[96], line[300];

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		assert_false(program_output_read(garbage[i].answer, NULL, &output, why, sizeof(why)));
		if (!strstr(why, garbage[i].why))
			fail_msg("%s'%s' does not say '%s'", garbage[i].answer, why, garbage[i].why);
		assert_int_equal(output.count, 0);
	}
	(void)snprintf(line, sizeof(line), "output=a %0250d\n", 1);
	assert_false(program_output_read(line, NULL, &output, why, sizeof(why)));
	assert_non_null(strstr(why, "a line of more than"));
	char many[1024];

	for (size_t i = 0, at = 0; i <= PROGRAM_METRICS_MAX; i++)
		at += (size_t)snprintf(many + at, sizeof(many) - at, "output=m%zu 1\n", i);
	assert_false(program_output_read(many, NULL, &output, why, sizeof(why)));
	for (size_t i = 0, at = 0; i <= PROTOCOL_WORK_ITERATIONS_MAX; i++)
		at += (size_t)snprintf(many + at, sizeof(many) - at, "output_end=%zu\n", i);
	assert_false(program_output_read(many, NULL, &output, why, sizeof(why)));
	assert_string_equal(why, "it has too many iterations");
}

static int parse(const char *workload, struct scenario *ret_scenario, struct error *err)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "{\"name\":\"t\",\"workload\":%s,\"subjects\":[{\"name\":\"a\",\"runtime\":\"mock\"}]}",
		       workload);
	struct json *json = json_parse(text, strlen(text), "t.json", err);
	int rc = scenario_from_json(json, "t.json", ret_scenario, err);

	json_free(json);
	return rc;
}

/* A relative path begins where the scenario is, and is absolute from then on. */
static void scenario_names_a_program(void **state)
{
	struct scenario s;
	struct error err = {0};

	(void)state;
	assert_int_equal(parse("{\"binary\":\"../nosuch\",\"args\":[\"-n\",\"two words\",\"\"]}", &s, &err), 0);
	assert_int_equal(s.workloads.count, 1);
	assert_ptr_equal(s.workloads.list[0], &workload_program);
	assert_int_equal(s.workloads.arguments_length, 14);
	assert_memory_equal(s.workloads.arguments, "-n\0two words\0", 14);
	assert_true(scenario_find_program(&s, "/tmp/folder/t.json", &err) < 0);
	assert_non_null(
		strstr(err.text, "/tmp/folder/t.json: workload.binary: /tmp/folder/../nosuch: no such file; a static"));
	scenario_release(&s);
}

static const struct {
	const char *workload, *complaint;
} wrong[] = {
	{"{}", "workload: takes one of binary and tool"},
	{"{\"binary\":\"x\",\"tool\":\"fio\"}", "workload: takes one of binary and tool"},
	{"{\"tool\":\"dd\"}", "workload.tool: 'dd' is not known; one of fio or sysbench"},
	{"{\"binary\":7}", "workload.binary: is a number"},
	{"{\"binary\":\"\"}", "workload.binary: is empty"},
	{"{\"binary\":\"x\",\"args\":\"-n\"}", "workload.args: is a string; an array of strings"},
	{"{\"binary\":\"x\",\"args\":[1]}", "workload.args: has a number in it; strings"},
	{"{\"binary\":\"x\",\"arguments\":[]}", "workload.arguments: unknown field"},
};

static void wrong_programs_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct scenario s;
		struct error err = {0};

		assert_true(parse(wrong[i].workload, &s, &err) < 0);
		if (!strstr(err.text, wrong[i].complaint))
			fail_msg("'%s' does not say '%s'", err.text, wrong[i].complaint);
	}
}

/* A tool says much, of which its table knows a little. */
static void tools_say_numbers(void **state)
{
	static const char answer[] = "status=ok\noutput=sysbench 1.0.20 (using LuaJIT)\n"
				     "output=    events per second:   944.31\n"
				     "output=    total time:                          0.5s\noutput_end=0\n";
	static const char fio[] = "output=  write: IOPS=12.5k, BW=18.5MiB/s (19.4MB/s)(1024KiB/54msec)\noutput_end=0\n";
	struct program_output output;
	char why[96] = "";

	(void)state;
	assert_true(program_output_read(answer, tool_find("sysbench"), &output, why, sizeof(why)));
	assert_int_equal(output.count, 2);
	assert_string_equal(output.metrics[0].name, "events_per_second");
	assert_float_equal(output.metrics[0].values[0], 944.31, 1e-9);
	assert_float_equal(output.metrics[1].values[0], 0.5, 1e-9);
	assert_string_equal(output.metrics[1].unit, "s");
	assert_true(program_output_read(fio, tool_find("fio"), &output, why, sizeof(why)));
	assert_int_equal(output.count, 1);
	assert_float_equal(output.metrics[0].values[0], 12500, 1e-6);
	assert_true(program_output_read("output=IOPS=\noutput=write: IOPS=none\noutput_end=0\n", tool_find("fio"),
					&output, why, sizeof(why)));
	assert_int_equal(output.count, 0);
	assert_false(program_output_read("output=total time: 1s\noutput=total time: 2s\noutput_end=0\n",
					 tool_find("sysbench"), &output, why, sizeof(why)));
	assert_null(tool_find("dd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tools_say_numbers),
		cmocka_unit_test(only_static_programs_will_do), cmocka_unit_test(what_is_cut_off_is_told),
		cmocka_unit_test(numbers_are_read_by_iteration), cmocka_unit_test(garbage_is_named),
		cmocka_unit_test(scenario_names_a_program),	cmocka_unit_test(wrong_programs_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
