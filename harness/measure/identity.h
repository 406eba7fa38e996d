/* SPDX-License-Identifier: Apache-2.0 */
/* Who the payload is: what it says of itself, held against what the host sees. */
#pragma once

#include "harness/measure/receiver.h"
#include "harness/model/sample.h"

/**
 * From the payload's facts to the sample's identity. Where the payload runs on the host's kernel (same boot id)
 * its clock stamps are the host's, and become the events `user_main` and `ready_src`.
 */
void identity_read(struct channel *channel, struct instance *in, const char *host_boot_id, struct sample *sample);
