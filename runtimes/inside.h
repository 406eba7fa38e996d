/* SPDX-License-Identifier: Apache-2.0 */
/* One command inside an instance, by a program that goes in. */
#pragma once

#include "harness/model/instance.h"

/** Starts a program of the host through the keeper and waits for its end; arguments[0] is its path, NULL ends them.
 * -EIO: it did not end with status 0. -ETIMEDOUT: not before in->deadline_ns. */
int inside_run(const struct instance *in, const char *const *arguments, struct error *err);
/** runtime.exec with nsenter: the namespaces and the root of the main process, but neither its cgroups nor its seccomp
 * filter. */
int inside_enter(struct instance *in, struct error *err);
