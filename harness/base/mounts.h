/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts that hang in a folder which has to go: file_remove_tree() enters none. */
#pragma once

/** Detaches every mount of this mount namespace below the folder (an absolute path without links); what still uses one
 * keeps it until it lets go. Does what the caller may. */
void mounts_detach_below(const char *folder);
