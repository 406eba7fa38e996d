/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces that a starter comes back to: it opens them while it still sees /proc. */
#pragma once

/** A descriptor of a namespace in which the caller is ("mnt", "net", "ipc") gets the number. 0 or a negative errno. */
int home_keep(const char *name, int number);
/** Gives the descriptor that number; a negative one: 0 or a negative errno of the call that was to give it. */
int home_renumber(int fd, int number);
