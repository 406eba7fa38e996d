/* SPDX-License-Identifier: Apache-2.0 */
/* An image in a registry, as it is asked for: "REGISTRY/NAME:TAG". */
#pragma once

#include <stdint.h>

struct remote_image {
	const char *registry;	/**< "127.0.0.1:40123": HTTP without TLS, nobody has to log in */
	const char *name;	/**< "tare-ID" */
	const char *tag;	/**< "first" */
	uint64_t deadline_ns;	/**< CLOCK_MONOTONIC: what has not ended then fails with -ETIMEDOUT */
};
