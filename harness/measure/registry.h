/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registry of one's own (docker-registry), for as long as it is needed: its data in the run's storage, on a port of
 * loopback, behind a counting reader (relay.h). The keeper is its parent, so it ends with the run however that ends.
 */
#pragma once

#include <stdbool.h>

#include "harness/measure/relay.h"
#include "harness/model/instance.h"

struct registry;

/** Starts an empty one and waits until it answers. error_host(): it is not installed. */
int registry_start(const struct run *run, struct registry **ret_registry, struct error *err);
/** "127.0.0.1:40123" */
const char *registry_address(const struct registry *registry);
struct relay_counts registry_counts(const struct registry *registry);
/** Whether it still runs. */
bool registry_lives(const struct registry *registry);
/** Ends it and removes all that it stored; takes NULL. */
void registry_stop(struct registry *registry);
