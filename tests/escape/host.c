/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to the host: its processes, its network, its root. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/escape/escape.h"

#define NUMBER_PIDFD_OPEN 434

static int signal_host(void)
{
	return outcome(kill(target.pid, 0));
}

static int trace_host(void)
{
	return outcome(ptrace(PTRACE_ATTACH, target.pid, NULL, NULL));
}

static int pidfd_of_host(void)
{
	return outcome(syscall(NUMBER_PIDFD_OPEN, target.pid, 0));
}

static int memory_of_host(void)
{
	char byte;
	struct iovec local = {&byte, 1}, remote = {&byte, 1};

	return outcome(process_vm_readv(target.pid, &local, 1, &remote, 1, 0));
}

static int priority_of_host(void)
{
	return outcome(syscall(SYS_setpriority, 0, target.pid, 19));
}

/* Whoever is not in the container: its first process, this one and the one that waits for it are all. */
static int see_processes(void)
{
	DIR *folder = opendir("/proc");
	int count = 0;

	if (!folder)
		return errno;
	for (struct dirent *entry; (entry = readdir(folder));)
		count += isdigit((unsigned char)entry->d_name[0]) && strcmp(entry->d_name, "1") &&
			 strtol(entry->d_name, NULL, 10) != getpid();
	(void)closedir(folder);
	return count ? 0 : ESRCH;
}

static int connect_tcp(const char *address, unsigned port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)inet_pton(AF_INET, address, &to.sin_addr);
	return fd < 0 ? errno : outcome(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int connect_loopback(void)
{
	return connect_tcp("127.0.0.1", target.port);
}

static int connect_outside(void)
{
	return connect_tcp("192.0.2.1", 80);
}

static int connect_abstract(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t length = strlen(target.abstract);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)memcpy(to.sun_path + 1, target.abstract, length);
	return fd < 0 ? errno
		      : outcome(connect(fd, (struct sockaddr *)&to,
					(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)));
}

/* 0: the path leads to another folder than "/". */
static int leads_out(const char *path)
{
	struct stat own, other;

	if (stat("/", &own) < 0 || stat(path, &other) < 0)
		return errno;
	return own.st_dev == other.st_dev && own.st_ino == other.st_ino ? EXDEV : 0;
}

static int root_of_first(void)
{
	return leads_out("/proc/1/root/../../..");
}

static int work_of_first(void)
{
	return leads_out("/proc/1/cwd/../../..");
}

/* The old way out: a new root below, and then up from a folder that was kept open. */
static int double_chroot(void)
{
	int above = open("/", O_PATH | O_DIRECTORY);

	(void)mkdir("/tmp/jail", 0755);
	if (chroot("/tmp/jail") < 0)
		return errno;
	if (fchdir(above) < 0)
		return errno;
	for (int i = 0; i < 100; i++)
		(void)!chdir("..");
	return leads_out(".");
}

/* Descriptors from outside would be open doors: 0, 1 and 2 lead nowhere, 3 is this program's own channel. */
static int inherited_descriptor(void)
{
	char path[32], link[128];

	for (int fd = 0; fd < 1024; fd++) {
		(void)snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
		ssize_t length = readlink(path, link, sizeof(link) - 1);

		link[length > 0 ? length : 0] = '\0';
		if (fd < 3 ? strcmp(link, "/dev/null") : fd == 3 ? strncmp(link, "socket:", 7) : length >= 0)
			return 0;
	}
	return EBADF;
}

const struct attempt attempts_host[] = {
    {"signal_host", signal_host},
    {"ptrace_host", trace_host},
    {"pidfd_host", pidfd_of_host},
    {"memory_host", memory_of_host},
    {"priority_host", priority_of_host},
    {"see_processes", see_processes},
    {"connect_loopback", connect_loopback},
    {"connect_outside", connect_outside},
    {"connect_abstract", connect_abstract},
    {"proc_1_root", root_of_first},
    {"proc_1_cwd", work_of_first},
    {"double_chroot", double_chroot},
    {"inherited_descriptor", inherited_descriptor},
    {0},
};
