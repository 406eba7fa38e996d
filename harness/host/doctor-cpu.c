/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of KVM, the CPUs and who else uses them. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/host/doctor-checks.h"

#define STEAL_WARN_RATIO 0.005
#define STEAL_FAIL_RATIO 0.05
#define STEAL_LOOK_RATIO 0.05 /* of a look of 200 ms, where a tick of 10 ms is much */
#define BUSY_WARN_RATIO 0.05

static void kvm_value(const struct json *host, enum finding_level level, const char *class,
		      struct finding *ret)
{
	double rate = check_number(host, "virtualization.kvm_probe.loop64_instr_per_s");
	double rtt_ns = check_number(host, "virtualization.kvm_probe.exit_rtt_p50_ns");

	char rate_text[48] = "", rtt_text[48] = "";

	if (!isnan(rate))
		(void)snprintf(rate_text, sizeof(rate_text),
			       rate < 100e6 ? ", %.3g Minstr/s" : ", %.0f Minstr/s", rate / 1e6);
	if (!isnan(rtt_ns))
		(void)snprintf(rtt_text, sizeof(rtt_text), ", exit %.3g us", rtt_ns / 1e3);
	check_value(ret, level, "%s%s%s", class, rate_text, rtt_text);
}

void check_kvm(const struct json *host, struct finding *ret)
{
	const char *class = check_text(host, "virtualization.kvm_class");
	const char *why = check_text(host, "virtualization.kvm_reason");
	const char *remedy = check_text(host, "virtualization.kvm_remedy");

	if (!class) {
		check_unknown(ret, "The functional probe did not run.");
		return;
	}
	bool fast = !strcmp(class, "kvm-hw") || !strcmp(class, "kvm-nested");

	if (fast && check_bool(host, "virtualization.kvm_probe.linux_boots")) {
		bool nested = !strcmp(class, "kvm-nested");

		kvm_value(host, nested ? FINDING_INFO : FINDING_OK, class, ret);
		if (nested)
			check_say(ret,
				  "The CPU runs the guests, but this host is a guest itself: each exit "
				  "passes two hypervisors.",
				  "Measure on bare metal for numbers about VMs on bare metal.");
		return;
	}
	kvm_value(host, FINDING_WARN, class, ret);
	cleanup_free char *reason = alloc_format("%s. VMs run under TCG, which emulates the CPU: their times "
						 "say nothing about the speed of KVM.",
						 why ? why : "KVM does not work here");

	reason[0] = (char)toupper((unsigned char)reason[0]);
	check_say(ret, reason, remedy ? remedy : "");
}

void check_virt(const struct json *host, struct finding *ret)
{
	const char *hypervisor = check_text(host, "virtualization.hypervisor");
	const char *container = check_text(host, "virtualization.container");
	bool is_vm = check_bool(host, "virtualization.is_vm");

	if (container) {
		check_value(ret, FINDING_WARN, "in a container (%s)%s", container,
			    is_vm ? " in a virtual machine" : "");
		check_say(ret,
			  "The outer container's limits and filters decide what can be started and add to "
			  "each time.",
			  "Run tare on the host itself.");
	} else if (is_vm) {
		check_value(ret, FINDING_INFO, "virtual machine (%s)",
			    hypervisor ? hypervisor : "unknown hypervisor");
		check_say(ret,
			  "Another hypervisor schedules these CPUs, so times have longer tails, and a VM "
			  "here is nested.",
			  "");
	} else if (json_is_null(json_path(host, "virtualization.is_vm"))) {
		check_unknown(ret, "This CPU does not tell whether it is virtual.");
	} else {
		check_value(ret, FINDING_OK, "bare metal");
	}
}

void check_steal(const struct json *host, struct finding *ret)
{
	double boot = check_number(host, "load_before.steal_since_boot_ratio");
	double look = check_number(host, "load_before.steal_ratio");

	if (isnan(boot)) {
		check_unknown(ret, "The kernel does not count stolen time.");
		return;
	}
	bool bad = boot > STEAL_WARN_RATIO || look > STEAL_LOOK_RATIO;
	enum finding_level level = boot > STEAL_FAIL_RATIO ? FINDING_FAIL : bad ? FINDING_WARN : FINDING_OK;

	if (isnan(look))
		check_value(ret, level, "%.1f %% since boot", boot * 100);
	else
		check_value(ret, level, "%.1f %% since boot, %.1f %% now", boot * 100, look * 100);
	if (bad)
		check_say(ret, "The outer hypervisor takes CPU time away, in the middle of samples.",
			  "Use a host with dedicated CPUs, or one that is less loaded.");
}

void check_load(const struct json *host, struct finding *ret)
{
	double busy = check_number(host, "load_before.busy_ratio"),
	       load1 = check_number(host, "load_before.load1");
	double cpus = check_number(host, "cpu.online_count");

	if (isnan(load1)) {
		check_unknown(ret, "The load average cannot be read.");
		return;
	}
	/* Without a look, a tenth of a runnable task for each CPU stands for it. */
	bool bad = isnan(busy) ? load1 > cpus / 10 : busy > BUSY_WARN_RATIO;
	enum finding_level level = bad ? FINDING_WARN : FINDING_OK;

	if (isnan(busy))
		check_value(ret, level, "load %.2f", load1);
	else
		check_value(ret, level, "%.0f %% busy, load %.2f", busy * 100, load1);
	if (bad)
		check_say(ret, "Other programs use the CPUs, so samples wait for them.",
			  "Stop what else runs (top shows it) and start again.");
}

void check_governor(const struct json *host, struct finding *ret)
{
	const char *governor = check_text(host, "cpu.governor"),
		   *driver = check_text(host, "cpu.frequency_driver");
	bool boost = check_bool(host, "cpu.boost");

	if (!governor) {
		check_unknown(ret, "The kernel shows no CPU frequencies, as is usual in a virtual machine; "
				   "the outer host decides.");
		return;
	}
	bool good = !strcmp(governor, "performance");

	check_value(ret, good ? boost ? FINDING_INFO : FINDING_OK : FINDING_WARN, "%s (%s)%s", governor,
		    driver ? driver : "unknown driver", boost ? ", boost on" : "");
	if (!good)
		check_say(ret,
			  "The clock rate follows the load, so a short start runs at another speed than a "
			  "long one.",
			  "sudo sh -c 'for g in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do "
			  "echo performance > $g; done'");
	else if (boost)
		check_say(ret, "The highest clock rate depends on heat and on how many cores work.", "");
}

void check_smt(const struct json *host, struct finding *ret)
{
	const char *control = check_text(host, "cpu.smt");

	if (check_bool(host, "placement.core_shared")) {
		check_value(ret, FINDING_WARN, "harness and subjects share one core");
		check_say(ret,
			  "The only two CPUs are threads of one core, so the harness slows the subject that "
			  "it measures.",
			  "Use a host with at least two cores.");
	} else if (!control) {
		check_unknown(ret, "The kernel does not show its SMT control.");
	} else if (!strcmp(control, "on")) {
		check_value(ret, FINDING_INFO, "on");
		check_say(ret, "Two threads share each core: subjects on both get less than two cores.", "");
	} else {
		check_value(ret, FINDING_OK, "%s", control);
	}
}

void check_idle(const struct json *host, struct finding *ret)
{
	const char *driver = check_text(host, "cpu.idle_driver"),
		   *governor = check_text(host, "cpu.idle_governor");

	check_value(ret, FINDING_INFO, "%s driver, %s governor", driver ? driver : "no",
		    governor ? governor : "no");
	check_say(ret,
		  "Leaving a deep idle state takes up to some hundred microseconds and is part of each "
		  "wake-up.",
		  "");
}

void check_cpus(const struct json *host, struct finding *ret)
{
	double allowed = check_number(host, "cpu.allowed_count"),
	       online = check_number(host, "cpu.online_count");
	double usable = isnan(allowed) ? online : allowed;

	if (isnan(usable)) {
		check_unknown(ret, "The number of CPUs cannot be read.");
		return;
	}
	enum finding_level level = usable < 3 ? FINDING_WARN : usable < online ? FINDING_INFO : FINDING_OK;

	check_value(ret, level, "%.0f of %.0f usable", usable, online);
	if (usable < 2)
		check_say(ret,
			  "Harness and subject take turns on one CPU, so the harness is part of each time.",
			  "Use a host with at least three CPUs.");
	else if (usable < 3)
		check_say(ret,
			  "Harness, subject and the rest of the system share two CPUs.",
			  "Use a host with at least three CPUs.");
	else if (check_number(host, "cpu.core_kinds_count") > 1)
		check_say(ret,
			  "Performance and efficiency cores are mixed: a sample's time depends on where it "
			  "ran.",
			  "");
	else if (usable < online)
		check_say(ret, "This process may not use all CPUs.", "");
}

void check_numa(const struct json *host, struct finding *ret)
{
	double nodes = check_number(host, "memory.numa_nodes");
	bool spans = check_number(host, "placement.subject_node_count") > 1;

	if (isnan(nodes)) {
		check_unknown(ret, "The kernel shows no NUMA nodes.");
		return;
	}
	check_value(ret, spans ? FINDING_WARN : FINDING_OK, "%.0f node%s%s", nodes, nodes > 1 ? "s" : "",
		    spans ? ", subjects on more than one" : "");
	if (spans)
		check_say(ret, "Memory is near for one sample and far for the next.",
			  "Give tare the CPUs of one node: numactl --cpunodebind=0 tare run");
}
