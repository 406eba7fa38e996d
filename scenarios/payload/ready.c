/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the first instruction to the ready byte. Runs before the C library has started: no library
 * function, no thread-local variable (errno), nothing but system calls made by hand.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "scenarios/payload/fault.h"
#include "scenarios/payload/port.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"

struct ready ready = {.fd = -1};

/* The value behind "NAME=" in the environment, or NULL. */
static const char *environment_value(char *const *environment, const char *name)
{
	for (; *environment; environment++) {
		const char *word = *environment;
		const char *at = name;

		while (*at && *at == *word) {
			at++;
			word++;
		}
		if (!*at && *word == '=')
			return word + 1;
	}
	return NULL;
}

/* What follows a prefix, or NULL where the text does not start with it. */
static const char *text_after(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return NULL;
	return text;
}

static int failed(const char *what, long error)
{
	ready.failed = what;
	ready.error = (int)-error;
	return -1;
}

static int open_ports(void)
{
	long rc = syscall_raw(SYS_iopl, 3, 0, 0);

	if (rc < 0)
		return failed("iopl", rc);
	ready.isa = true;
	return 0;
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = 0;
	long rc;

	for (; path[length]; length++) {
		if (length + 1 == sizeof(address.sun_path))
			return failed("socket path", -ENAMETOOLONG);
		address.sun_path[length] = path[length];
	}
	rc = syscall_raw(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (rc < 0)
		return failed("socket", rc);
	ready.fd = (int)rc;
	length += offsetof(struct sockaddr_un, sun_path) + 1;
	rc = syscall_raw(SYS_connect, ready.fd, (long)&address, (long)length);
	return rc < 0 ? failed("connect", rc) : 0;
}

static int open_channel(void)
{
	const char *path;

	if (!ready.channel)
		return failed(PROTOCOL_ENV_CHANNEL, -EDESTADDRREQ);
	path = text_after(ready.channel, PROTOCOL_UNIX_PREFIX);
	if (path)
		return open_socket(path);
	path = text_after(ready.channel, PROTOCOL_ISA);
	if (path && !*path)
		return open_ports();
	return failed(PROTOCOL_ENV_CHANNEL, -EINVAL);
}

/* Only tests delay the payload or make a fault of it. */
static void obey_tests(char *const *environment)
{
	const char *fault = environment_value(environment, PROTOCOL_ENV_FAULT);
	const char *delay = environment_value(environment, PROTOCOL_ENV_DELAY);
	uint64_t ns = 0;

	if (fault)
		fault_make(fault);
	for (; delay && *delay >= '0' && *delay <= '9'; delay++)
		ns = ns * 10 + (uint64_t)(*delay - '0');
	if (ns) {
		struct timespec sleep = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};

		syscall_raw(SYS_nanosleep, (long)&sleep, 0, 0);
	}
}

static void stamp_now(struct stamp *stamp)
{
	stamp->boottime_ns = syscall_clock_ns(CLOCK_BOOTTIME);
	stamp->monotonic_ns = syscall_clock_ns(CLOCK_MONOTONIC);
	stamp->tsc = stamp_tsc();
}

/* The guest is saved while this waits, and goes on when it was restored. No sleep: that would be slept to its end. */
static void hold(void)
{
	port_write(PROTOCOL_PORT_READY, PROTOCOL_HELD);
	while (!(port_read(PORT_STATUS) & PORT_STATUS_DATA))
		;
	stamp_now(&ready.first);
	ready.held = true;
	ready.stage = NULL;
}

static void send_ready(void)
{
	const char byte = PROTOCOL_READY;
	long rc = 1;

	stamp_now(&ready.source);
	if (ready.isa)
		port_write(PROTOCOL_PORT_READY, (uint8_t)byte);
	else
		rc = syscall_raw(SYS_write, ready.fd, (long)&byte, 1);
	if (rc != 1)
		failed("ready byte", rc < 0 ? rc : -EIO);
}

/* As a command in a box that has a payload already, and perhaps with the same environment: it has no channel. */
static bool is_command(const long *stack)
{
	const char *rest = stack[0] == 2 ? text_after((const char *)stack[2], PROTOCOL_ARGUMENT_TRUE) : NULL;

	return rest && !*rest;
}

void ready_enter(const long *stack, uint64_t tsc)
{
	char *const *environment = (char *const *)(stack + 1 + stack[0] + 1);

	ready.first.tsc = tsc;
	ready.first.monotonic_ns = syscall_clock_ns(CLOCK_MONOTONIC);
	ready.first.boottime_ns = syscall_clock_ns(CLOCK_BOOTTIME);
	ready.channel = environment_value(environment, PROTOCOL_ENV_CHANNEL);
	ready.root = environment_value(environment, PROTOCOL_ENV_ROOT);
	ready.root_mode = environment_value(environment, PROTOCOL_ENV_ROOT_MODE);
	ready.peer = environment_value(environment, PROTOCOL_ENV_PEER);
	ready.stage = environment_value(environment, PROTOCOL_ENV_STAGE);
	if (is_command(stack) || open_channel() < 0)
		return;
	ready.first_stage = ready.isa && ready.root && !ready.stage;
	if (ready.first_stage)
		return;
	obey_tests(environment);
	if (ready.isa && environment_value(environment, PROTOCOL_ENV_HOLD))
		hold();
	send_ready();
}
