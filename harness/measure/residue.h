/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance left behind after it was destroyed. The answer is part of its sample. */
#pragma once

#include "harness/measure/counters.h"
#include "harness/model/instance.h"

/** What is known of a living instance that must be gone later. */
struct residue {
	struct counters cgroups;
};

/** While it lives: notes the cgroups that it has. */
void residue_remember(struct residue *residue, const struct instance *in);
/** After destroy: process, cgroups, storage, sockets and mounts. "" in `text` where nothing is left. */
void residue_check(const struct residue *residue, const struct instance *in, char *text, size_t size);
