/* SPDX-License-Identifier: Apache-2.0 */
/* How late a waiting thread learns that a byte has come: the price that every ready byte pays at its end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAKEUP_MOST 4000

struct wakeup {
	uint64_t late_ns[WAKEUP_MOST]; /**< from before the send to after the receive */
	size_t count;
	bool realtime; /**< the waiting thread had the receiver's priority */
};

/**
 * Sends bytes over a unix socket of packets, until the instant but at least 20: the sender sits on CPUs of the list
 * (NULL: any), as subjects do, and the waiting thread where the caller is, with the receiver's priority if `realtime`.
 */
void wakeup_measure(const char *sender_cpus, bool realtime, uint64_t until_ns, struct wakeup *ret);
