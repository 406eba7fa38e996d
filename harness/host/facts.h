/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine is: the `host` object of a report (method section 7), its schema being results/schema/.
 */
#pragma once

#include "harness/base/json.h"

/**
 * Everything that is known about this host without changing it, in about 0.3 s (0.2 s of it looking at load
 * and steal). `storage_path` is where instances and results will lie; it need not exist yet. Members: cpu,
 * virtualization, kernel, memory, cgroup, storage, clock, limits, devices, placement, load_before, daemons,
 * fingerprint_sha256. Unknown is null, with the reason in KEY_reason where it is not plain.
 */
struct json *facts_collect(const char *storage_path);

/**
 * SHA-256 over what must be equal for two runs to come from the same kind of host: CPU, topology, hypervisor,
 * kernel, memory size, cgroup version, file system, clock source. Not over load, limits, free space or
 * addresses.
 */
struct json *facts_fingerprint(const struct json *host);
