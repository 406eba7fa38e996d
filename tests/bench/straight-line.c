/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/straight.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/packet.h"
#include "harness/keeper/box-run.h"
#include "harness/keeper/clone.h"
#include "harness/keeper/network.h"
#include "harness/keeper/stub.h"
#include "runtimes/masks.h"

/* The child shares all of it. */
static struct straight setup;
static struct straight_order order;
static int channel, failed_line;
/* Only for the network, which is made as a starter makes it: by a helper, or by whoever comes first. */
static struct box description;
static struct box_run network;

#define MUST(call)                                                                                           \
	do {                                                                                                 \
		if ((call) < 0) {                                                                            \
			failed_line = __LINE__;                                                              \
			return 127;                                                                          \
		}                                                                                            \
	} while (0)

#define PLAIN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static int value_write(int folder, const char *name, const char *value)
{
	int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);

	return write(fd, value, strlen(value)) < 0 ? -1 : close(fd);
}

static int cgroup_make(const struct cgroup_hierarchy *h, bool unified)
{
	if (mkdirat(h->fd, order.name, 0755) < 0)
		return -1;
	int folder = openat(h->fd, order.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (h->memory)
		(void)value_write(folder, unified ? "memory.max" : "memory.limit_in_bytes", setup.memory);
	if (h->pids)
		(void)value_write(folder, "pids.max", setup.pids);
	return folder;
}

static int tasks_open(const struct cgroup_hierarchy *h)
{
	int folder = cgroup_make(h, false), tasks = openat(folder, "tasks", O_WRONLY | O_CLOEXEC);

	(void)close(folder);
	return tasks;
}

static int mount_put(int mount, const char *target)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	int at = (int)syscall(SYS_openat2, AT_FDCWD, target, &how, sizeof(how));

	if (move_mount(mount, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -1;
	(void)close(mount);
	return close(at);
}

static int mount_finish(int fs, unsigned attributes)
{
	(void)fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	int mount = fsmount(fs, FSMOUNT_CLOEXEC, attributes);

	(void)close(fs);
	return mount;
}

static int root_mount(void)
{
	int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);

	(void)fsconfig(fs, FSCONFIG_SET_STRING, "size", "67108864", 0);
	(void)fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0700", 0);
	int tmpfs = mount_finish(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);

	MUST(mkdirat(tmpfs, "upper", 0755));
	MUST(mkdirat(tmpfs, "work", 0700));
	MUST(fchownat(tmpfs, "upper", 0x6fff0000u, 0x6fff0000u, 0));
	int upper = openat(tmpfs, "upper", O_PATH | O_CLOEXEC), work = openat(tmpfs, "work", O_PATH | O_CLOEXEC);

	fs = fsopen("overlay", FSOPEN_CLOEXEC);
	MUST(fsconfig(fs, FSCONFIG_SET_FD, "lowerdir+", NULL, setup.lower));
	MUST(fsconfig(fs, FSCONFIG_SET_FD, "upperdir", NULL, upper));
	MUST(fsconfig(fs, FSCONFIG_SET_FD, "workdir", NULL, work));
	MUST(fsconfig(fs, FSCONFIG_SET_FLAG, "volatile", NULL, 0));
	int root = mount_finish(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);

	(void)close(tmpfs);
	(void)close(upper);
	(void)close(work);
	MUST(move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH));
	MUST(fchdir(root));
	return 0;
}

static int mask_put(const struct mask *mask)
{
	struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY};
	const char *to = mask->path + 1;

	if (faccessat(AT_FDCWD, to, F_OK, 0) < 0)
		return 0; /* this kernel does not have it */
	if (mask->kind != MASK_READONLY)
		return mount(mask->kind == MASK_FILE ? "/dev/null" : "/empty", to, NULL, MS_BIND | MS_REC, NULL);
	MUST(mount(to, to, NULL, MS_BIND | MS_REC, NULL));
	return mount_setattr(AT_FDCWD, to, 0, &readonly, sizeof(readonly));
}

static int masks_put(bool sys)
{
	for (size_t i = 0; i < MASK_COUNT; i++)
		if (!strncmp(masks[i].path, "/sys/", 5) == sys)
			MUST(mask_put(&masks[i]));
	return 0;
}

static int mounts_put(void)
{
	int fs;

	MUST(mount_put(mount_finish(fsopen("proc", FSOPEN_CLOEXEC), PLAIN), "proc"));
	MUST(mount_put(open_tree(AT_FDCWD, "/dev", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE), "dev"));
	fs = fsopen("devpts", FSOPEN_CLOEXEC);
	(void)fsconfig(fs, FSCONFIG_SET_STRING, "ptmxmode", "0666", 0);
	(void)fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0620", 0);
	MUST(mount_put(mount_finish(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC), "dev/pts"));
	fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	(void)fsconfig(fs, FSCONFIG_SET_STRING, "mode", "1777", 0);
	(void)fsconfig(fs, FSCONFIG_SET_STRING, "size", "67108864", 0);
	MUST(mount_put(mount_finish(fs, PLAIN), "dev/shm"));
	MUST(mount_put(mount_finish(fsopen("mqueue", FSOPEN_CLOEXEC), PLAIN), "dev/mqueue"));
	MUST(mount_put(channel, "run/tare.sock"));
	MUST(masks_put(false));
	return 0;
}

static int network_enter(void)
{
	MUST(network_join(&network));
	MUST(mount_put(mount_finish(fsopen("sysfs", FSOPEN_CLOEXEC), PLAIN | MOUNT_ATTR_RDONLY), "sys"));
	MUST(masks_put(true));
	return 0;
}

static int confine(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	struct pollfd keeper = {.fd = setup.keeper, .events = POLLIN};
	struct rlimit files = {1024, 4096}, core = {0, 0};

	MUST(sethostname(order.name, strlen(order.name)));
	(void)umask(022);
	MUST(setsid());
	MUST(setrlimit(RLIMIT_NOFILE, &files));
	MUST(setrlimit(RLIMIT_CORE, &core));
	MUST(setns(setup.user, CLONE_NEWUSER));
	MUST(syscall(SYS_setgroups, 0, NULL));
	MUST(syscall(SYS_setresgid, 0, 0, 0));
	MUST(syscall(SYS_setresuid, 0, 0, 0));
	for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) >= 0; cap++)
		;
	MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	MUST(syscall(SYS_capset, &header, none));
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	MUST(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
	MUST(poll(&keeper, 1, 0));
	MUST(syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0));
	return 0;
}

static int child(void *data)
{
	static char *const argv[] = {(char *)(uintptr_t)"/payload", NULL};
	static char *const envp[] = {(char *)(uintptr_t)"TARE_CHANNEL=unix:/run/tare.sock", NULL};
	const struct cgroups *cgroups = &setup.cgroups;
	struct sock_fprog filter = {.len = (unsigned short)setup.rest.count,
				    .filter = (struct sock_filter *)(uintptr_t)setup.rest.filter};
	int tasks[CGROUP_HIERARCHIES_MAX];
	sigset_t none;

	(void)data;
	for (size_t i = 0; !setup.unified && i < cgroups->count; i++)
		MUST(tasks[i] = tasks_open(&cgroups->at[i]));
	for (size_t i = 0; !setup.unified && i < cgroups->count; i++)
		MUST(write(tasks[i], "0", 1));
	MUST(unshare(CLONE_NEWCGROUP));
	MUST(-root_mount());
	MUST(-mounts_put());
	MUST(-network_enter());
	MUST(chroot("."));
	MUST(-confine());
	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(argv[0], argv, envp);
	failed_line = __LINE__;
	return 127;
}

static pid_t start(void)
{
	static struct clone_room room;
	int pidfd = -1, folder = setup.unified ? cgroup_make(&setup.cgroups.at[0], true) : -1;

	failed_line = 0;
	network.network = NETWORK_NONE;
	network_begin(&network);
	pid_t pid = clone_begin(&room,
				CLONE_PARENT | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
				    (setup.unified ? CLONE_INTO_CGROUP : 0),
				folder, child, NULL, &pidfd);

	if (pid < 0)
		return pid;
	network_help(&network);
	clone_wait(&room, 1);
	(void)network_end(&network);
	(void)close(pidfd);
	if (setup.unified)
		(void)close(folder);
	return failed_line ? -failed_line : pid;
}

/* As a starter prepares itself. */
static int prepare(void)
{
	struct sock_fprog base = {.filter = setup.base.filter};

	MUST(read(STRAIGHT_ORDERS, &setup, sizeof(setup)) - (ssize_t)sizeof(setup));
	base.len = (unsigned short)setup.base.count;
	MUST(setsid());
	description = (struct box){.flags = BOX_LOOPBACK_UP, .network = -1};
	network.box = &description;
	MUST(network.starter = (int)syscall(SYS_pidfd_open, getpid(), 0));
	network.maker = STRAIGHT_MAKER;
	MUST(network_home(STRAIGHT_HOME));
	MUST(stub_make(false));
	MUST(network_maker(STRAIGHT_HOME, STRAIGHT_MAKER));
	MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
	(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &base));
	return 0;
}

int main(void)
{
	pid_t reply = prepare() ? -failed_line : 0;
	struct packet_fds fds;

	(void)packet_send(STRAIGHT_SOCKET, &reply, sizeof(reply), NULL, 0);
	while (packet_receive(STRAIGHT_SOCKET, &order, sizeof(order), &fds, 0) == (ssize_t)sizeof(order)) {
		channel = fds.fds[0];
		reply = start();
		(void)packet_send(STRAIGHT_SOCKET, &reply, sizeof(reply), NULL, 0);
		packet_close(&fds);
		(void)network_leave(STRAIGHT_HOME);
	}
	return 0;
}
