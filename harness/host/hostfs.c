/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/host/hostfs.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/text.h"

#define HOSTFS_LINE_MAX 4096

static char hostfs_root[4096];

void hostfs_set_root(const char *root)
{
	(void)snprintf(hostfs_root, sizeof(hostfs_root), "%s", root ? root : "");
}

bool hostfs_is_live(void)
{
	return !hostfs_root[0];
}

static char *path_of(const char *format, va_list list)
{
	char path[4096];

	(void)vsnprintf(path, sizeof(path), format, list);
	return alloc_format("%s%s", hostfs_root, path);
}

#define HOSTFS_PATH(name, format)                                                                            \
	cleanup_free char *name;                                                                             \
	do {                                                                                                 \
		va_list list_;                                                                               \
		va_start(list_, format);                                                                     \
		name = path_of(format, list_);                                                               \
		va_end(list_);                                                                               \
	} while (0)

char *hostfs_path(const char *format, ...)
{
	HOSTFS_PATH(path, format);
	return steal_ptr(path);
}

bool hostfs_exists(const char *format, ...)
{
	HOSTFS_PATH(path, format);
	return file_exists(path);
}

char *hostfs_read(const char *format, ...)
{
	HOSTFS_PATH(path, format);
	return file_read(path, NULL, NULL);
}

/* `text` gets the part between the white space; it may be cut, and then is still text. */
static void copy_trimmed(char *text, size_t size, const char *begin, size_t length)
{
	while (length && isspace((unsigned char)*begin)) {
		begin++;
		length--;
	}
	while (length && isspace((unsigned char)begin[length - 1]))
		length--;
	(void)snprintf(text, size, "%.*s", (int)length, begin);
}

bool hostfs_line(char *text, size_t size, const char *format, ...)
{
	HOSTFS_PATH(path, format);
	cleanup_free char *whole = file_read(path, NULL, NULL);

	text[0] = '\0';
	if (!whole)
		return false;
	copy_trimmed(text, size, whole, strcspn(whole, "\n"));
	return true;
}

bool hostfs_field(const char *file, const char *key, char *text, size_t size)
{
	size_t length = strlen(key);

	text[0] = '\0';
	for (const char *line = file; line && *line; line = text_behind(line, '\n')) {
		const char *colon = line + length;

		if (strncmp(line, key, length))
			continue;
		colon += strspn(colon, " \t");
		if (*colon++ != ':')
			continue;
		copy_trimmed(text, size, colon, strcspn(colon, "\n"));
		return true;
	}
	return false;
}

bool hostfs_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length) {
		bool starts = at == list || strchr(" \t\n,", at[-1]);

		if (starts && strchr(" \t\n,", at[length])) /* the terminator counts as found */
			return true;
	}
	return false;
}

void hostfs_choose(char *text)
{
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (close) {
		size_t length = (size_t)(close - open - 1);

		(void)memmove(text, open + 1, length);
		text[length] = '\0';
	}
}

static struct json *row_value(const struct hostfs_row *row)
{
	char line[HOSTFS_LINE_MAX], *end;

	if (!hostfs_line(line, sizeof(line), "%s", row->path))
		return json_new_text(NULL);
	if (row->kind == HOSTFS_CHOICE)
		hostfs_choose(line);
	if (row->kind != HOSTFS_NUMBER)
		return json_new_text(line);
	long long number = strtoll(line, &end, 10);

	return end == line ? json_new_text(NULL) : json_new_int(number);
}

void hostfs_add_rows(struct json *object, const struct hostfs_row *rows)
{
	for (; rows->key; rows++) {
		if (rows->kind == HOSTFS_THERE)
			json_add_bool(object, rows->key, hostfs_exists("%s", rows->path));
		else
			json_add(object, rows->key, row_value(rows));
	}
}
