/* SPDX-License-Identifier: Apache-2.0 */
/* host.clock, host.load_before and host.limits: most of it is asked of the running kernel. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/host/facts-parts.h"
#include "harness/host/hostfs.h"
#include "harness/host/userns.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0"
#define CLOCK_READS 2000
#define LOAD_LOOK_NS 200000000u

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* --- clock -------------------------------------------------------------------------------------------------
 */

/* Measured, since clock_getres() says 1 ns everywhere (R1.31). */
static void clock_measure(struct json *clock)
{
	uint64_t begin_ns = clock_now_ns(), last_ns = begin_ns, step_ns = UINT64_MAX;

	for (int i = 0; i < CLOCK_READS; i++) {
		uint64_t now_ns = clock_now_ns();

		if (now_ns != last_ns && now_ns - last_ns < step_ns)
			step_ns = now_ns - last_ns;
		last_ns = now_ns;
	}
	json_add_number(clock, "read_cost_ns", (double)(last_ns - begin_ns) / CLOCK_READS);
	if (step_ns == UINT64_MAX)
		facts_add_unknown(clock, "resolution_ns", "the clock did not move between 2000 reads");
	else
		json_add_int(clock, "resolution_ns", (int64_t)step_ns);
}

static void clock_ntp(struct json *clock)
{
	struct timex t = {0};
	int state = adjtimex(&t);

	if (state < 0) {
		facts_add_unknown(clock, "ntp_status", strerror(errno));
		return;
	}
	json_add_text(clock, "ntp_status",
		      t.status & STA_UNSYNC || state == TIME_ERROR ? "unsynchronised" : "synchronised");
	json_add_number(clock, "slew_ppm", (double)t.freq / 65536);
}

struct json *facts_clock(void)
{
	struct json *clock = json_object();
	char text[256];

	(void)hostfs_line(text, sizeof(text), CLOCKSOURCE "/current_clocksource");
	json_add(clock, "source", facts_text_or_null(text));
	(void)hostfs_line(text, sizeof(text), CLOCKSOURCE "/available_clocksource");
	json_add(clock, "available", facts_words(text));
	if (hostfs_is_live()) {
		clock_measure(clock);
		clock_ntp(clock);
	} else {
		facts_add_unknown(clock, "ntp_status", FACTS_RECORDED);
		facts_add_unknown(clock, "resolution_ns", FACTS_RECORDED);
	}
	return clock;
}

/* --- load --------------------------------------------------------------------------------------------------
 */

struct ticks {
	double total, idle, steal;
};

static bool ticks_read(struct ticks *ret)
{
	char line[256];
	double user, nice, system, idle, iowait, irq, softirq, steal;

	if (!hostfs_line(line, sizeof(line), "/proc/stat") ||
	    sscanf(line, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &iowait, &irq,
		   &softirq, &steal) != 8)
		return false;
	*ret = (struct ticks){.total = user + nice + system + idle + iowait + irq + softirq + steal,
			      .idle = idle + iowait,
			      .steal = steal};
	return true;
}

static void add_ratios(struct json *load, const struct ticks *first, const struct ticks *last,
		       bool since_boot)
{
	double total = last->total - first->total, steal = last->steal - first->steal,
	       idle = last->idle - first->idle;

	if (since_boot) {
		json_add_number(load, "steal_since_boot_ratio", total > 0 ? steal / total : NAN);
		return;
	}
	json_add_number(load, "steal_ratio", total > 0 ? steal / total : NAN);
	json_add_number(load, "busy_ratio", total > 0 ? 1 - (idle + steal) / total : NAN);
	json_add_int(load, "look_ns", LOAD_LOOK_NS);
}

static void add_pressure(struct json *load, const char *resource, const char *key)
{
	char line[128];
	double share;

	if (hostfs_line(line, sizeof(line), "/proc/pressure/%s", resource) &&
	    sscanf(line, "some avg10=%lf", &share) == 1)
		json_add_number(load, key, share);
	else
		json_add_null(load, key);
}

struct json *facts_load(void)
{
	static const struct ticks boot = {0};
	struct json *load = json_object();
	struct ticks first, last;
	char line[128];

	if (hostfs_line(line, sizeof(line), "/proc/loadavg"))
		json_add_number(load, "load1", strtod(line, NULL));
	else
		json_add_null(load, "load1");
	if (!ticks_read(&first)) {
		facts_add_unknown(load, "steal_ratio", "/proc/stat cannot be read");
	} else {
		add_ratios(load, &boot, &first, true);
		if (hostfs_is_live()) {
			clock_sleep_until(clock_now_ns() + LOAD_LOOK_NS);
			if (ticks_read(&last))
				add_ratios(load, &first, &last, false);
		} else {
			facts_add_unknown(load, "steal_ratio", FACTS_RECORDED);
		}
	}
	add_pressure(load, "cpu", "psi_cpu_some_avg10");
	add_pressure(load, "memory", "psi_memory_some_avg10");
	add_pressure(load, "io", "psi_io_some_avg10");
	return load;
}

/* --- limits ------------------------------------------------------------------------------------------------
 */

static void add_rlimit(struct json *limits, const char *key, int resource)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
		facts_add_unknown(limits, key, strerror(errno));
	else if (limit.rlim_cur == RLIM_INFINITY)
		facts_add_unknown(limits, key, "unlimited");
	else
		json_add_int(limits, key, (int64_t)limit.rlim_cur);
}

/* "cachestat"; "mincore" where the kernel is older; null where neither answers (R1.36). Asked of a file of
 * our own. */
static struct json *page_cache_lens(void)
{
	uint64_t range[2] = {0, 0}, answer[5];
	cleanup_close int fd = memfd_create("page-cache-lens", MFD_CLOEXEC);
	unsigned char resident;

	if (fd < 0 || ftruncate(fd, 1) < 0)
		return json_new_text(NULL);
	if (syscall(SYS_cachestat, fd, range, answer, 0) == 0)
		return json_new_text("cachestat");
	void *page = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return json_new_text(NULL);
	bool works = mincore(page, 1, &resident) == 0;

	(void)munmap(page, 1);
	return json_new_text(works ? "mincore" : NULL);
}

static bool has_capability(unsigned bit)
{
	cleanup_free char *status = hostfs_read("/proc/self/status");
	char mask[32];

	return hostfs_field(status, "CapEff", mask, sizeof(mask)) && strtoull(mask, NULL, 16) >> bit & 1;
}

/* Capability numbers are part of the kernel's interface. */
#define CAP_BIT_SYS_ADMIN 21u
#define CAP_BIT_SYS_NICE 23u
#define CAP_BIT_IPC_LOCK 14u

static void add_live_limits(struct json *limits)
{
	struct rlimit rt = {0};
	struct userns_report userns;

	(void)getrlimit(RLIMIT_RTPRIO, &rt);
	json_add_int(limits, "euid", (int64_t)geteuid());
	json_add_bool(limits, "cap_sys_admin", has_capability(CAP_BIT_SYS_ADMIN));
	json_add_bool(limits, "cap_ipc_lock", has_capability(CAP_BIT_IPC_LOCK));
	json_add_bool(limits, "rt_allowed", rt.rlim_cur > 0 || has_capability(CAP_BIT_SYS_NICE));
	add_rlimit(limits, "memlock_bytes", RLIMIT_MEMLOCK);
	add_rlimit(limits, "nofile_count", RLIMIT_NOFILE);
	json_add(limits, "page_cache_lens", page_cache_lens());
	userns_probe(&userns);
	json_add_bool(limits, "userns_works", userns.works);
	json_add(limits, "userns_works_reason", facts_text_or_null(userns.reason));
}

struct json *facts_limits(void)
{
	static const struct hostfs_row rows[] = {
		{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", HOSTFS_NUMBER},
		{"aslr", "/proc/sys/kernel/randomize_va_space", HOSTFS_NUMBER},
		{"userns_max_count", "/proc/sys/user/max_user_namespaces", HOSTFS_NUMBER},
		{"userns_unprivileged", "/proc/sys/kernel/unprivileged_userns_clone", HOSTFS_NUMBER},
		{"userns_apparmor_restricted", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
		 HOSTFS_NUMBER},
		{"kprobes", "/sys/kernel/debug/kprobes", HOSTFS_THERE},
		{0},
	};
	static const char *const pmus[] = {"cpu", "cpu_core", "armv8_pmuv3_0"};
	struct json *limits = json_object();
	bool pmu = false;

	hostfs_add_rows(limits, rows);
	for (size_t i = 0; i < sizeof(pmus) / sizeof(pmus[0]); i++)
		pmu = pmu || hostfs_exists("/sys/bus/event_source/devices/%s", pmus[i]);
	json_add_bool(limits, "pmu", pmu);
	json_add_bool(limits, "tracefs",
		      hostfs_exists("/sys/kernel/tracing/events") ||
			      hostfs_exists("/sys/kernel/debug/tracing/events"));
	json_add_bool(limits, "kvm_tracepoints",
		      hostfs_exists("/sys/kernel/tracing/events/kvm/kvm_entry") ||
			      hostfs_exists("/sys/kernel/debug/tracing/events/kvm/kvm_entry"));
	if (hostfs_is_live())
		add_live_limits(limits);
	return limits;
}
