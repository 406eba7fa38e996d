/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as people write them on the command line and in scenarios: "256MiB", "30s", "12". */
#pragma once

#include <stdint.h>

#include "harness/base/error.h"

/** Bytes: a whole number with B, KiB, MiB, GiB or TiB (none: bytes). No overflow, no sign. */
int quantity_parse_bytes(const char *text, uint64_t *ret_bytes, struct error *err);
/** A duration: a number with ns, us, ms, s, min or h (a unit is required, but for 0). */
int quantity_parse_ns(const char *text, uint64_t *ret_ns, struct error *err);
/** Percent, above 0 and below 1000, with or without its sign: "5%", "2.5"; as a part of 1. */
int quantity_parse_percent(const char *text, double *ret_ratio, struct error *err);
/** A whole number between two bounds. */
int quantity_parse_count(const char *text, uint64_t least, uint64_t most, uint64_t *ret_count, struct error *err);
