/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: vfork and exec at the floor. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/keeper/clone.h"
#include "harness/keeper/keeper.h"

#define PROGRAM_TEXTS_MAX 256

/* In the child, with the keeper's memory. */
static int program_child(void *data)
{
	struct program *p = data;
	sigset_t none;

	p->first_ns = clock_now_ns();
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* The harness has things to end when the keeper dies. */
	(void)prctl(PR_SET_PDEATHSIG, p->own ? SIGTERM : SIGKILL);
	if (getppid() != p->parent)
		_exit(127);
	if (p->own) {
		(void)fcntl(p->keep, F_SETFD, 0);
	} else {
		(void)setsid();
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			(void)dup2(fd == STDERR_FILENO && p->said >= 0 ? p->said : p->null, fd);
	}
	p->exec_ns = clock_now_ns();
	(void)execve(p->path, p->argv, p->envp);
	p->errnum = errno;
	_exit(127);
}

static void reply_stamp(struct start_message *reply, enum box_stage stage, uint64_t t_ns)
{
	reply->stamps[reply->stamp_count++] = (struct start_stamp){.stage = stage, .t_ns = t_ns};
}

int program_start(struct program *program, struct start_message *reply)
{
	int pidfd = -1;

	reply_stamp(reply, BOX_STAGE_CLONE_CALL, clock_now_ns());
	pid_t pid = clone_run(0, -1, program_child, program, &pidfd);
	uint64_t returned_ns = clock_now_ns();

	if (pid < 0) {
		reply->errnum = -pid;
		reply->stage = BOX_STAGE_CHILD_FIRST;
		return -1;
	}
	reply->pid = pid;
	reply->errnum = program->errnum;
	reply->stage = BOX_STAGE_EXECVE_CALL;
	reply_stamp(reply, BOX_STAGE_CHILD_FIRST, program->first_ns);
	reply_stamp(reply, BOX_STAGE_EXECVE_CALL, program->exec_ns);
	reply_stamp(reply, BOX_STAGE_CLONE_RETURN, returned_ns);
	return pidfd;
}

/* The texts of a request as vectors; false where they are not what the counts say. */
static bool program_split(const struct start_program *request, char **texts, struct program *program)
{
	size_t count = 1 + (size_t)request->argument_count + request->variable_count, used = 0;
	char **next = texts;

	if (!request->argument_count || count > PROGRAM_TEXTS_MAX || request->text[0] != '/')
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t length = strnlen(request->text + used, sizeof(request->text) - used);

		if (used + length >= sizeof(request->text))
			return false;
		if (i == 1)
			program->argv = next;
		if (i == 1 + request->argument_count) {
			*next++ = NULL;
			program->envp = next;
		}
		*next++ = (char *)(uintptr_t)request->text + used;
		used += length + 1;
	}
	*next = NULL;
	if (!request->variable_count)
		program->envp = next;
	program->path = texts[0];
	return true;
}

int program_serve(struct keeper *keeper, const struct start_program *request, const struct packet_fds *fds,
		  struct start_message *reply)
{
	char *texts[PROGRAM_TEXTS_MAX + 2];
	struct program program = {
		.null = keeper->null, .said = fds->count ? fds->fds[0] : -1, .parent = keeper->pid};

	if (!program_split(request, texts, &program)) {
		reply->errnum = EINVAL;
		return -1;
	}
	return program_start(&program, reply);
}
