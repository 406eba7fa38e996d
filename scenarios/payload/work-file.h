/* SPDX-License-Identifier: Apache-2.0 */
/* What the workloads on files share: one file in the order's folder, made of blocks that can be told apart. */
#pragma once

#include "scenarios/payload/work.h"

#define WORK_FILE_MAX 256

/** FOLDER/NAME. -ENAMETOOLONG with `failed` set. */
int work_file_path(struct work *work, const char *name, char path[WORK_FILE_MAX]);
/** Opens it, made new where `flags` say so. The descriptor, or negative errno with `failed` set. */
int work_file_open(struct work *work, const char *name, int flags);
/** Every 8 bytes of the block are a function of its number. */
void work_file_fill(uint64_t *block, uint64_t bytes, uint64_t number);
