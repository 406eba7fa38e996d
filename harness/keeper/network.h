/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces, the dearest part of a container. The starter has a helper that makes them while the child
 * mounts, the maker: a process that shares its memory and runs on any CPU but the starter's. Where those are all busy
 * it comes late, and the starter does the work itself. Who makes the namespace is in it then, where the child follows;
 * afterwards he goes home.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "harness/keeper/box-run.h"

/** A namespace of the starter's own, with nothing in it, to come home to: its descriptor gets the number. */
int network_home(int number);
/** Starts the maker, which comes home to `home`; its pidfd gets the number. It ends with the starter. */
int network_maker(int home, int number);
/** Orders the box's namespace from the maker; run->network tells the child. */
void network_begin(struct box_run *run);
/** The caller makes it, unless the maker is at it. Leaves errno alone. */
void network_help(struct box_run *run);
/** Once nobody has to follow any more, the maker leaves; so must the caller. Leaves errno alone. -EOWNERDEAD: it is
 * gone, and the starter of no use. */
int network_end(struct box_run *run);
/** Child: enters the namespace, a new one once it is there. 0 or a negative errno; -EOWNERDEAD: the maker is gone. */
int network_join(struct box_run *run);

/* Without the maker: the caller goes into the namespace itself, and leaves it. */

/** Makes the box's namespace. Sets run->network; leaves errno alone. */
void network_make(struct box_run *run, enum network_state by);
/** A descriptor of the namespace in which one is, or a negative errno. */
int network_hold(void);
/** 0 or a negative errno. */
int network_leave(int home);
