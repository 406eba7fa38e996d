/* SPDX-License-Identifier: Apache-2.0 */
/* Each read of /dev/kmsg gives one record: "PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT". */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/payload/kernel-log.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"

#define LOG "/dev/kmsg"
#define LOG_OWN "/kmsg" /* a guest without a disk has nothing in /dev */
#define LOG_MAJOR 1
#define LOG_MINOR 11
#define RECORD_MAX 1024
/* Without its newline a record would stay open for more, and could not be read. */
#define WARM_TEXT "tare-warm\n"
#define SYNC_TEXT "tare-sync\n"
#define INIT_BEGIN "Run "
#define INIT_END " as init process"

static int log_open(void)
{
	int fd = open(LOG, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mknod(LOG_OWN, S_IFCHR | 0600, makedev(LOG_MAJOR, LOG_MINOR)) < 0)
		return -1;
	fd = open(LOG_OWN, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	unlink(LOG_OWN);
	return fd;
}

/* Puts a mark into the log, between two readings of the other clock. */
static int log_mark(int fd, struct kernel_log *log)
{
	/* The first one would be slow: an emulated CPU translates what it has not run yet. */
	(void)!write(fd, WARM_TEXT, strlen(WARM_TEXT));
	log->before_ns = syscall_clock_ns(CLOCK_BOOTTIME);
	ssize_t put = write(fd, SYNC_TEXT, strlen(SYNC_TEXT));

	log->after_ns = syscall_clock_ns(CLOCK_BOOTTIME);
	return put < 0 ? -errno : 0;
}

/* The third number of a record, in ns. */
static uint64_t record_time(const char *record)
{
	uint64_t us = 0;

	for (int commas = 0; commas < 2 && *record; record++)
		commas += *record == ',';
	text_read_number(record, &us);
	return us * 1000;
}

static void log_take(struct kernel_log *log, const char *record)
{
	const char *text = strchr(record, ';');

	if (!text)
		return;
	text++;
	if (!strcmp(text, SYNC_TEXT))
		log->sync_ns = record_time(record);
	else if (!strncmp(text, INIT_BEGIN, strlen(INIT_BEGIN)) && strstr(text, INIT_END))
		log->init_ns = record_time(record);
}

int kernel_log_read(struct kernel_log *ret_log)
{
	char record[RECORD_MAX];
	ssize_t count = 0;

	*ret_log = (struct kernel_log){0};
	if (!ready.isa || getpid() != 1)
		return -EPERM;
	int fd = log_open();

	if (fd < 0)
		return -errno;
	int rc = log_mark(fd, ret_log);

	/* EPIPE: records were lost before they were read; EINVAL: one is longer than ours are. */
	while (!rc && ((count = read(fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE || errno == EINVAL)) {
		record[count > 0 ? count : 0] = '\0';
		log_take(ret_log, record);
	}
	close(fd);
	if (rc < 0)
		return rc;
	return ret_log->init_ns && ret_log->sync_ns ? 0 : -ENODATA;
}
