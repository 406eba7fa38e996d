/* SPDX-License-Identifier: Apache-2.0 */
/* Facts are read after the ready byte only. A packet holds whole lines, at most PROTOCOL_LINE_MAX bytes. */
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "scenarios/payload/channel.h"
#include "scenarios/payload/facts.h"
#include "scenarios/payload/free-lists.h"
#include "scenarios/payload/kernel-log.h"
#include "scenarios/payload/ready.h"
#include "scenarios/payload/syscall.h"
#include "scenarios/payload/sha256.h"
#include "scenarios/payload/text.h"

/* A report on its way: lines are gathered, and sent when the next one might not fit. */
struct report {
	char buffer[PROTOCOL_LINE_MAX];
	struct text text;
	int rc; /* 0, or the first negative errno */
};

#define VALUE_MAX (PROTOCOL_LINE_MAX / 2)
#define CLOCK_READINGS 16

static void report_start(struct report *report)
{
	report->text = TEXT_OVER(report->buffer);
	report->rc = 0;
}

static void report_flush(struct report *report)
{
	if (report->text.length && !report->rc)
		report->rc = channel_write(report->buffer, report->text.length);
	report->text.length = 0;
}

static void report_fact(struct report *report, const char *key, const char *value)
{
	if (report->text.length + strlen(key) + strlen(value) + 3 > sizeof(report->buffer))
		report_flush(report);
	text_add(&report->text, key);
	text_add_char(&report->text, '=');
	text_add(&report->text, *value ? value : PROTOCOL_FACT_UNKNOWN);
	text_add_char(&report->text, '\n');
}

static int report_end(struct report *report)
{
	if (report->text.length + sizeof(PROTOCOL_END "\n") > sizeof(report->buffer))
		report_flush(report);
	text_add(&report->text, PROTOCOL_END "\n");
	report_flush(report);
	return report->rc;
}

static void report_number(struct report *report, const char *key, uint64_t number)
{
	char digits[24];
	struct text text = TEXT_OVER(digits);

	text_add_number(&text, number, 10);
	report_fact(report, key, digits);
}

static void report_stamp(struct report *report, const char *key, const struct stamp *stamp)
{
	char value[72];
	struct text text = TEXT_OVER(value);

	stamp_text(stamp, &text);
	report_fact(report, key, value);
}

/* The start of a small file, up to its first newline unless `whole`; empty where it cannot be read. */
static void file_text(const char *path, char *buffer, size_t size, _Bool whole)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count = fd < 0 ? 0 : read(fd, buffer, size - 1);

	if (fd >= 0)
		close(fd);
	buffer[count > 0 ? count : 0] = '\0';
	if (!whole)
		buffer[strcspn(buffer, "\n")] = '\0';
}

static void report_file(struct report *report, const char *key, const char *path)
{
	char value[VALUE_MAX];

	file_text(path, value, sizeof(value), 0);
	report_fact(report, key, value);
}

/* One line of /proc/meminfo, "NAME:  NUMBER kB". */
static void report_meminfo(struct report *report, const char *key, const char *meminfo, const char *name)
{
	const char *line = strstr(meminfo, name);
	uint64_t kib;

	if (line && text_read_number(line + strlen(name), &kib))
		report_number(report, key, kib * 1024);
	else
		report_fact(report, key, PROTOCOL_FACT_UNKNOWN);
}

static void report_memory(struct report *report)
{
	char meminfo[512]; /* the three lines are the first of the file */

	file_text("/proc/meminfo", meminfo, sizeof(meminfo), 1);
	report_meminfo(report, PROTOCOL_FACT_MEM_TOTAL, meminfo, "MemTotal:");
	report_meminfo(report, PROTOCOL_FACT_MEM_AVAILABLE, meminfo, "MemAvailable:");
	report_meminfo(report, PROTOCOL_FACT_MEM_FREE, meminfo, "MemFree:");
}

static void report_system(struct report *report)
{
	char hex[SHA256_HEX] = "";
	struct utsname names;

	if (sha256_file("/proc/self/exe", hex) < 0)
		sha256_file(PROTOCOL_PAYLOAD_PATH, hex);
	report_fact(report, PROTOCOL_FACT_SHA256, hex);
	report_number(report, PROTOCOL_FACT_PID, (uint64_t)getpid());
	if (uname(&names) < 0)
		memset(&names, 0, sizeof(names));
	report_fact(report, PROTOCOL_FACT_RELEASE, names.release);
	report_fact(report, PROTOCOL_FACT_HOSTNAME, names.nodename);
	report_file(report, PROTOCOL_FACT_BOOT_ID, "/proc/sys/kernel/random/boot_id");
	report_file(report, PROTOCOL_FACT_CLOCKSOURCE,
		    "/sys/devices/system/clocksource/clocksource0/current_clocksource");
}

int facts_send(void)
{
	struct report report;

	report_start(&report);
	report_number(&report, PROTOCOL_FACT_VERSION, PROTOCOL_VERSION);
	if (ready.stage)
		report_fact(&report, PROTOCOL_FACT_STAGE, ready.stage);
	report_stamp(&report, PROTOCOL_FACT_MAIN, &ready.first);
	report_stamp(&report, PROTOCOL_FACT_READY, &ready.source);
	report_system(&report);
	report_memory(&report);
	return report_end(&report);
}

int facts_send_memory(void)
{
	struct report report;
	uint64_t bytes;

	report_start(&report);
	report_memory(&report);
	if (free_lists_bytes(&bytes))
		report_number(&report, PROTOCOL_FACT_MEM_LISTS, bytes);
	return report_end(&report);
}

static void report_three(struct report *report, const char *key, const uint64_t numbers[3])
{
	char value[72];
	struct text text = TEXT_OVER(value);

	for (int i = 0; i < 3; i++) {
		if (i)
			text_add_char(&text, ' ');
		text_add_number(&text, numbers[i], 10);
	}
	report_fact(report, key, value);
}

/* The kernel's clock between two readings of the counter; the first ones are slow where code is translated. */
static void report_clock(struct report *report)
{
	uint64_t best[3] = {0, 0, UINT64_MAX};

	for (int i = 0; i < CLOCK_READINGS; i++) {
		uint64_t before = stamp_tsc(), boottime_ns = syscall_clock_ns(CLOCK_BOOTTIME), after = stamp_tsc();

		if (after - before < best[2] - best[0]) {
			best[0] = before;
			best[1] = boottime_ns;
			best[2] = after;
		}
	}
	report_three(report, PROTOCOL_FACT_CLOCK, best);
}

int facts_send_boot(void)
{
	struct report report;
	struct kernel_log log;

	report_start(&report);
	if (ready.held) /* its kernel booted in another life */
		return report_end(&report);
	report_clock(&report);
	if (!kernel_log_read(&log)) {
		report_number(&report, PROTOCOL_FACT_LOG_INIT, log.init_ns);
		report_three(&report, PROTOCOL_FACT_LOG_SYNC,
			     (const uint64_t[]){log.sync_ns, log.before_ns, log.after_ns});
	} else {
		report_fact(&report, PROTOCOL_FACT_LOG_INIT, PROTOCOL_FACT_UNKNOWN);
	}
	return report_end(&report);
}
