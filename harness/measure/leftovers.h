/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs that were killed may have left on this host: their names carry the run's id, and a run that
 * still lives holds a lock on its private folder. Only such names are ever touched.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

#define LEFTOVERS_NOTE "storage" /* in the private folder: where the run's storage is */

/** Tells of one thing that is (or would be) removed: "process", "cgroup", "folder", and which. */
typedef void (*leftovers_tell)(void *data, const char *what, const char *which);

#define LEFTOVERS_PREFIX "tare-" /* of private folders, domains and cgroups; an id follows */

/**
 * Makes the private folder and takes the lock that says that the run lives; keep the descriptor open as long as it
 * does. Another run's cleaning may take a folder away that nobody has locked yet: then it is made again.
 * error_input(): a living run has it.
 */
int leftovers_claim(const char *private_folder, struct error *err);
/** Is this the name of a run's private folder: "tare-" and 16 hex digits? */
bool leftovers_is_run(const char *name);
/**
 * Finds the runs that have died; kills their processes and removes their cgroups and folders unless `dry_run`.
 * The storage folder that a run noted is believed only where it is called as the run and belongs to the caller;
 * no link is followed on the way to it. Returns the number of things.
 */
size_t leftovers_clean(bool dry_run, leftovers_tell tell, void *data);
/** Away with one run's processes, cgroups and folders: for the run itself, where it cannot end as usual. */
void leftovers_end(const char *private_folder);
