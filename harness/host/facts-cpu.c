/* SPDX-License-Identifier: Apache-2.0 */
/* host.cpu and host.virtualization. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/host/facts-parts.h"
#include "harness/host/hostfs.h"
#include "harness/host/kvm.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

#define CPU_ROOT "/sys/devices/system/cpu"
#define CPU_FLAGS_MAX 8192
#define CPU_CACHES_MAX 16

/* Bytes of "32768K", as the kernel writes cache sizes. */
static int64_t size_bytes(const char *text)
{
	char *unit;
	int64_t size = strtoll(text, &unit, 10);

	return *unit == 'M' ? size << 20 : *unit == 'K' ? size << 10 : size;
}

static struct json *cpu_caches(void)
{
	struct json *caches = json_object();

	for (int i = 0; i < CPU_CACHES_MAX; i++) {
		char level[16], type[32], size[32], key[24];

		if (!hostfs_line(level, sizeof(level), CPU_ROOT "/cpu0/cache/index%d/level", i))
			break;
		(void)hostfs_line(type, sizeof(type), CPU_ROOT "/cpu0/cache/index%d/type", i);
		(void)hostfs_line(size, sizeof(size), CPU_ROOT "/cpu0/cache/index%d/size", i);
		(void)snprintf(key, sizeof(key), "l%.3s%s", level,
			       !strcmp(type, "Data")	      ? "d"
			       : !strcmp(type, "Instruction") ? "i"
							      : "");
		json_add_int(caches, key, size_bytes(size));
	}
	return caches;
}

/* CPUs in a list as the kernel writes it: "0-3,8". */
static int64_t count_cpus(const char *list)
{
	int64_t count = 0;

	while (*list) {
		char *end;
		long first = strtol(list, &end, 10), last = first;

		if (end == list)
			break;
		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		count += last - first + 1;
		list = end + (*end == ',');
	}
	return count;
}

/* The governor of all CPUs, "mixed" where they differ. */
static void cpu_governor(struct json *cpu)
{
	char common[64] = "", governor[64], driver[64];

	for (int i = 0; i < 4096 && hostfs_exists(CPU_ROOT "/cpu%d", i); i++) {
		if (!hostfs_line(governor, sizeof(governor), CPU_ROOT "/cpu%d/cpufreq/scaling_governor", i))
			continue;
		if (common[0] && strcmp(common, governor))
			(void)snprintf(governor, sizeof(governor), "mixed");
		(void)memcpy(common, governor, sizeof(common));
	}
	if (common[0])
		json_add_text(cpu, "governor", common);
	else
		facts_add_unknown(cpu, "governor",
				  "the kernel shows no cpufreq, as is usual in a virtual machine");
	(void)hostfs_line(driver, sizeof(driver), CPU_ROOT "/cpu0/cpufreq/scaling_driver");
	json_add(cpu, "frequency_driver", facts_text_or_null(driver));
}

static void cpu_boost(struct json *cpu)
{
	char text[16];

	if (hostfs_line(text, sizeof(text), CPU_ROOT "/intel_pstate/no_turbo"))
		json_add_bool(cpu, "boost", !strcmp(text, "0"));
	else if (hostfs_line(text, sizeof(text), CPU_ROOT "/cpufreq/boost"))
		json_add_bool(cpu, "boost", !strcmp(text, "1"));
	else
		facts_add_unknown(cpu, "boost",
				  "the kernel shows neither intel_pstate/no_turbo nor cpufreq/boost");
}

static void cpu_flags(struct json *cpu, const char *flags)
{
	static const char *const interesting[] = {
		"hypervisor",	  "vmx",    "svm",  "ept",   "npt",	"constant_tsc", "nonstop_tsc",
		"tsc_known_freq", "rdtscp", "cx16", "xsave", "pdpe1gb", "aes",		"avx2",
		"avx512f",
	};
	struct json *found = json_array();
	char hex[DIGEST_HEX];

	for (size_t i = 0; i < sizeof(interesting) / sizeof(interesting[0]); i++)
		if (hostfs_has_word(flags, interesting[i]))
			json_append(found, json_new_text(interesting[i]));
	digest_text(flags, hex);
	json_add_text(cpu, "flags_sha256", flags[0] ? hex : NULL);
	json_add(cpu, "flags_of_interest", found);
}

struct json *facts_cpu(void)
{
	static const struct {
		const char *key, *field;
		bool number;
	} fields[] = {
		{"model", "model name", false}, {"vendor", "vendor_id", false},
		{"family", "cpu family", true}, {"model_id", "model", true},
		{"stepping", "stepping", true}, {"microcode", "microcode", false},
	};
	static const struct hostfs_row rows[] = {
		{"smt", CPU_ROOT "/smt/control", HOSTFS_TEXT},
		{"idle_driver", CPU_ROOT "/cpuidle/current_driver", HOSTFS_TEXT},
		{"idle_governor", CPU_ROOT "/cpuidle/current_governor", HOSTFS_TEXT},
		{0},
	};
	cleanup_free char *cpuinfo = hostfs_read("/proc/cpuinfo");
	struct json *cpu = json_object();
	char text[CPU_FLAGS_MAX];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		bool there = hostfs_field(cpuinfo, fields[i].field, text, sizeof(text));

		json_add(cpu, fields[i].key,
			 there && fields[i].number ? json_new_int(strtoll(text, NULL, 0))
						   : facts_text_or_null(text));
	}
	if (hostfs_line(text, sizeof(text), CPU_ROOT "/online"))
		json_add_int(cpu, "online_count", count_cpus(text));
	else
		json_add_null(cpu, "online_count");
	hostfs_add_rows(cpu, rows);
	if (!hostfs_field(cpuinfo, "flags", text, sizeof(text)))
		(void)hostfs_field(cpuinfo, "Features", text, sizeof(text));
	cpu_flags(cpu, text);
	cpu_governor(cpu);
	cpu_boost(cpu);
	json_add(cpu, "caches_bytes", cpu_caches());
	return cpu;
}

/* The vendor that CPUID leaf 0x40000000 names; "" where no hypervisor answers. */
static void hypervisor_name(char name[32])
{
	name[0] = '\0';
#ifdef __x86_64__
	static const char *const known[][2] = {
		{"KVMKVMKVM", "KVM"},	   {"Microsoft Hv", "Hyper-V"},	 {"VMwareVMware", "VMware"},
		{"XenVMMXenVMM", "Xen"},   {"TCGTCGTCGTCG", "QEMU TCG"}, {"VBoxVBoxVBox", "VirtualBox"},
		{"bhyve bhyve ", "bhyve"},
	};
	unsigned eax, words[3];

	if (!hostfs_is_live() || !__get_cpuid(1, &eax, &words[0], &words[1], &words[2]) || !(words[1] >> 31))
		return;
	__cpuid(0x40000000, eax, words[0], words[1], words[2]);
	(void)memcpy(name, words, 12);
	name[12] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i][0]))
			(void)snprintf(name, 32, "%s", known[i][1]);
#endif
}

/* Without CPUID: the product that the firmware names. */
static struct json *hypervisor_json(bool is_vm)
{
	char name[32], vendor[96];

	hypervisor_name(name);
	if (name[0])
		return json_new_text(name);
	if (!hostfs_line(vendor, sizeof(vendor), "/sys/hypervisor/type") && is_vm)
		(void)hostfs_line(vendor, sizeof(vendor), "/sys/class/dmi/id/sys_vendor");
	return facts_text_or_null(vendor);
}

/* A file such as /.dockerenv also lies on virtual machines made from an image, so the kernel has the first
 * word. */
static bool in_first_pid_namespace(void)
{
	char name[64];
	ssize_t length = readlink("/proc/self/ns/pid", name, sizeof(name) - 1);

	if (!hostfs_is_live() || length < 0)
		return false;
	name[length] = '\0';
	return !strcmp(name, "pid:[4026531836]"); /* PROC_PID_INIT_INO, the same on every Linux */
}

static struct json *container_json(void)
{
	char name[64];

	if (in_first_pid_namespace())
		return json_new_text(NULL);
	if (hostfs_line(name, sizeof(name), "/run/systemd/container"))
		return facts_text_or_null(name);
	if (hostfs_exists("/.dockerenv"))
		return json_new_text("docker");
	if (hostfs_exists("/run/.containerenv"))
		return json_new_text("podman");
	return json_new_text(hostfs_is_live() ? "unknown" : NULL);
}

static void add_kvm(struct json *virtualization)
{
	struct json *probe;
	struct kvm_report kvm;

	if (!hostfs_is_live()) {
		facts_add_unknown(virtualization, "kvm_class", FACTS_RECORDED);
		return;
	}
	kvm_probe(&kvm);
	probe = json_object();
	json_add_number(probe, "exit_rtt_p50_ns", kvm.exit_rtt_p50_ns);
	json_add_number(probe, "loop64_ratio", kvm.native_instr_per_s / kvm.instr_per_s);
	json_add_number(probe, "loop64_instr_per_s", kvm.instr_per_s);
	facts_add_unknown(probe, "loop16_ratio", "the probe runs 64-bit code only");
	json_add_bool(probe, "linux_boots", kvm.linux_boots);
	json_add_text(virtualization, "kvm_class", kvm_class_name(kvm.class));
	json_add(virtualization, "kvm_reason", facts_text_or_null(kvm.reason));
	json_add(virtualization, "kvm_remedy", facts_text_or_null(kvm.remedy));
	json_add(virtualization, "kvm_probe", probe);
}

struct json *facts_virtualization(void)
{
	cleanup_free char *cpuinfo = hostfs_read("/proc/cpuinfo");
	struct json *virtualization = json_object();
	char flags[CPU_FLAGS_MAX];

	if (hostfs_field(cpuinfo, "flags", flags, sizeof(flags)))
		json_add_bool(virtualization, "is_vm", hostfs_has_word(flags, "hypervisor"));
	else
		facts_add_unknown(virtualization, "is_vm", "this CPU has no flag for it");
	json_add(virtualization, "hypervisor",
		 hypervisor_json(json_get_bool(virtualization, "is_vm", false)));
	json_add(virtualization, "container", container_json());
	add_kvm(virtualization);
	return virtualization;
}
