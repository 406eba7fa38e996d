/* SPDX-License-Identifier: Apache-2.0 */
/* Who the payload is: what it says of itself, held against what the host sees. */
#pragma once

#include "harness/measure/receiver.h"
#include "harness/model/sample.h"

/** What the payload and its kernel are compared with. */
struct identity_expected {
	char boot_id[40];		 /**< the host's */
	char payload_sha256[DIGEST_HEX]; /**< of the program that was built and is meant to run */
	int64_t payload_bytes;
};

/** Reads the boot id and the payload in the artifacts folder; error_host() where it was not built. */
int identity_expect(const char *artifacts, struct identity_expected *ret_expected, struct error *err);
/**
 * From the payload's facts to the sample's identity. Where the payload runs on the host's kernel (same boot id)
 * its clock stamps are the host's, and become the events `user_main` and `ready_src`.
 */
void identity_read(struct channel *channel, struct instance *in, const struct identity_expected *expected,
		   struct sample *sample);
