/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the kernel that every container sees, and what its own root is made of. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/escape/escape.h"

#define FILE_TO_WRITE(function, path)                                                                        \
	static int function(void)                                                                            \
	{                                                                                                    \
		return open_to_write(path);                                                                  \
	}

FILE_TO_WRITE(write_core_pattern, "/proc/sys/kernel/core_pattern")
FILE_TO_WRITE(write_ns_last_pid, "/proc/sys/kernel/ns_last_pid")
FILE_TO_WRITE(write_ip_forward, "/proc/sys/net/ipv4/ip_forward")
FILE_TO_WRITE(write_sysrq, "/proc/sysrq-trigger")
FILE_TO_WRITE(write_ksm, "/sys/kernel/mm/ksm/run")
FILE_TO_WRITE(write_uevent, "/sys/kernel/uevent_helper")
FILE_TO_WRITE(write_cgroup, "/sys/fs/cgroup/cgroup.procs")
FILE_TO_WRITE(write_cgroup_v1, "/sys/fs/cgroup/memory/tasks")
FILE_TO_WRITE(write_memory, "/dev/mem")
FILE_TO_WRITE(write_kvm, "/dev/kvm")
FILE_TO_WRITE(write_disk, "/dev/sda")
FILE_TO_WRITE(write_own_program, "/proc/self/exe")
FILE_TO_WRITE(write_first_program, "/proc/1/exe")

static int new_device_file(void)
{
	int fd = open("/dev/new", O_CREAT | O_WRONLY, 0666);

	return outcome(fd);
}

/* An open descriptor of the disguised file gives nothing: as good as none. */
static int read_something(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return errno;
	ssize_t got = read(fd, &byte, 1);

	return got > 0 ? 0 : got < 0 ? errno : ENODATA;
}

static int read_kcore(void)
{
	return read_something("/proc/kcore");
}

static int read_keys(void)
{
	return read_something("/proc/keys");
}

static int read_timer_list(void)
{
	return read_something("/proc/timer_list");
}

static int list_firmware(void)
{
	DIR *folder = opendir("/sys/firmware");
	int found = 0;

	if (!folder)
		return errno;
	for (struct dirent *entry; (entry = readdir(folder));)
		found += entry->d_name[0] != '.';
	(void)closedir(folder);
	return found ? 0 : ENODATA;
}

/* For files that everybody may open: what is written decides. */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	return fd < 0 ? errno : outcome(write(fd, text, strlen(text)));
}

static int write_uid_map(void)
{
	return write_text("/proc/self/uid_map", "0 0 1");
}

static int write_security_label(void)
{
	return write_text("/proc/self/attr/exec", "exec unconfined");
}

static int low_oom_score(void)
{
	return write_text("/proc/self/oom_score_adj", "-500");
}

static int remove_channel(void)
{
	return outcome(unlink("/run/tare.sock"));
}

static int strange_owner(void)
{
	int fd = open("/tmp/mine", O_CREAT | O_WRONLY, 0600);

	return fd < 0 ? errno : outcome(fchown(fd, 70000, 70000));
}

/* /setuid is this program again, with the bit set: it says whether that gave it any capability. */
static int setuid_program(void)
{
	char name[] = "setuid", *const argv[] = {name, NULL};
	int status;
	pid_t pid = fork();

	if (!pid) {
		(void)execv("/setuid", argv);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EFAULT;
}

const struct attempt attempts_files[] = {
    {"core_pattern", write_core_pattern},
    {"ns_last_pid", write_ns_last_pid},
    {"ip_forward", write_ip_forward},
    {"sysrq", write_sysrq},
    {"ksm", write_ksm},
    {"uevent_helper", write_uevent},
    {"cgroup_procs", write_cgroup},
    {"cgroup_v1_tasks", write_cgroup_v1},
    {"dev_mem", write_memory},
    {"dev_kvm", write_kvm},
    {"dev_disk", write_disk},
    {"dev_new", new_device_file},
    {"own_program", write_own_program},
    {"first_program", write_first_program},
    {"uid_map", write_uid_map},
    {"security_label", write_security_label},
    {"oom_score", low_oom_score},
    {"kcore", read_kcore},
    {"keys", read_keys},
    {"timer_list", read_timer_list},
    {"firmware", list_firmware},
    {"remove_channel", remove_channel},
    {"strange_owner", strange_owner},
    {"setuid_program", setuid_program},
    {0},
};
