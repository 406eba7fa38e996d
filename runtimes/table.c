/* SPDX-License-Identifier: Apache-2.0 */
/* The list of runtimes, in the order of `tare list`. One X line makes a row; runtime_NAME is defined in the
 * runtime's own file. */
#include "harness/model/runtime.h"

#define RUNTIMES(X)                                                                                     \
	X(process)                                                                                      \
	X(namespace)                                                                                    \
	X(crun)                                                                                         \
	X(runc)                                                                                         \
	X(youki)                                                                                        \
	X(runsc)                                                                                        \
	X(kata)                                                                                         \
	X(docker)                                                                                       \
	X(docker_cli)                                                                                   \
	X(podman)                                                                                       \
	X(lxc)                                                                                          \
	X(vm)                                                                                           \
	X(qemu_direct)                                                                                  \
	X(mock)

#define RUNTIME_DECLARE(name) extern const struct runtime runtime_##name;
RUNTIMES(RUNTIME_DECLARE)

#define RUNTIME_ROW(name) &runtime_##name,
const struct runtime *const runtimes[] = {RUNTIMES(RUNTIME_ROW) NULL};
