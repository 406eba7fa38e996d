/* SPDX-License-Identifier: Apache-2.0 */
/* How an instance is isolated and limited: read from /proc and the cgroup files of the running payload as the host sees
 * it, never from what was asked for (method R7.0). Of a guest there is nothing to read: its payload is no process
 * here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/json-plain.h"
#include "harness/base/json.h"

struct profile {
	bool known;
	char namespaces[80]; /**< those that are not the harness's: "mnt pid net ipc uts cgroup user"; "" none */
	char seccomp[16];    /**< "off", "strict" or "filter"; "" unknown */
	int64_t seccomp_filters;
	int64_t no_new_privs;			 /**< 0 or 1 */
	char cap_bounding[20], cap_effective[20]; /**< hex, as in /proc/PID/status */
	int64_t host_uid;			 /**< the host's view of its effective user */
	char lsm[96];				 /**< label of the security module; "" none */
	char root_type[24];			 /**< of the root file system: "overlay", "ext4" */
	int64_t mounts, read_only_mounts;	 /**< in its mount namespace */
	int64_t memory_limit_bytes, pids_limit;	 /**< of its own cgroup; UNKNOWN: it has none */
	int64_t open_files_limit;		 /**< soft */
};

/** The object as it is written, into a struct profile. */
extern const struct json_plain_field profile_fields[];

/** Nothing known. */
void profile_init(struct profile *profile);
/** NULL where nothing is known. */
struct json *profile_to_json(const struct profile *profile);
/** Takes NULL. */
void profile_from_json(const struct json *object, struct profile *ret_profile);
