/* SPDX-License-Identifier: Apache-2.0 */
/* One command inside of an instance whose runtime has no way in of its own: a program that enters its namespaces. */
#pragma once

#include "harness/model/instance.h"

/** runtime.exec with nsenter: the namespaces and the root of the main process, but neither its cgroups nor its seccomp
 * filter. */
int inside_enter(struct instance *in, struct error *err);
