/* SPDX-License-Identifier: Apache-2.0 */
/* What every runtime does with a thing that the keeper started: keep its stamps, end it, wait for its end. */
#pragma once

#include "harness/base/error.h"
#include "harness/base/start.h"
#include "harness/model/instance.h"
#include "harness/model/subject.h"

/** Sets pid and pidfd (the instance takes the descriptor) and adds the keeper's stamps to the timeline. */
void started_record(struct instance *in, const struct started *started);
/** SIGKILL to the main process; fine where it has ended already. */
int started_kill(struct instance *in, struct error *err);
/** Kills and waits until the main process is reaped; with the keeper gone, until it has ended. Does nothing
 * to an instance that has no process yet. -ETIMEDOUT: the kernel does not let it go. */
int started_end(struct instance *in, struct error *err);
/** The program that started it, as a cost of the platform (method R3.3). */
void started_platform(const struct instance *in, struct costs *costs);
