/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target: one reader of what others wrote. libFuzzer's main calls it with mutated inputs (make fuzz),
 * replay.c with the files of tests/fuzz/corpus/ (make check). A finding is a crash, a leak, a report of a
 * sanitizer, or an input that takes longer than a second.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
