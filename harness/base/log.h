/* SPDX-License-Identifier: Apache-2.0 */
/* Debug lines on standard error when TARE_DEBUG is set. Nothing else below harness/cli talks. */
#pragma once

#include <stdbool.h>

bool log_enabled(void);
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
