/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a saved domain: its description is read and replaced, what QEMU wrote stays; anything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/save-image.h"

#define HEADER_BYTES 92
#define DATA_BYTES 512
#define XML "<domain><name>first</name></domain>"
#define COOKIE "<cookie/>"
#define STATE "what QEMU wrote"

static char path[] = "/tmp/tare-save-XXXXXX";

struct fields {
	uint32_t version, data_length, was_running, compressed, cookie_offset;
};

/** As libvirt 9 writes it. */
static size_t image_make(char bytes[HEADER_BYTES + DATA_BYTES + sizeof(STATE)], struct fields fields)
{
	(void)memset(bytes, 0, HEADER_BYTES + DATA_BYTES);
	(void)memcpy(bytes, "LibvirtQemudSave", 16);
	(void)memcpy(bytes + 16, &fields, sizeof(fields));
	(void)memcpy(bytes + HEADER_BYTES, XML, sizeof(XML));
	(void)memcpy(bytes + HEADER_BYTES + sizeof(XML), COOKIE, sizeof(COOKIE));
	(void)memcpy(bytes + HEADER_BYTES + DATA_BYTES, STATE, sizeof(STATE));
	return HEADER_BYTES + DATA_BYTES + sizeof(STATE);
}

static const struct fields good = {2, DATA_BYTES, 1, 0, sizeof(XML)};

static void write_and_read(const char *xml)
{
	struct error err = {0};
	size_t length;
	uint32_t cookie_offset;

	assert_int_equal(save_image_write(path, xml, &err), 0);
	cleanup_free char *read = save_image_read(path, &err), *whole = file_read(path, &length, &err);

	assert_string_equal(read, xml);
	(void)memcpy(&cookie_offset, whole + 32, sizeof(cookie_offset));
	assert_int_equal(cookie_offset, strlen(xml) + 1);
	assert_string_equal(whole + HEADER_BYTES + cookie_offset, COOKIE);
	assert_string_equal(whole + HEADER_BYTES + DATA_BYTES, STATE);
	assert_int_equal(length, HEADER_BYTES + DATA_BYTES + sizeof(STATE));
}

static void descriptions_are_replaced(void **state)
{
	char bytes[HEADER_BYTES + DATA_BYTES + sizeof(STATE)];
	size_t size = image_make(bytes, good);

	(void)state;
	assert_int_equal(file_write(path, bytes, size, NULL), 0);
	cleanup_free char *read = save_image_read(path, NULL);

	assert_string_equal(read, XML);
	write_and_read("<domain><name>a second one with a longer name</name></domain>");
	write_and_read("<domain/>");
	write_and_read(XML);
}

static void what_does_not_fit_is_refused(void **state)
{
	char bytes[HEADER_BYTES + DATA_BYTES + sizeof(STATE)], longest[DATA_BYTES];
	size_t size = image_make(bytes, good);

	(void)state;
	assert_int_equal(file_write(path, bytes, size, NULL), 0);
	(void)memset(longest, 'x', sizeof(longest));
	longest[DATA_BYTES - sizeof(COOKIE)] = '\0';
	assert_int_equal(save_image_write(path, longest, NULL), -E2BIG);
	cleanup_free char *read = save_image_read(path, NULL);

	assert_string_equal(read, XML);
	longest[DATA_BYTES - sizeof(COOKIE) - 1] = '\0';
	write_and_read(longest);
}

static void other_files_are_refused(void **state)
{
	static const struct fields bad[] = {
		{3, DATA_BYTES, 1, 0, sizeof(XML)}, {2, 0, 1, 0, 0},	      {2, 1u << 31, 1, 0, sizeof(XML)},
		{2, DATA_BYTES, 1, 0, DATA_BYTES},  {2, DATA_BYTES * 2, 1, 0, sizeof(XML)},
	};
	char bytes[HEADER_BYTES + DATA_BYTES + sizeof(STATE)];
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(file_write(path, bytes, image_make(bytes, bad[i]), NULL), 0);
		assert_null(save_image_read(path, &err));
		assert_non_null(strstr(err.text, path));
		assert_true(save_image_write(path, XML, NULL) < 0);
	}
	assert_int_equal(file_write(path, bytes, 50, NULL), 0);
	assert_null(save_image_read(path, NULL));
	(void)unlink(path);
	assert_null(save_image_read(path, &err));
	assert_int_equal(err.code, -ENOENT);
}

static int file_begin(void **state)
{
	(void)state;
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int file_end(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptions_are_replaced),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, file_begin, file_end);
}
