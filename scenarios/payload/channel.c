/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two channels behind one pair of calls: a packet socket, where reading blocks, and the 16550 of a
 * guest, which is polled (its driver would cost a tty and an interrupt for each byte).
 */
#include <errno.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/payload/channel.h"
#include "scenarios/payload/port.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"
#include "scenarios/payload/text.h"

/* A guest answers at once while commands keep coming, and hardly runs when none do. */
#define SPIN_NS 2000000
#define SLEEP_MIN_NS 1000000
#define SLEEP_MAX_NS 32000000
/* Each look costs an emulated guest a millisecond of the host's CPU: dozens of idle ones would fill it. */
#define IDLE_AFTER_NS 1000000000
#define SLEEP_IDLE_NS 256000000

/* Input that was read but not used yet: a packet may hold more than one line. */
static struct {
	char bytes[PROTOCOL_LINE_MAX];
	size_t at, count;
	uint64_t tsc; /* when it was there */
} input;

void channel_setup(void)
{
	port_write(PORT_IRQ, 0);
	port_write(PORT_LINE, 0x80); /* opens the divisor latch */
	port_write(PORT_DATA, 1);    /* 115200 baud */
	port_write(PORT_IRQ, 0);
	port_write(PORT_LINE, 0x03);  /* 8N1 */
	port_write(PORT_FIFO, 0x07);  /* FIFOs on, emptied */
	port_write(PORT_MODEM, 0x03); /* DTR, RTS */
}

static void sleep_ns(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

/* Waits for a bit of the line status: spins first, then sleeps longer and longer. */
static void wait_status(uint8_t bit)
{
	uint64_t end_ns = 0;
	long pause_ns = SLEEP_MIN_NS;

	for (unsigned int polls = 1; !(port_read(PORT_STATUS) & bit); polls++) {
		if (polls % 16)
			continue;
		uint64_t time_ns = syscall_clock_ns(CLOCK_MONOTONIC);

		if (!end_ns)
			end_ns = time_ns + SPIN_NS;
		if (time_ns < end_ns)
			continue;
		long most_ns = time_ns - end_ns > IDLE_AFTER_NS ? SLEEP_IDLE_NS : SLEEP_MAX_NS;

		sleep_ns(pause_ns);
		pause_ns = pause_ns * 2 > most_ns ? most_ns : pause_ns * 2;
		polls = 15;
	}
}

static void write_ports(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (i % PORT_FIFO_BYTES == 0)
			wait_status(PORT_STATUS_EMPTY);
		port_write(PORT_DATA, (uint8_t)bytes[i]);
	}
}

int channel_write(const char *bytes, size_t length)
{
	if (ready.isa) {
		write_ports(bytes, length);
		return 0;
	}
	while (length) {
		ssize_t count = write(ready.fd, bytes, length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		bytes += count;
		length -= (size_t)count;
	}
	return 0;
}

/* More input: one byte of the serial line, or one packet. 1, 0 at its end, or negative errno. */
static int fill(void)
{
	ssize_t count = 1;

	if (ready.isa) {
		wait_status(PORT_STATUS_DATA);
		input.tsc = stamp_tsc();
		input.bytes[0] = (char)port_read(PORT_DATA);
	} else {
		do
			count = read(ready.fd, input.bytes, sizeof(input.bytes));
		while (count < 0 && errno == EINTR);
		input.tsc = stamp_tsc();
	}
	if (count < 0)
		return -errno;
	input.at = 0;
	input.count = (size_t)count;
	return count > 0;
}

int channel_read(struct command *ret_command)
{
	for (size_t length = 0; length < sizeof(ret_command->line);) {
		if (input.at == input.count) {
			int rc = fill();

			if (rc <= 0)
				return rc;
		}
		if (!length)
			ret_command->received_tsc = input.tsc;
		char c = input.bytes[input.at++];

		if (c == '\n' && !length)
			continue; /* what is left of a greeting */
		if (c == '\n') {
			ret_command->line[length] = '\0';
			return 1;
		}
		ret_command->line[length++] = c;
	}
	return -EMSGSIZE;
}

int channel_answer(const char *key, uint64_t number)
{
	char lines[64];
	struct text text = TEXT_OVER(lines);

	text_add(&text, key);
	text_add_char(&text, '=');
	text_add_number(&text, number, 10);
	text_add(&text, "\n" PROTOCOL_END "\n");
	return channel_write(lines, text.length);
}
