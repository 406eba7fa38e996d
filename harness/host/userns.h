/* SPDX-License-Identifier: Apache-2.0 */
/* Can this user make a user namespace that is worth anything? Tried, since settings alone do not tell. */
#pragma once

#include <stdbool.h>

struct userns_report {
	bool works;
	char reason[128];     /**< the step that was refused, with the errno; empty where it works */
	char sentence[320];   /**< the setting that refuses it, and the step; empty where it works */
	const char *remedy;   /**< what the user can do about it; "" where it works */
};

/** A setting that refuses user namespaces, where it has the value `bad`. */
struct userns_setting {
	const char *fact; /**< name below `limits` in host.json; NULL ends the table */
	const char *file;
	double bad;
	const char *reason, *remedy;
};

extern const struct userns_setting userns_settings[];

/** The remedy where no setting explains it. */
extern const char userns_remedy_other[];

/**
 * A child process makes a user namespace, maps itself to root in it and makes a mount namespace there; then
 * it ends, and nothing of it is left. Once per process, then the same answer.
 */
void userns_probe(struct userns_report *ret);
