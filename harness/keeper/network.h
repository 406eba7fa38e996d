/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces, the dearest part of a container: the starter makes one while the child mounts, on another CPU
 * where one is free. For that the starter goes into the new namespace, where the child follows it; then it goes home.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "harness/keeper/box-run.h"

/** A namespace of the starter's own, with nothing in it, to come home to: its descriptor gets the number. */
int network_home(int number);
/** Starter: makes the box's namespace and tells the child. Sets run->network; leaves errno alone. */
void network_make(struct box_run *run);
/** Starter, in the box's namespace: a descriptor of it, or a negative errno. */
int network_hold(void);
/** Starter: leaves it again, once nobody has to follow any more. 0 or a negative errno. */
int network_leave(int home);
/** Child: enters the namespace, for a new one once it is there. 0 or a negative errno; -EOWNERDEAD: the starter is gone. */
int network_join(struct box_run *run);
