/* SPDX-License-Identifier: Apache-2.0 */
/* What tests want to go wrong before the ready byte. Like ready.c without a C library. */
#include "scenarios/payload/fault.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>

#include "scenarios/payload/port.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"

#define FLOOD_BYTES 65536
#define BOMB_PROCESSES 4096
#define EAT_STEP (1l << 20)

static void fault_hang(void)
{
	for (;;)
		syscall_raw(SYS_pause, 0, 0, 0);
}

static void fault_exit(void)
{
	syscall_raw(SYS_exit_group, 3, 0, 0);
}

static void fault_say(char byte)
{
	if (ready.isa)
		port_write(PROTOCOL_PORT_READY, (uint8_t)byte);
	else
		syscall_raw(SYS_write, ready.fd, (long)&byte, 1);
}

static void fault_close(void)
{
	syscall_raw(SYS_close, ready.fd, 0, 0);
}

static void fault_garbage(void)
{
	fault_say(PROTOCOL_READY ^ 0x7f);
}

static void fault_flood(void)
{
	for (int i = 0; i < FLOOD_BYTES; i++)
		fault_say('x');
}

/* What follows would be the host's trouble outside of a box, where the first process is PID 1. */
static _Bool boxed(void)
{
	return syscall_raw(SYS_getpid, 0, 0, 0) == 1;
}

static void fault_bomb(void)
{
	for (int i = 0; boxed() && i < BOMB_PROCESSES; i++)
		if (!syscall_raw(SYS_clone, SIGCHLD, 0, 0))
			fault_hang();
}

static void fault_eat(void)
{
	while (boxed()) {
		long at = syscall_mmap(EAT_STEP);

		if (at < 0)
			return;
		for (long offset = 0; offset < EAT_STEP; offset += 4096)
			*(volatile char *)(at + offset) = 1;
	}
}

static const struct {
	const char *name;
	void (*make)(void);
} faults[] = {
	{ "hang", fault_hang },	  { "exit", fault_exit }, { "close", fault_close }, { "garbage", fault_garbage },
	{ "flood", fault_flood }, { "bomb", fault_bomb }, { "eat", fault_eat },
};

static _Bool same_text(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

void fault_make(const char *name)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (same_text(name, faults[i].name))
			faults[i].make();
	fault_hang(); /* never ready, whatever the name */
}
