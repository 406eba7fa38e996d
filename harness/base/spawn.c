/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"

#define SPAWN_SAID_MAX 32768

/* The end of what the program wrote. */
struct spawn_said {
	char text[SPAWN_SAID_MAX];
	size_t length;
};

static void spawn_said_add(struct spawn_said *said, const char *bytes, size_t count)
{
	size_t over = said->length + count > sizeof(said->text) - 1
			      ? said->length + count - sizeof(said->text) + 1
			      : 0;

	(void)memmove(said->text, said->text + over, said->length - over);
	(void)memcpy(said->text + said->length - over, bytes, count);
	said->length += count - over;
	said->text[said->length] = '\0';
}

/* Takes what the pipe holds now; false: all writers are gone. */
static bool spawn_said_read(struct spawn_said *said, int fd)
{
	char bytes[SPAWN_SAID_MAX / 2];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		spawn_said_add(said, bytes, (size_t)got);
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* The last line that says something, without control characters; "" for none. */
static const char *spawn_said_last(struct spawn_said *said)
{
	char *end = said->text + said->length;

	while (end > said->text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	char *line = strrchr(said->text, '\n');

	line = line ? line + 1 : said->text;
	for (char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	return line + strspn(line, " ");
}

/* Its own process group: the terminal's Ctrl-C is the caller's to handle, and a kill takes all of it. */
static int spawn_start(const struct spawn_program *program, int output, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
							    POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setsigdefault(&attributes, &all);
	(void)posix_spawn_file_actions_init(&actions);
	int rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	if (!rc && program->folder)
		rc = posix_spawn_file_actions_addchdir_np(&actions, program->folder);
	if (!rc)
		rc = posix_spawnp(ret_pid, program->arguments[0], &actions, &attributes,
				  (char *const *)(uintptr_t)program->arguments,
				  program->variables ? (char *const *)(uintptr_t)program->variables
						     : environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	return -rc;
}

/* Reads its output until it has ended. -ETIMEDOUT: it still runs; other negative errno: cannot wait. */
static int spawn_follow(int pidfd, int output, uint64_t deadline_ns, struct spawn_said *said)
{
	struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN}, {.fd = output, .events = POLLIN}};

	for (;;) {
		uint64_t now = clock_now_ns();

		if (now >= deadline_ns)
			return -ETIMEDOUT;
		uint64_t left_ms = (deadline_ns - now) / 1000000 + 1;

		if (poll(fds, 2, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].fd >= 0 && fds[1].revents && !spawn_said_read(said, output))
			fds[1].fd = -1;
		if (fds[0].revents)
			return 0;
		fds[0].revents = fds[1].revents = 0;
	}
}

static int spawn_judge(const char *name, int status, struct spawn_said *said, struct error *err)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	bool killed = WIFSIGNALED(status);

	return error_set(err, -EIO, "%s: %s %d: %s", name, killed ? "killed by signal" : "exit status",
			 killed ? WTERMSIG(status) : WEXITSTATUS(status), spawn_said_last(said));
}

static int spawn_whole(const struct spawn_program *program, struct spawn_said *said, struct error *err)
{
	const char *name = program->arguments[0];
	uint64_t deadline_ns = clock_now_ns() + program->timeout_ns;
	int ends[2], status = 0;
	pid_t pid = -1;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "%s: no pipe", name);
	cleanup_close int output = ends[0], input = ends[1];

	(void)fcntl(output, F_SETFL, O_NONBLOCK);
	int rc = spawn_start(program, input, &pid);

	if (rc < 0)
		return error_errno(err, -rc, "%s: cannot start", name);
	(void)close(steal_fd(&input));
	cleanup_close int pidfd = pidfd_open(pid, 0);

	rc = pidfd < 0 ? -errno : spawn_follow(pidfd, output, deadline_ns, said);
	if (rc < 0)
		(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "%s: cannot wait for it", name);
	(void)spawn_said_read(said, output);
	if (rc == -ETIMEDOUT)
		return error_set(err, rc, "%s: still running after %.3g s, killed", name,
				 (double)program->timeout_ns / 1e9);
	return rc < 0 ? error_errno(err, -rc, "%s: cannot wait for it", name)
		      : spawn_judge(name, status, said, err);
}

int spawn_run(const struct spawn_program *program, struct error *err)
{
	struct spawn_said said = {.length = 0};

	return spawn_whole(program, &said, err);
}

int spawn_read(const struct spawn_program *program, char *said, size_t size, struct error *err)
{
	struct spawn_said all = {.length = 0};
	int rc = spawn_whole(program, &all, err);

	(void)snprintf(said, size, "%s", all.text);
	return rc;
}
