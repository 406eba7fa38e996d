/* SPDX-License-Identifier: Apache-2.0 */
/* System calls: with arguments that would work for root on the host, or that the kernel would look at last. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/escape/escape.h"

#define NUMBER_KEXEC_FILE_LOAD 320
#define NUMBER_OPEN_TREE 428
#define NUMBER_FSOPEN 430
#define NUMBER_CLONE3 435
#define NUMBER_MOUNT_SETATTR 442
#define X32_BIT 0x40000000

/* A call by number; answered by the filter before the kernel looks at the arguments, which are harmless. */
#define CALL(function, ...)                                                                                  \
	static int function(void)                                                                            \
	{                                                                                                    \
		return outcome(syscall(__VA_ARGS__));                                                        \
	}

CALL(call_mount, SYS_mount, "none", "/tmp", "tmpfs", 0, NULL)
CALL(call_bind, SYS_mount, "/proc", "/tmp", NULL, MS_BIND, NULL)
CALL(call_remount, SYS_mount, NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL)
CALL(call_cgroup_mount, SYS_mount, "none", "/tmp", "cgroup", 0, "memory")
CALL(call_umount, SYS_umount2, "/proc/kcore", MNT_DETACH)
CALL(call_pivot_root, SYS_pivot_root, "/tmp", "/tmp")
CALL(call_fsopen, NUMBER_FSOPEN, "proc", 0)
CALL(call_open_tree, NUMBER_OPEN_TREE, AT_FDCWD, "/", 1)
CALL(call_mount_setattr, NUMBER_MOUNT_SETATTR, AT_FDCWD, "/sys", 0, NULL, 0)
CALL(call_unshare_user, SYS_unshare, CLONE_NEWUSER)
CALL(call_unshare_mount, SYS_unshare, CLONE_NEWNS)
CALL(call_unshare_pid, SYS_unshare, CLONE_NEWPID)
CALL(call_unshare_net, SYS_unshare, CLONE_NEWNET)
CALL(call_unshare_uts, SYS_unshare, CLONE_NEWUTS)
CALL(call_unshare_ipc, SYS_unshare, CLONE_NEWIPC)
CALL(call_unshare_cgroup, SYS_unshare, CLONE_NEWCGROUP)
CALL(call_clone3, NUMBER_CLONE3, NULL, 0)
CALL(call_setns, SYS_setns, open("/proc/1/ns/mnt", O_RDONLY), 0)
CALL(call_chroot, SYS_chroot, "/tmp")
CALL(call_mknod_memory, SYS_mknod, "/tmp/mem", S_IFCHR | 0666, makedev(1, 1))
CALL(call_mknod_disk, SYS_mknod, "/tmp/disk", S_IFBLK | 0666, makedev(8, 0))
CALL(call_init_module, SYS_init_module, "", 0, "")
CALL(call_finit_module, SYS_finit_module, open("/payload", O_RDONLY), "", 0)
CALL(call_delete_module, SYS_delete_module, "nothing", O_NONBLOCK)
CALL(call_add_key, SYS_add_key, "user", "tare", "x", 1, -3)
CALL(call_request_key, SYS_request_key, "user", "tare", NULL, -3)
CALL(call_keyctl, SYS_keyctl, 0, -3, 1)
CALL(call_open_by_handle, SYS_open_by_handle_at, AT_FDCWD, "\4\0\0\0\1\0\0\0", O_RDONLY)
CALL(call_bpf, SYS_bpf, 0, NULL, 0)
CALL(call_perf_event_open, SYS_perf_event_open, NULL, 0, -1, -1, 0)
CALL(call_userfaultfd, SYS_userfaultfd, 0)
CALL(call_io_uring, SYS_io_uring_setup, 1, NULL)
CALL(call_kexec_load, SYS_kexec_load, 0, 0, NULL, 0)
CALL(call_kexec_file_load, NUMBER_KEXEC_FILE_LOAD, -1, -1, 0, NULL, 0)
CALL(call_reboot, SYS_reboot, 0xfee1dead, 672274793, 0, NULL)
CALL(call_sethostname, SYS_sethostname, "escaped", 7)
CALL(call_setdomainname, SYS_setdomainname, "escaped", 7)
CALL(call_settimeofday, SYS_settimeofday, &(struct timeval){.tv_sec = 1}, NULL)
CALL(call_clock_settime, SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){.tv_sec = 1})
CALL(call_adjtimex, SYS_adjtimex, &(struct timex){.modes = ADJ_TICK, .tick = 10000})
CALL(call_iopl, SYS_iopl, 3)
CALL(call_ioperm, SYS_ioperm, 0x80, 1, 1)
CALL(call_syslog, SYS_syslog, 3, "", 0)
CALL(call_swapoff, SYS_swapoff, "/nowhere")
CALL(call_acct, SYS_acct, NULL)
CALL(call_quotactl, SYS_quotactl, 0, NULL, 0, NULL)
CALL(call_fanotify, SYS_fanotify_init, 0, 0)
CALL(call_mbind, SYS_mbind, NULL, 0, 0, NULL, 0, 0)
CALL(call_kcmp, SYS_kcmp, 1, 1, 0, 0, 0)
CALL(call_personality, SYS_personality, ADDR_NO_RANDOMIZE)
CALL(call_setuid, SYS_setuid, 1000)
CALL(call_setgroups, SYS_setgroups, 1, (gid_t[]){1})
CALL(call_nice, SYS_setpriority, PRIO_PROCESS, 0, -10)
CALL(call_realtime, SYS_sched_setscheduler, 0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1})
CALL(call_raw_socket, SYS_socket, AF_INET, SOCK_RAW, 1)
CALL(call_packet_socket, SYS_socket, AF_PACKET, SOCK_RAW, 0)
CALL(call_vsock, SYS_socket, AF_VSOCK, SOCK_STREAM, 0)
CALL(call_x32, X32_BIT | SYS_getpid)

static int call_clone(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (!pid)
		_exit(0);
	return outcome(pid);
}

/* The entry of 32-bit programs, whose numbers are others: 20 is getpid there. */
static int call_32_bit(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
	if (result >= 0)
		return 0;
	return (int)-result;
}

static int call_rlimit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return errno;
	limit.rlim_max += 1;
	return outcome(setrlimit(RLIMIT_NOFILE, &limit));
}

static int call_capset(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];

	(void)memset(sets, 0xff, sizeof(sets));
	return outcome(syscall(SYS_capset, &header, sets));
}

const struct attempt attempts_calls[] = {
    {"mount", call_mount},
    {"bind_mount", call_bind},
    {"remount", call_remount},
    {"mount_cgroup", call_cgroup_mount},
    {"umount", call_umount},
    {"pivot_root", call_pivot_root},
    {"fsopen", call_fsopen},
    {"open_tree", call_open_tree},
    {"mount_setattr", call_mount_setattr},
    {"unshare_user", call_unshare_user},
    {"unshare_mount", call_unshare_mount},
    {"unshare_pid", call_unshare_pid},
    {"unshare_net", call_unshare_net},
    {"unshare_uts", call_unshare_uts},
    {"unshare_ipc", call_unshare_ipc},
    {"unshare_cgroup", call_unshare_cgroup},
    {"clone_user", call_clone},
    {"clone3", call_clone3},
    {"setns", call_setns},
    {"chroot", call_chroot},
    {"mknod_memory", call_mknod_memory},
    {"mknod_disk", call_mknod_disk},
    {"init_module", call_init_module},
    {"finit_module", call_finit_module},
    {"delete_module", call_delete_module},
    {"add_key", call_add_key},
    {"request_key", call_request_key},
    {"keyctl", call_keyctl},
    {"open_by_handle_at", call_open_by_handle},
    {"bpf", call_bpf},
    {"perf_event_open", call_perf_event_open},
    {"userfaultfd", call_userfaultfd},
    {"io_uring_setup", call_io_uring},
    {"kexec_load", call_kexec_load},
    {"kexec_file_load", call_kexec_file_load},
    {"reboot", call_reboot},
    {"sethostname", call_sethostname},
    {"setdomainname", call_setdomainname},
    {"settimeofday", call_settimeofday},
    {"clock_settime", call_clock_settime},
    {"adjtimex", call_adjtimex},
    {"iopl", call_iopl},
    {"ioperm", call_ioperm},
    {"syslog", call_syslog},
    {"swapoff", call_swapoff},
    {"acct", call_acct},
    {"quotactl", call_quotactl},
    {"fanotify_init", call_fanotify},
    {"mbind", call_mbind},
    {"kcmp", call_kcmp},
    {"personality", call_personality},
    {"setuid", call_setuid},
    {"setgroups", call_setgroups},
    {"capset", call_capset},
    {"rlimit", call_rlimit},
    {"nice", call_nice},
    {"realtime", call_realtime},
    {"raw_socket", call_raw_socket},
    {"packet_socket", call_packet_socket},
    {"vsock", call_vsock},
    {"x32_call", call_x32},
    {"32_bit_call", call_32_bit},
    {0},
};
