/* SPDX-License-Identifier: Apache-2.0 */
/* What a student hands in: for each lab the prediction, the own numbers beside it, and room for answers. */
#pragma once

#include <stddef.h>

#include "harness/base/error.h"

/** One lab that was done. */
struct handin_run {
	char *lab, *folder; /**< name, and the run's folder */
};

/** Writes FOLDER/hand-in.md and hand-in.html from runs of labs of `labs` (a folder). `who`: "" for nobody's name. */
int handin_write(const struct handin_run *runs, size_t count, const char *labs, const char *who, const char *folder,
		 struct error *err);
