/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest before it is ready. Everything it needs is in the initramfs: this program as /init, and
 * in /modules the kernel modules, named such that the order of names is the order of loading.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/payload/channel.h"
#include "scenarios/payload/guest.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"
#include "scenarios/payload/text.h"

#define MODULES "/modules"
#define MODULES_MAX 32
#define NAME_MAX_BYTES 64
#define NEW_ROOT "/root"
#define ENVIRONMENT_MAX 40 /* the kernel hands over at most 32 words */
#define DEVICE_WAIT_NS 5000000000u

struct names {
	char name[MODULES_MAX][NAME_MAX_BYTES];
	size_t count;
};

_Noreturn void guest_reset(void)
{
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

_Noreturn void guest_fail(const char *what, int error)
{
	char line[PROTOCOL_LINE_MAX];
	struct text text = TEXT_OVER(line);

	text_add(&text, "E: ");
	text_add(&text, what);
	text_add(&text, ": ");
	text_add_number(&text, (uint64_t)error, 10);
	text_add_char(&text, '\n');
	if (ready.isa) {
		channel_setup();
		channel_write(line, text.length);
	} else {
		(void)!write(STDERR_FILENO, line, text.length);
	}
	guest_reset();
}

/* Puts a name where it belongs; names that are too long or too many are an error of the initramfs. */
static void names_insert(struct names *names, const char *name)
{
	size_t at = names->count;

	if (names->count == MODULES_MAX || strlen(name) >= NAME_MAX_BYTES)
		guest_fail(name, E2BIG);
	for (; at && strcmp(names->name[at - 1], name) > 0; at--)
		memcpy(names->name[at], names->name[at - 1], NAME_MAX_BYTES);
	memcpy(names->name[at], name, strlen(name) + 1);
	names->count++;
}

static void list_modules(int folder, struct names *names)
{
	_Alignas(struct dirent) char buffer[1024];
	int count;

	names->count = 0;
	while ((count = getdents(folder, (struct dirent *)buffer, sizeof(buffer))) > 0) {
		for (int at = 0; at < count;) {
			const struct dirent *entry = (const struct dirent *)(buffer + at);

			if (entry->d_name[0] != '.')
				names_insert(names, entry->d_name);
			at += entry->d_reclen;
		}
	}
	if (count < 0)
		guest_fail(MODULES, errno);
}

/* Loads all, and removes each: the initramfs is memory that would be held for nothing. */
static void load_modules(void)
{
	struct names names;
	int folder = open(MODULES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0 && errno == ENOENT)
		return; /* a kernel with all of it built in */
	if (folder < 0)
		guest_fail(MODULES, errno);
	list_modules(folder, &names);
	for (size_t i = 0; i < names.count; i++) {
		int fd = openat(folder, names.name[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
			guest_fail(names.name[i], errno);
		close(fd);
		unlinkat(folder, names.name[i], 0);
	}
	close(folder);
}

static void mount_at(const char *type, const char *where)
{
	if (mkdir(where, 0755) < 0 && errno != EEXIST)
		guest_fail(where, errno);
	if (mount(type, where, type, 0, NULL) < 0 && errno != EBUSY)
		guest_fail(where, errno);
}

/* A disk may be found after its driver's module is in: mounting is tried until it is there. */
static void mount_root(const char *device)
{
	uint64_t end_ns = syscall_clock_ns(CLOCK_MONOTONIC) + DEVICE_WAIT_NS;
	unsigned long flags = ready.root_mode ? MS_RDONLY : 0;

	if (mkdir(NEW_ROOT, 0755) < 0 && errno != EEXIST)
		guest_fail(NEW_ROOT, errno);
	while (mount(device, NEW_ROOT, "ext4", flags, NULL) < 0) {
		int error = errno;

		if ((error != ENOENT && error != ENXIO) || syscall_clock_ns(CLOCK_MONOTONIC) > end_ns)
			guest_fail(device, error);
		nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
	}
}

/* Makes the mounted root the root, with the devices in it, and frees the program in the initramfs. */
static void switch_root(void)
{
	if (mount("/dev", NEW_ROOT "/dev", NULL, MS_MOVE, NULL) < 0)
		guest_fail(NEW_ROOT "/dev", errno);
	unlink("/init");
	if (chdir(NEW_ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		guest_fail("switch root", errno);
}

void guest_enter_root(char *const *environment)
{
	static char stage[96] = PROTOCOL_ENV_STAGE "=";
	char *words[ENVIRONMENT_MAX + 2];
	char program[] = PROTOCOL_PAYLOAD_PATH;
	char *arguments[] = {program, NULL};
	struct text text = {.start = stage, .length = strlen(stage), .size = sizeof(stage)};
	size_t count = 0;

	load_modules();
	if (ready.peer)
		guest_connect();
	mount_at("devtmpfs", "/dev");
	mount_root(ready.root);
	switch_root();
	while (count < ENVIRONMENT_MAX && environment[count]) {
		words[count] = environment[count];
		count++;
	}
	stamp_text(&ready.first, &text);
	words[count++] = stage;
	words[count] = NULL;
	execve(program, arguments, words);
	guest_fail(program, errno);
}

void guest_mount(void)
{
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
}
