/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A work order from the harness: a child runs the workload, so that one that dies or hangs does not take the
 * payload with it; the payload waits meanwhile, and says what came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/payload/channel.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/text.h"
#include "scenarios/payload/work.h"

/* What the child leaves for its parent, in memory that both see. */
struct outcome {
	const char *status, *failed;
	int error;
	uint64_t checksum, bytes, read_bytes, write_bytes;
	_Bool has_io;
	uint64_t ns[PROTOCOL_WORK_ITERATIONS_MAX], cost_ns[PROTOCOL_WORK_ITERATIONS_MAX];
	size_t iterations;
	_Bool discounted;
	struct work_output output;
};

struct order {
	const struct work_kind *kind;
	uint64_t count, warmup, iterations, limit_ms;
	const char *folder;
};

static const struct work_kind *const kinds[] = {
#define WORK_ROW(id) &work_##id,
	PROTOCOL_WORKLOADS(WORK_ROW)
	WORK_ROW(program)
#undef WORK_ROW
};

int work_failed(struct work *work, const char *what)
{
	work->failed = what;
	return errno ? -errno : -EIO;
}

static int fault(void)
{
	const char *text = getenv(PROTOCOL_ENV_WORK_FAULT);

	return text ? *text - '0' : 0;
}

/* Only tests let a workload fail. */
static void obey_tests(struct work *work)
{
	switch (fault()) {
	case 1:
		work->checksum ^= 1;
		break;
	case 2:
		raise(SIGSEGV);
		break;
	case 3:
		for (;;)
			pause();
	case 4:
		channel_write("\x01\x04 neither text nor a mark\n", 26);
		break;
	default:
		break;
	}
}

static int iterate(const struct work_kind *kind, struct work *work, struct outcome *out)
{
	static const char start = PROTOCOL_WORK_START, end = PROTOCOL_WORK_END;
	int rc = kind->reset ? kind->reset(work) : 0;

	if (rc < 0)
		return rc;
	work->discount_ns = 0;
	channel_write(&start, 1);
	uint64_t begin_ns = work_clock_ns();

	rc = kind->run(work);
	uint64_t ns = work_clock_ns() - begin_ns;

	channel_write(&end, 1);
	if (!rc && kind->check)
		rc = kind->check(work);
	if (rc)
		return rc;
	obey_tests(work);
	out->discounted |= work->discount_ns != 0;
	out->ns[out->iterations] = ns;
	out->cost_ns[out->iterations++] = (int64_t)ns > work->discount_ns ? ns - (uint64_t)work->discount_ns : 0;
	return work->checksum == work->expected ? 0 : 1;
}

/* The value of one line "NAME: NUMBER" of this process's counters. */
static _Bool own_io(const char *name, uint64_t *ret_value)
{
	char text[512];
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
	ssize_t count = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[count > 0 ? count : 0] = '\0';
	const char *line = strstr(text, name);

	return line && text_read_number(line + strlen(name), ret_value);
}

static const char *status_of(int rc)
{
	static const char *const words[] = {
		[0] = PROTOCOL_WORK_OK,
		[1] = PROTOCOL_WORK_WRONG,
		[WORK_DIED] = PROTOCOL_WORK_CRASH,
		[WORK_GARBAGE] = PROTOCOL_WORK_GARBAGE,
	};

	return rc < 0 ? PROTOCOL_WORK_CANNOT : words[rc];
}

static void carry_out(const struct order *order, struct outcome *out)
{
	struct work work = {.count = order->count, .folder = order->folder, .output = &out->output};
	uint64_t read_before = 0, written_before = 0;
	int rc = order->kind->prepare ? order->kind->prepare(&work) : 0;

	out->has_io = own_io("\nread_bytes: ", &read_before) && own_io("\nwrite_bytes: ", &written_before);
	for (uint64_t i = 0; !rc && i < order->warmup + order->iterations; i++)
		rc = iterate(order->kind, &work, out);
	out->has_io = out->has_io && own_io("\nread_bytes: ", &out->read_bytes) &&
		      own_io("\nwrite_bytes: ", &out->write_bytes);
	out->read_bytes -= read_before;
	out->write_bytes -= written_before;
	out->checksum = work.checksum;
	out->bytes = work.bytes;
	out->failed = work.failed;
	out->error = rc < 0 ? -rc : work.error;
	out->status = status_of(rc);
}

/* Waits for the child, kills it when its time is over. Its wait status, or -1 where it had to be killed. */
static int await_child(pid_t child, uint64_t limit_ms)
{
	sigset_t set;
	struct timespec left;
	uint64_t end_ns = work_clock_ns() + limit_ms * 1000000u;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	while (waitpid(child, &status, WNOHANG) != child) {
		uint64_t now_ns = work_clock_ns();

		if (now_ns >= end_ns) {
			kill(-child, SIGKILL);
			waitpid(child, &status, 0);
			return -1;
		}
		left.tv_sec = (time_t)((end_ns - now_ns) / 1000000000u);
		left.tv_nsec = (long)((end_ns - now_ns) % 1000000000u);
		sigtimedwait(&set, NULL, &left);
	}
	return status;
}

/* The group first, so that nothing a workload started outlives it. */
static void work_in_child(const struct order *order, struct outcome *out)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	pid_t child = fork();

	if (!child) {
		setpgid(0, 0);
		sigprocmask(SIG_SETMASK, &before, NULL);
		if (ready.isa)
			iopl(3);
		carry_out(order, out);
		_exit(0);
	}
	if (child > 0)
		setpgid(child, child);
	int status = child < 0 ? 0 : await_child(child, order->limit_ms);

	if (child > 0)
		kill(-child, SIGKILL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	out->error = child < 0 ? errno : status > 0 ? WTERMSIG(status) : out->error;
	if (child < 0)
		out->failed = "fork";
	else if (status > 0)
		out->failed = "signal";
	if (child < 0)
		out->status = PROTOCOL_WORK_CANNOT;
	else if (status)
		out->status = status < 0 ? PROTOCOL_WORK_TIMEOUT : PROTOCOL_WORK_CRASH;
}

static void add_key(struct text *text, const char *key)
{
	text_add(text, key);
	text_add_char(text, '=');
}

static void add_number(struct text *text, const char *key, uint64_t number, unsigned int base)
{
	add_key(text, key);
	text_add_number(text, number, base);
	text_add_char(text, '\n');
}

static void add_numbers(struct text *text, const char *key, const uint64_t *numbers, size_t count)
{
	add_key(text, key);
	for (size_t i = 0; i < count; i++) {
		if (i)
			text_add_char(text, ' ');
		text_add_number(text, numbers[i], 10);
	}
	text_add_char(text, '\n');
}

static int answer(const struct order *order, const struct outcome *out)
{
	char buffer[4 * PROTOCOL_LINE_MAX];
	struct text text = TEXT_OVER(buffer);

	add_key(&text, PROTOCOL_WORK_STATUS);
	text_add(&text, out->status ? out->status : PROTOCOL_WORK_CRASH);
	text_add_char(&text, '\n');
	if (out->failed) {
		add_key(&text, PROTOCOL_WORK_ERROR);
		text_add(&text, out->failed);
		text_add(&text, ": ");
		text_add_number(&text, (uint64_t)out->error, 10);
		text_add_char(&text, '\n');
	}
	add_number(&text, PROTOCOL_WORK_COUNT, order->count, 10);
	add_number(&text, PROTOCOL_WORK_CHECKSUM, out->checksum, 16);
	add_numbers(&text, PROTOCOL_WORK_NS, out->ns, out->iterations);
	if (out->discounted)
		add_numbers(&text, PROTOCOL_WORK_COST, out->cost_ns, out->iterations);
	if (out->bytes)
		add_number(&text, PROTOCOL_WORK_CLAIMED, out->bytes, 10);
	if (out->has_io) {
		add_number(&text, PROTOCOL_WORK_READ, out->read_bytes, 10);
		add_number(&text, PROTOCOL_WORK_WRITTEN, out->write_bytes, 10);
	}
	int rc = channel_write(buffer, text.length);

	/* A packet at a time, as the harness reads no longer ones. */
	for (size_t at = 0, part; !rc && at < out->output.length; at += part) {
		part = out->output.length - at < sizeof(buffer) ? out->output.length - at : sizeof(buffer);
		rc = channel_write(out->output.bytes + at, part);
	}
	return rc < 0 ? rc : channel_write(PROTOCOL_END "\n", sizeof(PROTOCOL_END "\n") - 1);
}

static int refuse(const char *why)
{
	char buffer[PROTOCOL_LINE_MAX];
	struct text text = TEXT_OVER(buffer);

	text_add(&text, PROTOCOL_WORK_STATUS "=" PROTOCOL_WORK_CANNOT "\n" PROTOCOL_WORK_ERROR "=");
	text_add(&text, why);
	text_add(&text, "\n" PROTOCOL_END "\n");
	return channel_write(buffer, text.length);
}

int work_command(char *words)
{
	struct order order = {0};
	const char *id = text_take_word(&words);
	uint64_t *const numbers[] = {&order.count, &order.warmup, &order.iterations, &order.limit_ms};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i]->id, id))
			order.kind = kinds[i];
	if (!order.kind)
		return refuse("no such workload: 2");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!text_read_number(text_take_word(&words), numbers[i]))
			return refuse("not an order: 22");
	order.folder = words;
	if (!order.count || !order.iterations || order.warmup + order.iterations > PROTOCOL_WORK_ITERATIONS_MAX)
		return refuse("not an order: 22");
	struct outcome *out = mmap(NULL, sizeof(*out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (out == MAP_FAILED)
		return refuse("memory: 12");
	work_in_child(&order, out);
	int rc = answer(&order, out);

	munmap(out, sizeof(*out));
	return rc;
}
