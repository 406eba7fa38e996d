/* SPDX-License-Identifier: Apache-2.0 */
/* The runtimes of make bench-start and make bench-engines, in place of runtimes/table.c: what they compare, and some
 * that only they have. */
#include "harness/model/runtime.h"

extern const struct runtime runtime_process, runtime_namespace, runtime_crun, runtime_runc, runtime_bubblewrap,
    runtime_straight, runtime_docker, runtime_docker_straight, runtime_podman, runtime_podman_straight;

const struct runtime *const runtimes[] = {
    &runtime_process, &runtime_namespace, &runtime_straight, &runtime_bubblewrap, &runtime_crun, &runtime_runc,
    &runtime_docker, &runtime_docker_straight, &runtime_podman, &runtime_podman_straight, NULL,
};
