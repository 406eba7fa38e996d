/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/**
 * Makes the fault that PROTOCOL_ENV_FAULT names, once the channel is open: hang, exit (with status 3), close, garbage
 * or flood (the channel), bomb (processes), eat (memory). Does not return: the payload never gets ready.
 */
void fault_make(const char *name);
