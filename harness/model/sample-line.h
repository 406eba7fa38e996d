/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the journal into a sample without a tree of it: what a journal of a million lines is read with. */
#pragma once

#include "harness/model/sample.h"

/**
 * `line` ends with '\n' and '\0'. True: `ret_sample` is what json_parse() and sample_from_json() would have made of
 * it. False: it is not as this program writes its samples, or no sample, or wrong; these two say what it is.
 */
bool sample_from_line(const char *line, struct sample *ret_sample);
