/* SPDX-License-Identifier: Apache-2.0 */
/* The only place that formats an error text. */
#include "harness/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int error_fill(struct error *err, int code, enum error_class class, const char *format, va_list args)
{
	if (!err)
		return code;
	err->code = code;
	err->class = class;
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	return code;
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)error_fill(err, code, ERROR_FAULT, format, args);
	va_end(args);
	return code;
}

int error_errno(struct error *err, int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)error_fill(err, -errnum, ERROR_FAULT, format, args);
	va_end(args);
	if (err) {
		size_t used = strlen(err->text);

		(void)snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(errnum));
	}
	return -errnum;
}

int error_input(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)error_fill(err, -EINVAL, ERROR_INPUT, format, args);
	va_end(args);
	return -EINVAL;
}

int error_host(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)error_fill(err, -ENOTSUP, ERROR_HOST, format, args);
	va_end(args);
	return -ENOTSUP;
}

int error_wrap(struct error *err, int code, const char *format, ...)
{
	char head[256], tail[sizeof(err->text)];
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	(void)vsnprintf(head, sizeof(head), format, args);
	va_end(args);
	(void)memcpy(tail, err->text, sizeof(tail));
	/* What does not fit is cut at the end: the place stands in front. */
	(void)snprintf(err->text, sizeof(err->text), "%s: %.*s", head,
		       (int)(sizeof(err->text) - sizeof(head) - 3), tail);
	return code;
}
