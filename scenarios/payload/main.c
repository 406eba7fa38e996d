/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that runs inside every subject. It is ready before main() is reached (entry.S,
 * ready.c); what is left is to say the facts, answer commands, and end when told to.
 *
 * Exit status: 0 after "quit" or the channel's end, else one of enum status. A guest resets instead.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/payload/channel.h"
#include "scenarios/payload/child.h"
#include "scenarios/payload/facts.h"
#include "scenarios/payload/guest.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/text.h"
#include "scenarios/payload/weight.h"
#include "scenarios/payload/work.h"

enum status {
	STATUS_DONE = 0,
	STATUS_START = 1,   /* no channel named, or it could not be opened */
	STATUS_CHANNEL = 2, /* it broke */
};

static int command_work(struct command *command)
{
	return work_command(command->arguments);
}

static int command_ping(struct command *command)
{
	char line[48];
	struct text text = TEXT_OVER(line);

	text_add(&text, "p ");
	text_add_number(&text, command->received_tsc, 16);
	text_add_char(&text, ' ');
	text_add_number(&text, stamp_tsc(), 16);
	text_add_char(&text, '\n');
	return channel_write(line, text.length);
}

static int command_memory(struct command *command)
{
	(void)command;
	return facts_send_memory();
}

static int command_boot(struct command *command)
{
	(void)command;
	return facts_send_boot();
}

static int command_touch(struct command *command)
{
	return weight_touch(command->arguments);
}

static int command_exec(struct command *command)
{
	(void)command;
	return child_command();
}

static int command_write(struct command *command)
{
	return weight_write(command->arguments);
}

/* Row by row what the harness may ask for; `run` may take the arguments apart. */
static const struct {
	const char *name;
	int (*run)(struct command *command);
} commands[] = {
	{ PROTOCOL_COMMAND_PING, command_ping },
	{ PROTOCOL_COMMAND_MEMORY, command_memory },
	{ PROTOCOL_COMMAND_BOOT, command_boot },
	{ PROTOCOL_COMMAND_TOUCH, command_touch },
	{ PROTOCOL_COMMAND_WRITE, command_write },
	{ PROTOCOL_COMMAND_EXEC, command_exec },
	{ PROTOCOL_COMMAND_WORK, command_work },
};

static int command_unknown(void)
{
	static const char line[] = "E: unknown command\n";

	return channel_write(line, sizeof(line) - 1);
}

static void command_split(struct command *command)
{
	char *blank = strchr(command->line, ' ');

	command->arguments = blank ? blank + 1 : command->line + strlen(command->line);
	if (blank)
		*blank = '\0';
}

static int command_run(struct command *command)
{
	command_split(command);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(command->line, commands[i].name))
			return commands[i].run(command);
	return command_unknown();
}

/* Answers until the channel ends or "quit" comes: 0, or negative errno. */
static int serve(void)
{
	struct command command;
	int rc = facts_send();

	while (rc >= 0) {
		rc = channel_read(&command);
		if (rc <= 0 || !strcmp(command.line, PROTOCOL_COMMAND_QUIT))
			break;
		rc = command_run(&command);
	}
	return rc < 0 ? rc : 0;
}

int main(int argc, char **argv, char **environment)
{
	_Bool guest = ready.isa && getpid() == 1;

	if (argc == 2 && !strcmp(argv[1], PROTOCOL_ARGUMENT_TRUE))
		return STATUS_DONE;
	if (ready.failed && ready.isa)
		guest_fail(ready.failed, ready.error);
	if (ready.failed)
		return STATUS_START;
	if (ready.first_stage)
		guest_enter_root(environment);
	if (ready.isa)
		channel_setup();
	if (guest)
		guest_mount();
	int rc = serve();

	if (guest)
		guest_reset();
	return rc < 0 ? STATUS_CHANNEL : STATUS_DONE;
}
