/* SPDX-License-Identifier: Apache-2.0 */
/* How the parts of a scenario file are read: a table per object says which fields it may have. For scenario*.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/scenario.h"

/** Where a value was found, for errors: "FILE: JSON.path". */
struct place {
	char text[256];
};

struct reading {
	struct scenario *scenario;
	struct subject *subject; /**< the one that is being read */
	struct error *err;
};

/** One field of an object: what it must be, and who takes it. A table of them ends with a row without a name. */
struct field {
	const char *name;
	bool (*is)(const struct json *);
	const char *right; /**< what would be right */
	bool required;
	int (*take)(struct reading *, const struct json *, const struct place *);
};

/** The place of the field `name` in the object at `parent`. */
struct place place_of(const struct place *parent, const char *name);
/** Checks an object against its fields, then takes them in the table's order. */
int object_read(struct reading *r, const struct json *object, const struct field *fields, const struct place *where);
/** A text that becomes part of names and paths: `letters` begins with the 62 letters and digits. */
int take_name(struct reading *r, const struct json *value, const struct place *where, char *ret_name, size_t size,
	      const char *letters);
/** Only checks: a whole number in the range. */
int take_count(struct reading *r, const struct json *value, const struct place *where, uint64_t least, uint64_t most);

/** Defines a `take` that puts a checked whole number into `target`. */
#define COUNT_FIELD(function, target, least, most)                                                      \
	static int function(struct reading *r, const struct json *value, const struct place *where)    \
	{                                                                                               \
		int rc = take_count(r, value, where, least, most);                                      \
                                                                                                        \
		if (!rc)                                                                                \
			target = (uint64_t)json_number_of(value, 0);                                    \
		return rc;                                                                              \
	}

/** The envelope of all subjects; it is read before they are, each starts with a copy. */
int take_limits(struct reading *r, const struct json *value, const struct place *where);
/** Its default of one block stands where `blocks`, which are read before, have none. */
int take_experiment(struct reading *r, const struct json *value, const struct place *where);
/** Read after the experiment, which must then be `work`. */
bool is_workload(const struct json *value);
int take_workload(struct reading *r, const struct json *value, const struct place *where);
/** A workload that is an object: the user's own program. */
int take_program(struct reading *r, const struct json *value, const struct place *where);
int take_subjects(struct reading *r, const struct json *value, const struct place *where);
