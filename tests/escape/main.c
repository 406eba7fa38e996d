/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A payload that tries to get out. It speaks the payload's protocol: after the ready byte one fact for each
 * attempt, "possible", "signal N" or the errno that stopped it, then it waits for its end.
 *
 *	payload PID PORT ABSTRACT     a process, a port and a socket of the host
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/model/protocol.h"
#include "tests/escape/escape.h"

struct target target;

int outcome(long result)
{
	return result < 0 ? errno : 0;
}

int open_to_write(const char *path)
{
	return outcome(open(path, O_WRONLY));
}

int have_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};

	if (syscall(SYS_capget, &header, sets) < 0)
		return errno;
	for (int i = 0; i < 2; i++)
		if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
			return 0;
	return EACCES;
}

static void attempt_make(const struct attempt *attempt, FILE *facts)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(attempt->try());
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		(void)fprintf(facts, "%s=not tried\n", attempt->name);
	else if (WIFSIGNALED(status))
		(void)fprintf(facts, "%s=signal %d\n", attempt->name, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		(void)fprintf(facts, "%s=%d\n", attempt->name, WEXITSTATUS(status));
	else
		(void)fprintf(facts, "%s=possible\n", attempt->name);
}

static char *attempts_make(void)
{
	static const struct attempt *const lists[] = {attempts_calls, attempts_files, attempts_host};
	char *text;
	size_t length;
	FILE *facts = open_memstream(&text, &length);

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct attempt *attempt = lists[i]; attempt->name; attempt++)
			attempt_make(attempt, facts);
	(void)fputs(PROTOCOL_END "\n", facts);
	return fclose(facts) ? NULL : text;
}

int main(int argc, char **argv)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = PROTOCOL_CONTAINER_SOCKET};
	const char ready = PROTOCOL_READY;

	if (argc != 4)
		return have_capabilities(); /* started again as /setuid */
	target = (struct target){(int)strtol(argv[1], NULL, 10), (unsigned)strtoul(argv[2], NULL, 10), argv[3]};
	int channel = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	char *facts = attempts_make();

	if (!facts || connect(channel, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    send(channel, &ready, 1, 0) != 1 || send(channel, facts, strlen(facts), 0) < 0)
		return 1;
	for (;;)
		(void)pause();
}
