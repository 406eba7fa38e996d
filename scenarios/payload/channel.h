/* SPDX-License-Identifier: Apache-2.0 */
/* The channel to the harness, once the ready byte is sent: whole lines out, commands in. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "harness/model/protocol.h"

/** A command as it came in. */
struct command {
	char line[PROTOCOL_LINE_MAX]; /**< without the newline; its first word once it was taken apart */
	char *arguments;              /**< what follows the first word and a blank; "" where nothing does */
	uint64_t received_tsc;        /**< when its first byte was seen */
};

/** Sets the serial line up (8N1, FIFOs on, no interrupts). Only for the I/O ports, and only once. */
void channel_setup(void);

/** Writes it all; on a socket one call is one packet. 0 or negative errno. */
int channel_write(const char *bytes, size_t length);

/** Answers a command with one fact. 0 or negative errno. */
int channel_answer(const char *key, uint64_t number);

/** Waits for a command. 1: there is one; 0: the harness closed the channel; negative errno. */
int channel_read(struct command *ret_command);
