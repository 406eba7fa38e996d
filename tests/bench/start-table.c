/* SPDX-License-Identifier: Apache-2.0 */
/* The runtimes of make bench-start, in place of runtimes/table.c: what it compares, and two that only it has. */
#include "harness/model/runtime.h"

extern const struct runtime runtime_process, runtime_namespace, runtime_crun, runtime_runc, runtime_bubblewrap,
    runtime_straight;

const struct runtime *const runtimes[] = {
    &runtime_process, &runtime_namespace, &runtime_straight, &runtime_bubblewrap, &runtime_crun, &runtime_runc, NULL,
};
