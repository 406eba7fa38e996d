/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/host/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/file.h"

const struct userns_setting userns_settings[] = {
	{"userns_max_count", "/proc/sys/user/max_user_namespaces", 0, "The kernel allows no user namespaces",
	 "sudo sysctl -w user.max_user_namespaces=15000"},
	{"userns_unprivileged", "/proc/sys/kernel/unprivileged_userns_clone", 0,
	 "The kernel allows user namespaces to root only", "sudo sysctl -w kernel.unprivileged_userns_clone=1"},
	{"userns_apparmor_restricted", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
	 "AppArmor takes all rights away in user namespaces of programs it does not know",
	 "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
	{0},
};

const char userns_remedy_other[] =
	"Allow user namespaces in what surrounds tare: a container's seccomp filter, a sandbox.";

enum userns_step {
	STEP_NONE,
	STEP_USER,
	STEP_MAP,
	STEP_MOUNT,
};

struct userns_result {
	int step, errnum;
};

/* Runs in a fork of what may be a process with threads: system calls only. */
static int try_put(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	ssize_t put = write(fd, text, length);

	(void)close(fd);
	return put == (ssize_t)length ? 0 : -1;
}

static struct userns_result try_namespaces(const char *map, size_t map_length)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return (struct userns_result){STEP_USER, errno};
	if (try_put("/proc/self/setgroups", "deny", 4) < 0 ||
	    try_put("/proc/self/uid_map", map, map_length) < 0)
		return (struct userns_result){STEP_MAP, errno};
	if (unshare(CLONE_NEWNS) < 0)
		return (struct userns_result){STEP_MOUNT, errno};
	return (struct userns_result){0};
}

static struct userns_result userns_try(void)
{
	struct userns_result result = {STEP_USER, EIO};
	char map[64];
	int length = snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid()), ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return (struct userns_result){STEP_USER, errno};
	pid_t child = fork();

	if (!child) {
		result = try_namespaces(map, (size_t)length);
		_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	(void)close(ends[1]);
	if (child > 0) {
		if (read(ends[0], &result, sizeof(result)) != sizeof(result))
			result = (struct userns_result){STEP_USER, EIO};
		(void)waitpid(child, NULL, 0);
	}
	(void)close(ends[0]);
	return result;
}

static struct userns_report userns_cached;

/* The setting that explains the refusal, by the name that sysctl knows it by. */
static void userns_explain(struct userns_report *report)
{
	const struct userns_setting *s = userns_settings;
	uint64_t value;

	while (s->fact && (file_read_u64(s->file, &value, NULL) < 0 || (double)value != s->bad))
		s++;
	report->remedy = s->fact ? s->remedy : userns_remedy_other;
	if (s->fact)
		(void)snprintf(report->sentence, sizeof(report->sentence), "%s (%s is %.0f; %s).", s->reason,
			       s->file + strlen("/proc/sys/"), s->bad, report->reason);
	else
		(void)snprintf(report->sentence, sizeof(report->sentence), "User namespaces are refused (%s).",
			       report->reason);
}

static void userns_probe_once(void)
{
	static const char *const steps[] = {
		[STEP_USER] = "unshare(CLONE_NEWUSER)",
		[STEP_MAP] = "writing uid_map",
		[STEP_MOUNT] = "unshare(CLONE_NEWNS) in a user namespace",
	};
	struct userns_result result = userns_try();

	userns_cached = (struct userns_report){.works = result.step == STEP_NONE, .remedy = ""};
	if (userns_cached.works)
		return;
	(void)snprintf(userns_cached.reason, sizeof(userns_cached.reason), "%s: %s", steps[result.step],
		       strerror(result.errnum));
	userns_explain(&userns_cached);
}

void userns_probe(struct userns_report *ret)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, userns_probe_once);
	*ret = userns_cached;
}
