/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's own stamps on the host's clock (method 1.6): ping-pong after ready, which start-up does not notice. */
#pragma once

#include "harness/base/clock.h"
#include "harness/measure/receiver.h"
#include "harness/model/sample.h"

/**
 * After the facts have come and identity_read() has put them into the sample: fills sample->sync, and for a guest
 * also the events of the timeline that only the guest can stamp. `begin` was read before the request. Whatever fails
 * becomes the record's reason: the headline never needs any of it.
 */
void sync_read(struct channel *channel, struct instance *in, const struct clock_tsc *begin, struct sample *sample);
