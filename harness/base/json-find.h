/* SPDX-License-Identifier: Apache-2.0 */
/* One value out of a document, by a path that can be written into a file. */
#pragma once

#include "harness/base/json.h"

/**
 * "summary/metric=request_to_ready_ns&subject=vm/median": a name steps into an object; in an array, KEY=VALUE with "&"
 * between finds the first object with these texts or whole numbers. NULL: there is none.
 */
const struct json *json_find(const struct json *value, const char *path);
