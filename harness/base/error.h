/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One shape for every failure. A function that can fail returns 0 or a negative errno and takes a
 * `struct error *` as its last argument. The text lives in the caller's frame: nothing is allocated
 * near a timed section, and nothing has to be released.
 *
 *	create:   return error_set(err, -ENOENT, "%s: no such file", path);
 *	system:   return error_errno(err, errno, "%s: cannot open", path);   (adds ": No such file...")
 *	pass on:  if (rc < 0) return error_wrap(err, rc, "scenario %s", name); (adds "scenario x: " in front)
 *	ignore:   (void)file_remove(path, NULL);                               (err may be NULL everywhere)
 *	blame:    return error_input(err, "%s: ...", file);    exit status 2: the user's input is wrong
 *	          return error_host(err, "no KVM: ...");       exit status 3: this host cannot do it
 *	// WRONG! printing an error and also returning it. Only harness/cli prints.
 */
#pragma once

#include <stdarg.h>

/** Whose fault it is; decides the exit status of the program. */
enum error_class {
	ERROR_FAULT, /**< something went wrong: exit status 1 */
	ERROR_INPUT, /**< usage or bad input: exit status 2 */
	ERROR_HOST,  /**< the host cannot do it: exit status 3 */
};

/** One failure. `text` is one line without a full stop, "FILE: JSON.path: what is wrong; what would be right". */
struct error {
	int code; /**< negative errno; 0: no error yet */
	enum error_class class;
	char text[1024];
};

/** Each returns `code` (error_errno: -errnum; error_input: -EINVAL; error_host: -ENOTSUP). `err` may be NULL. */
int error_set(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
int error_errno(struct error *err, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4)));
int error_input(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int error_host(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Puts "FORMAT: " in front of the text that is there already; returns `code`. */
int error_wrap(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
