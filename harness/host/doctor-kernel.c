/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of clocks, cgroups, settings of the kernel, and what this user may do. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/host/doctor-checks.h"
#include "harness/host/userns.h"

#define RESOLUTION_FAIL_NS 1000
#define SLEW_WARN_PPM 50
#define MEMLOCK_WISH_BYTES (64.0 * 1024 * 1024)

/* True if the array of words at `dotted` holds `word`. */
static bool has_word(const struct json *host, const char *dotted, const char *word)
{
	for (const struct json *at = json_first(json_path(host, dotted)); at; at = json_next(at))
		if (!strcmp(json_text_of(at, ""), word))
			return true;
	return false;
}

void check_clock(const struct json *host, struct finding *ret)
{
	static const char *const good[] = {"tsc", "kvm-clock", "arch_sys_counter",
					   "hyperv_clocksource_tsc_page"};
	const char *source = check_text(host, "clock.source");
	bool steady = has_word(host, "cpu.flags_of_interest", "constant_tsc") &&
		      has_word(host, "cpu.flags_of_interest", "nonstop_tsc");

	if (!source) {
		check_unknown(ret, "The kernel does not show its clock source.");
		return;
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!strcmp(source, good[i])) {
			bool plain = strcmp(source, "tsc") || steady;

			check_value(ret, plain ? FINDING_OK : FINDING_INFO, "%s%s", source,
				    plain ? "" : ", not constant");
			if (!plain)
				check_say(ret, "Phases inside a guest are not taken from the cycle counter.",
					  "");
			return;
		}
	check_value(ret, FINDING_WARN, "%s", source);
	check_say(ret, "Each reading of the clock is a system call or slower, and its steps are coarse.",
		  has_word(host, "clock.available", "tsc")
			  ? "sudo sh -c 'echo tsc > "
			    "/sys/devices/system/clocksource/clocksource0/current_clocksource'"
			  : "");
}

void check_resolution(const struct json *host, struct finding *ret)
{
	double step_ns = check_number(host, "clock.resolution_ns"),
	       cost_ns = check_number(host, "clock.read_cost_ns");

	if (isnan(step_ns)) {
		check_unknown(ret, "The clock's steps were not measured.");
		return;
	}
	bool coarse = step_ns > RESOLUTION_FAIL_NS;

	check_value(ret, coarse ? FINDING_FAIL : FINDING_OK, "steps of %.0f ns, %.3g ns a reading", step_ns,
		    cost_ns);
	if (coarse)
		check_say(ret, "Phases of a container's start are not longer than the clock's steps.",
			  "Change the clock source.");
}

void check_ntp(const struct json *host, struct finding *ret)
{
	const char *status = check_text(host, "clock.ntp_status");
	double slew = check_number(host, "clock.slew_ppm");

	if (!status) {
		check_unknown(ret, "The kernel does not tell how it steers the clock.");
		return;
	}
	bool fast = fabs(slew) > SLEW_WARN_PPM, synchronised = !strcmp(status, "synchronised");

	check_value(ret,
		    fast	   ? FINDING_WARN
		    : synchronised ? FINDING_OK
				   : FINDING_INFO,
		    "%s, %+.2f ppm", status, slew);
	if (fast)
		check_say(ret,
			  "The clock runs faster or slower than its crystal, which bends every duration by "
			  "this share.",
			  "Wait until the time service has settled.");
	else if (!synchronised)
		check_say(ret, "Nothing sets the wall clock; durations do not depend on it.", "");
}

void check_cgroup(const struct json *host, struct finding *ret)
{
	const char *version = check_text(host, "cgroup.version");
	char controllers[96];
	bool root = check_number(host, "limits.euid") == 0;
	const struct json *writable = json_path(host, "cgroup.own_writable");

	if (!version) {
		check_unknown(ret, "The mounts cannot be read.");
		return;
	}
	check_words(host, "cgroup.controllers", controllers, sizeof(controllers));
	check_value(ret, FINDING_WARN, "%s: %s", version, controllers[0] ? controllers : "no controllers");
	if (!strcmp(version, "none"))
		check_say(ret, "Without cgroups there are no limits, and no kernel memory in the footprint.",
			  "Mount cgroup2 on /sys/fs/cgroup.");
	else if (strcmp(version, "v2"))
		check_say(ret,
			  "Memory counters of cgroup v1 are approximate, and joining a group takes a write "
			  "of its own.",
			  "Boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line.");
	else if (!has_word(host, "cgroup.controllers", "memory") ||
		 !has_word(host, "cgroup.controllers", "pids"))
		check_say(ret, "Limits and counters of memory and processes are missing.",
			  "Boot without cgroup_disable=memory, or have the outer container delegate the "
			  "controllers.");
	else if (!root && !json_is_null(writable) && !json_bool_of(writable, false))
		check_say(ret, "This user may not make cgroups here, so there are no limits and no counters.",
			  "Start tare in a scope of its own: systemd-run --user --scope -p Delegate=yes tare "
			  "run");
	else
		ret->level = FINDING_OK;
}

void check_aslr(const struct json *host, struct finding *ret)
{
	double aslr = check_number(host, "limits.aslr");

	if (isnan(aslr)) {
		check_unknown(ret, "The setting cannot be read.");
		return;
	}
	check_value(ret, aslr == 2 ? FINDING_OK : FINDING_INFO, "%s",
		    aslr == 2	? "on"
		    : aslr == 1 ? "partly on"
				: "off");
	if (aslr != 2)
		check_say(
			ret,
			"One fixed memory layout may favour a subject; randomisation averages over layouts.",
			"");
}

void check_mitigations(const struct json *host, struct finding *ret)
{
	const char *setting = check_text(host, "kernel.mitigations");
	size_t vulnerable = 0;

	for (const struct json *at = json_first(json_path(host, "kernel.vulnerabilities")); at;
	     at = json_next(at))
		vulnerable += !strncmp(json_text_of(at, ""), "Vulnerable", strlen("Vulnerable"));
	check_value(ret, FINDING_INFO, "%s, %zu open", setting ? setting : "unknown", vulnerable);
	check_say(ret, "Mitigations make system calls and exits dearer; compare hosts only with equal ones.",
		  "");
}

void check_perf(const struct json *host, struct finding *ret)
{
	double paranoid = check_number(host, "limits.perf_event_paranoid");
	const char *pmu = check_bool(host, "limits.pmu") ? "PMU" : "no PMU";
	const char *tracefs = check_bool(host, "limits.tracefs") ? "tracefs" : "no tracefs";
	const char *points =
		check_bool(host, "limits.kvm_tracepoints") ? "KVM tracepoints" : "no KVM tracepoints";

	if (isnan(paranoid))
		check_value(ret, FINDING_INFO, "no perf events, %s, %s", tracefs, points);
	else
		check_value(ret, FINDING_INFO, "paranoid %.0f, %s, %s, %s", paranoid, pmu, tracefs, points);
	check_say(ret,
		  "Without them the phases inside the kernel and KVM stay unknown; no headline number needs "
		  "them.",
		  "");
}

void check_vhost(const struct json *host, struct finding *ret)
{
	check_value(ret, FINDING_INFO, "net %s, vsock %s",
		    check_bool(host, "devices.vhost_net") ? "yes" : "no",
		    check_bool(host, "devices.vhost_vsock") ? "yes" : "no");
	check_say(ret, "vhost-net moves a guest's packets without QEMU; tare's own channel needs neither.",
		  "");
}

/* The setting that refuses user namespaces to this user; NULL: none that is known. */
static const char *userns_remedy(const struct json *host, const char **ret_reason)
{
	const struct json *limits = json_get(host, "limits");

	for (const struct userns_setting *s = userns_settings; s->fact; s++)
		if (check_number(limits, s->fact) == s->bad) {
			*ret_reason = s->reason;
			return s->remedy;
		}
	*ret_reason = NULL;
	return NULL;
}

static void privileges_say(const struct json *host, const char *reason, const char *remedy,
			   struct finding *ret)
{
	const char *step = check_text(host, "limits.userns_works_reason");
	cleanup_free char *text = alloc_format("%s%s%s%s: containers without root privileges cannot start.",
					       reason ? reason : "User namespaces are refused",
					       step ? " (" : "", step ? step : "", step ? ")" : "");

	check_say(ret, text,
		  remedy ? remedy : userns_remedy_other);
}

void check_privileges(const struct json *host, struct finding *ret)
{
	double euid = check_number(host, "limits.euid"), memlock = check_number(host, "limits.memlock_bytes");
	const struct json *tried = json_path(host, "limits.userns_works");
	const char *reason, *remedy = userns_remedy(host, &reason);
	/* A setting convicts only a host that cannot be asked. */
	bool works = json_is_null(tried) ? !remedy : json_bool_of(tried, false);
	bool rt = check_bool(host, "limits.rt_allowed");
	char lock[32] = "unlimited";

	if (check_bool(host, "limits.cap_ipc_lock"))
		memlock = NAN; /* the limit does not bind */
	if (!isnan(memlock))
		check_size(memlock, lock);
	if (isnan(euid))
		check_value(ret, FINDING_INFO, "user namespaces %s", works ? "work" : "refused");
	else
		check_value(ret, FINDING_INFO, "%s, user namespaces %s, real time %s, memlock %s%s",
			    euid == 0 ? "root" : "no root", works ? "work" : "refused", rt ? "yes" : "no",
			    lock, euid == 0 ? "" : "; one user id, limits in a delegated cgroup v2 only");
	if (!works) {
		ret->level = FINDING_WARN;
		privileges_say(host, reason, remedy, ret);
	} else if (euid != 0) {
		check_say(ret,
			  "Without root there are no cold caches and no real-time receiver; containers have "
			  "limits in a delegated cgroup v2 only, and one user id.",
			  "");
	} else if (!rt || memlock < MEMLOCK_WISH_BYTES) {
		check_say(ret, "The receiver of events may be preempted or paged out, which lengthens tails.",
			  "");
	} else {
		ret->level = FINDING_OK;
	}
}

void check_quiet(const struct json *host, struct finding *ret)
{
	char daemons[112];

	check_words(host, "daemons", daemons, sizeof(daemons));
	if (!daemons[0]) {
		check_value(ret, FINDING_OK, "no known timers or indexers run");
		return;
	}
	check_value(ret, FINDING_INFO, "%s", daemons);
	check_say(ret, "These wake up and work on their own, and may do so in the middle of a sample.", "");
}
