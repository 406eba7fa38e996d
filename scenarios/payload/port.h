/* SPDX-License-Identifier: Apache-2.0 */
/* I/O ports of a guest: the debug port and the 16550 of the first serial line, both without a driver. */
#pragma once

#include <stdint.h>

#include "harness/model/protocol.h"

/* Registers of the 16550, and the bits that are used. */
#define PORT_DATA (PROTOCOL_PORT_SERIAL + 0) /* also the low half of the divisor while the latch is open */
#define PORT_IRQ (PROTOCOL_PORT_SERIAL + 1)  /* also its high half */
#define PORT_FIFO (PROTOCOL_PORT_SERIAL + 2)
#define PORT_LINE (PROTOCOL_PORT_SERIAL + 3)
#define PORT_MODEM (PROTOCOL_PORT_SERIAL + 4)
#define PORT_STATUS (PROTOCOL_PORT_SERIAL + 5)
#define PORT_FIFO_BYTES 16u
#define PORT_STATUS_DATA 0x01u  /* a byte can be read */
#define PORT_STATUS_EMPTY 0x20u /* PORT_FIFO_BYTES can be written */

static inline void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}
