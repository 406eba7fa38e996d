/* SPDX-License-Identifier: Apache-2.0 */
/* Can this user make a user namespace that is worth anything? Tried, since settings alone do not tell. */
#pragma once

#include <stdbool.h>

struct userns_report {
	bool works;
	char reason[128]; /**< the step that was refused, with the errno; empty where it works */
};

/**
 * A child process makes a user namespace, maps itself to root in it and makes a mount namespace there; then
 * it ends, and nothing of it is left. Once per process, then the same answer.
 */
void userns_probe(struct userns_report *ret);
