/* SPDX-License-Identifier: Apache-2.0 */
/* The system call filter of containers as an OCI runtime and Docker take it: the list, not the program. */
#pragma once

#include "harness/base/json.h"

/** `linux.seccomp` of an OCI config.json: what seccomp_build() makes, as an object. The caller frees it. */
struct json *seccomp_oci(void);
