/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/** A new name for the folder of a run, where runs go by default: results/runs/TIME-NAME-ID. For free(). */
char *run_folder_new(const char *name);
