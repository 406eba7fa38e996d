/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's own static program, which lies beside the payload: one operation is one run of it, from its start to its
 * end. It works in the order's folder, reads nothing, and what it writes to its standard output goes to the harness.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/payload/child.h"
#include "scenarios/payload/text.h"
#include "scenarios/payload/work.h"

#define PATH_SIZE 1024
#define ARGUMENTS_MAX 72 /* the user's, and what starts the program */
#define PLACED_MAX 4

static char program[PATH_SIZE];
static char arguments_text[PROTOCOL_PROGRAM_ARGUMENTS_MAX];
static char *arguments[ARGUMENTS_MAX + 2] = {program};

/* Beside the payload; false: the path is too long. */
static _Bool beside(const char *name, char path[PATH_SIZE])
{
	const char *own = child_program(), *slash = strrchr(own, '/');
	size_t folder = slash ? (size_t)(slash + 1 - own) : 0;

	if (folder + strlen(name) >= PATH_SIZE)
		return 0;
	memcpy(path, own, folder);
	memcpy(path + folder, name, strlen(name) + 1);
	return 1;
}

/* An argument, with the folder put in where it stands for that. */
static char *in_place(char *argument, _Bool *fits)
{
	static char placed[PLACED_MAX][PATH_SIZE];
	static size_t count;

	if (*argument != PROTOCOL_PROGRAM_BESIDE)
		return argument;
	*fits = *fits && count < PLACED_MAX && beside(argument + 1, placed[count]);
	return *fits ? placed[count++] : argument;
}

static int prepare(struct work *work)
{
	static char path[PATH_SIZE];

	errno = ENAMETOOLONG;
	if (!beside(PROTOCOL_PROGRAM_FILE, program) || !beside(PROTOCOL_PROGRAM_ARGUMENTS, path))
		return work_failed(work, "program");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, arguments_text, sizeof(arguments_text));

	if (fd >= 0)
		close(fd);
	if (length < 0)
		return work_failed(work, "program");
	size_t count = 1;
	_Bool fits = 1;

	for (char *at = arguments_text; at < arguments_text + length && count <= ARGUMENTS_MAX; at += strlen(at) + 1)
		arguments[count++] = in_place(at, &fits);
	arguments[count] = NULL;
	errno = ENAMETOOLONG;
	return fits ? 0 : work_failed(work, "program");
}

/* One byte in the form in which it is sent; `started`: within a line. False: there is no room for more. */
static _Bool take_byte(struct text *text, char c, _Bool *started)
{
	if (c != '\n' && !*started)
		text_add(text, PROTOCOL_WORK_OUTPUT "=");
	if (c != '\n' || *started)
		text_add_char(text, c == '\n' || (c >= ' ' && c <= '~') ? c : c == '\t' ? ' ' : '?');
	*started = c != '\n';
	return text->length + 64 < text->size;
}

/* To the end of what it writes, which all that it started must have closed too. False: too much of it. */
static _Bool take_output(struct work_output *output, int fd, uint64_t iteration)
{
	struct text text = {output->bytes, output->length, sizeof(output->bytes)};
	_Bool started = 0, fits = 1;
	char buffer[512];
	ssize_t count;

	while ((count = read(fd, buffer, sizeof(buffer))) > 0 || (count < 0 && errno == EINTR))
		for (ssize_t i = 0; i < count; i++)
			fits = fits && take_byte(&text, buffer[i], &started);
	if (started)
		text_add_char(&text, '\n');
	text_add(&text, PROTOCOL_WORK_OUTPUT_END "=");
	text_add_number(&text, iteration, 10);
	text_add_char(&text, '\n');
	output->length = text.length;
	return fits;
}

/* The child becomes the program; what keeps it from that is told in memory that both see. */
static void become(struct work *work, int output_fd)
{
	static char home[] = "HOME=/", path[] = "PATH=/bin:/usr/bin";
	static char *environment[] = {home, path, NULL};
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (dup2(nothing, 0) == 0 && dup2(output_fd, 1) == 1 && dup2(nothing, 2) == 2 && !chdir(work->folder))
		execve(program, arguments, environment);
	work->output->start_error = errno;
	_exit(127);
}

static int judge(struct work *work, int status, _Bool fits)
{
	errno = work->output->start_error;
	if (errno)
		return work_failed(work, "start");
	if (status) {
		work->failed = WIFSIGNALED(status) ? "signal" : "exit status";
		work->error = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
		return WORK_DIED;
	}
	if (fits)
		return 0;
	work->failed = "more output than is taken";
	work->error = EFBIG;
	return WORK_GARBAGE;
}

static int run_once(struct work *work, uint64_t iteration)
{
	int pipe_fds[2], status = 0;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return work_failed(work, "pipe");
	pid_t child = fork();

	if (!child)
		become(work, pipe_fds[1]);
	close(pipe_fds[1]);
	_Bool fits = child < 0 || take_output(work->output, pipe_fds[0], iteration);

	close(pipe_fds[0]);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return work_failed(work, child < 0 ? "fork" : "wait");
	return judge(work, status, fits);
}

static int run(struct work *work)
{
	static uint64_t iteration;

	work->checksum = work->expected = work->count;
	for (uint64_t i = 0; i < work->count; i++) {
		int rc = run_once(work, iteration);

		if (rc)
			return rc;
	}
	iteration++;
	return 0;
}

const struct work_kind work_program = {"program", prepare, NULL, run, NULL};
