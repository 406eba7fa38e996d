/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest without an operating system: it sends the ready byte and then speaks the payload's protocol, as far as
 * there is something to say without a kernel. What it costs to start is the price of the VMM and its firmware alone,
 * and that it runs at all is what no container can do. Nothing here may need a C library or an interrupt.
 */
#include <stdbool.h>

#include "harness/model/protocol.h"
#include "scenarios/payload/port.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/text.h"

void bare_main(uint64_t first_tsc);
_Noreturn void bare_reset(void);

static struct stamp first, source; /* no clock but the counter: the rest stays 0 */

static void say(const struct text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		while (!(port_read(PORT_STATUS) & PORT_STATUS_EMPTY))
			;
		port_write(PORT_DATA, (uint8_t)text->start[i]);
	}
}

/* One command line without its newline, cut where it is too long; says when it was there. */
static uint64_t listen(struct text *line)
{
	uint64_t tsc = 0;

	for (line->length = 0;;) {
		while (!(port_read(PORT_STATUS) & PORT_STATUS_DATA))
			;
		if (!line->length)
			tsc = stamp_tsc();
		char c = (char)port_read(PORT_DATA);

		if (c == '\n') {
			line->start[line->length] = '\0';
			return tsc;
		}
		text_add_char(line, c);
	}
}

static bool is(const struct text *line, const char *word)
{
	const char *c = line->start;

	while (*word && *c == *word) {
		c++;
		word++;
	}
	return *c == *word;
}

static void fact_begin(struct text *text, const char *key)
{
	text_add(text, key);
	text_add_char(text, '=');
}

static void facts_say(void)
{
	static char buffer[PROTOCOL_LINE_MAX];
	struct text text = TEXT_OVER(buffer);

	fact_begin(&text, PROTOCOL_FACT_VERSION);
	text_add_number(&text, PROTOCOL_VERSION, 10);
	text_add_char(&text, '\n');
	fact_begin(&text, PROTOCOL_FACT_MAIN);
	stamp_text(&first, &text);
	text_add_char(&text, '\n');
	fact_begin(&text, PROTOCOL_FACT_READY);
	stamp_text(&source, &text);
	text_add_char(&text, '\n');
	fact_begin(&text, PROTOCOL_FACT_RELEASE);
	text_add(&text, PROTOCOL_RELEASE_BARE "\n");
	fact_begin(&text, PROTOCOL_FACT_CLOCKSOURCE);
	text_add(&text, "tsc\n" PROTOCOL_END "\n");
	say(&text);
}

static void ping_answer(uint64_t received_tsc)
{
	char buffer[48];
	struct text text = TEXT_OVER(buffer);

	text_add(&text, "p ");
	text_add_number(&text, received_tsc, 16);
	text_add_char(&text, ' ');
	text_add_number(&text, stamp_tsc(), 16);
	text_add_char(&text, '\n');
	say(&text);
}

/* To what it knows nothing about there is an empty answer. */
static void nothing_say(void)
{
	static char end[] = PROTOCOL_END "\n";

	say(&(struct text){.start = end, .length = sizeof(end) - 1, .size = sizeof(end)});
}

void bare_main(uint64_t first_tsc)
{
	static char buffer[PROTOCOL_LINE_MAX];
	struct text line = TEXT_OVER(buffer);

	first.tsc = first_tsc;
	source.tsc = stamp_tsc();
	port_write(PROTOCOL_PORT_READY, PROTOCOL_READY);
	port_write(PORT_IRQ, 0);
	port_write(PORT_FIFO, 0x07); /* FIFOs on, emptied */
	facts_say();
	for (;;) {
		uint64_t received_tsc = listen(&line);

		if (is(&line, PROTOCOL_COMMAND_PING))
			ping_answer(received_tsc);
		else if (is(&line, PROTOCOL_COMMAND_QUIT))
			bare_reset();
		else if (line.length)
			nothing_say();
	}
}
