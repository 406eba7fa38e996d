/* SPDX-License-Identifier: Apache-2.0 */
/* What a pool holds: the parts of a box that can be made before anybody asks for it. */
#pragma once

#include "harness/base/packet.h"
#include "harness/keeper/box-run.h"

/** An IPC namespace of the starter's own, with nothing in it, to come home to: its descriptor gets the number. */
int ahead_home(int number);
/**
 * Makes them in the starter, which is in the box's network and IPC namespace afterwards; `ret_fds` as
 * start_box_ahead() says. 0 or a negative errno, with run->stage saying at what; what has been made by then goes with
 * the starter's descriptors, and the cgroups by name.
 */
int ahead_make(struct box_run *run, struct packet_fds *ret_fds);
