/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the payload must not have is given up here, in the one order that works: ids, then capabilities, then the
 * parent-death signal (each change of credentials clears it), then descriptors, and the filter last, because it
 * forbids most of the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/keeper/box-steps.h"

#define CAPABILITIES_MAX 64

static int confine_hostname(struct box_run *run)
{
	const char *name = run->box->text + run->box->hostname;

	return *name && sethostname(name, strlen(name)) < 0 ? -errno : 0;
}

static int confine_session(struct box_run *run)
{
	const struct box *box = run->box;

	(void)umask(022);
	if (setsid() < 0)
		return -errno;
	for (uint32_t i = 0; i < box->rlimit_count; i++) {
		struct rlimit limit = {.rlim_cur = box->rlimits[i].soft, .rlim_max = box->rlimits[i].hard};

		if (setrlimit((__rlimit_resource_t)box->rlimits[i].resource, &limit) < 0)
			return -errno;
	}
	return 0;
}

/* A user who is not root cannot give up his groups, in no namespace: nothing of the host is there that they open.
 * By system call: the library's versions would tell threads that do not exist here. */
static int confine_ids(struct box_run *run)
{
	const struct box *box = run->box;

	if (box->user_namespace >= 0 && setns(run->fds[box->user_namespace], CLONE_NEWUSER) < 0)
		return -errno;
	if (!run->rootless && syscall(SYS_setgroups, 0, NULL) < 0)
		return -errno;
	if (syscall(SYS_setresgid, box->gid, box->gid, box->gid) < 0 ||
	    syscall(SYS_setresuid, box->uid, box->uid, box->uid) < 0)
		return -errno;
	return 0;
}

static int confine_capabilities(struct box_run *run)
{
	const struct box *box = run->box;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	uint32_t low = (uint32_t)box->permitted, high = (uint32_t)(box->permitted >> 32);
	struct __user_cap_data_struct sets[2] = {
	    {.effective = low, .permitted = low},
	    {.effective = high, .permitted = high},
	};

	for (unsigned cap = 0; cap < CAPABILITIES_MAX; cap++) {
		if (box->bounding >> cap & 1u)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
			if (errno == EINVAL && cap > CAP_SYS_ADMIN)
				break; /* the kernel knows no more of them */
			return -errno;
		}
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &header, sets) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

static int confine_death(struct box_run *run)
{
	struct pollfd keeper = {.fd = run->keeper, .events = POLLIN};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return poll(&keeper, 1, 0) ? -EOWNERDEAD : 0; /* it died before the line above */
}

static int confine_descriptors(struct box_run *run)
{
	(void)run;
	return syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0) < 0 ? -errno : 0;
}

static int confine_filter(struct box_run *run)
{
	struct sock_fprog program = {
	    .len = (unsigned short)run->box->filter_count,
	    .filter = (struct sock_filter *)(uintptr_t)run->box->filter,
	};

	if (!program.len)
		return 0;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}

int box_confine(struct box_run *run)
{
	static int (*const parts[])(struct box_run * run) = {
	    confine_hostname, confine_session,	   confine_ids,	   confine_capabilities,
	    confine_death,    confine_descriptors, confine_filter,
	};

	for (uint32_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		run->detail = i;
		int rc = parts[i](run);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The vectors live on the child's stack: nothing in the starter's memory needs to be writable for them. */
void box_execute(struct box_run *run)
{
	const struct box *box = run->box;
	char *argv[BOX_ARGUMENTS_MAX + 1] = {0}, *envp[BOX_VARIABLES_MAX + 1] = {0};
	sigset_t none;

	for (uint32_t i = 0; i < box->argument_count; i++)
		argv[i] = (char *)(uintptr_t)box->text + box->arguments[i];
	for (uint32_t i = 0; i < box->variable_count; i++)
		envp[i] = (char *)(uintptr_t)box->text + box->variables[i];
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(box->text + box->path, argv, envp);
}
