/* SPDX-License-Identifier: Apache-2.0 */
/* The runs of labs that lie in the folder of runs. */
#pragma once

#include <stddef.h>

#include "harness/report/handin.h"

/** The newest run of each lab below `folder`, by the lab's name; for lab_runs_free(). */
size_t lab_runs_find(const char *folder, struct handin_run **ret_runs);
void lab_runs_free(struct handin_run *runs, size_t count);
