/* SPDX-License-Identifier: Apache-2.0 */
/* Free memory that /proc/meminfo leaves out. */
#pragma once

#include <stdint.h>

/**
 * Bytes of free pages that the kernel keeps at hand for single CPUs (the page sets of /proc/zoneinfo). They are free,
 * and neither MemFree nor MemAvailable has them: up to a mebibyte and more a CPU comes and goes there. False: the
 * kernel does not say.
 */
_Bool free_lists_bytes(uint64_t *ret_bytes);
