/* SPDX-License-Identifier: Apache-2.0 */
/* Warm or cold artefacts before a sample (method 1.8): brought about, and proven. */
#pragma once

#include "harness/model/instance.h"
#include "harness/model/sample.h"

/**
 * Before the request: drops the subject's artefacts from the page cache, or reads in what is not there, as the subject
 * wants it; then says what is there. Programs of the runtime itself (QEMU and its libraries) are left as they are,
 * for every subject.
 */
void cache_prepare(const struct run *run, const struct subject *subject, struct cache_state *ret_state);
