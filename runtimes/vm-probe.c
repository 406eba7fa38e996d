/* SPDX-License-Identifier: Apache-2.0 */
/* Can a VM be started here, and on what: asked without a connection, from what is installed and what KVM can do. */
#include "runtimes/vm.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"

static void finding_set(struct finding *finding, enum finding_level level, const char *reason, const char *remedy)
{
	finding->level = level;
	(void)snprintf(finding->reason, sizeof(finding->reason), "%.511s", reason);
	(void)snprintf(finding->remedy, sizeof(finding->remedy), "%.511s", remedy);
}

/** What must be installed. True: all there. */
static bool programs_check(const struct run *run, struct finding *finding)
{
	cleanup_free char *qemu = vm_program_path("qemu-system-x86_64");
	cleanup_free char *driver = vm_driver_path();

	if (!qemu)
		finding_set(finding, FINDING_FAIL, "There is no qemu-system-x86_64.",
			    "Install QEMU (Debian: qemu-system-x86).");
	else if (!driver && !(run && run->connect_uri))
		finding_set(finding, FINDING_FAIL, "libvirt's QEMU driver (libvirt_driver_qemu.so) is not installed.",
			    "Install it (Debian: libvirt-daemon), or use a libvirtd with --connect.");
	return qemu && (driver || (run && run->connect_uri));
}

/** For root the embedded driver looks up an account that Debian's libvirt-daemon-system makes. */
static bool account_check(const struct run *run, struct finding *finding)
{
	if (geteuid() || (run && run->connect_uri) || !file_exists("/etc/debian_version") || getpwnam("libvirt-qemu"))
		return true;
	finding_set(finding, FINDING_FAIL,
		    "There is no account libvirt-qemu, without which libvirt's driver does not start for root.",
		    "Run `make deps` as root, or run tare as another user.");
	return false;
}

/** What must have been built. Without a run there is nothing to look at. */
static bool guest_check(const struct run *run, const struct subject *subject, struct finding *finding)
{
	struct json *guest = NULL;
	struct error err;

	if (!run || vm_option_is(subject, "guest", "bare"))
		return true;
	if (vm_guest_load(run, &guest, &err) < 0) {
		finding_set(finding, FINDING_FAIL, err.text, "Run `make guest`.");
		return false;
	}
	json_free(guest);
	return true;
}

/** Taps and bridges are made by root alone. */
static bool network_check(const struct subject *subject, struct finding *finding)
{
	if (!geteuid() || !vm_option_is(subject, "network", "bridge"))
		return true;
	finding_set(finding, FINDING_FAIL, "Only root makes the bridge of network=bridge.",
		    "Run tare as root, or with network=user.");
	return false;
}

static void accelerator_check(const struct subject *subject, struct finding *finding)
{
	struct subject copy = *subject;
	struct vm vm = {0};
	struct error err;

	if (vm_choose_accelerator(&vm, &copy, &err) < 0) {
		finding_set(finding, FINDING_FAIL, err.text, vm.kvm.remedy);
		return;
	}
	(void)snprintf(finding->value, sizeof(finding->value), "%s", copy.label[0] ? copy.label : "kvm-hw");
	finding_set(finding, FINDING_OK, "ready", "");
	if (vm.domain.kvm && kvm_usable_for_linux(&vm.kvm))
		return;
	finding->level = FINDING_WARN;
	if (vm.domain.kvm)
		(void)snprintf(finding->reason, sizeof(finding->reason),
			       "The guest runs on a KVM that is no hardware virtualisation, and is labelled so: %s.",
			       vm.kvm.reason);
	else
		(void)snprintf(finding->reason, sizeof(finding->reason),
			       "The guest is emulated by QEMU (TCG) and labelled so: %s.",
			       vm.kvm.reason[0] ? vm.kvm.reason : "accel=tcg was asked for");
	(void)snprintf(finding->remedy, sizeof(finding->remedy), "%s", vm.kvm.remedy);
}

void vm_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	(void)memset(ret_finding, 0, sizeof(*ret_finding));
	(void)snprintf(ret_finding->id, sizeof(ret_finding->id), "vm");
#if defined(__x86_64__)
	if (programs_check(run, ret_finding) && account_check(run, ret_finding) &&
	    guest_check(run, subject, ret_finding) && network_check(subject, ret_finding))
		accelerator_check(subject, ret_finding);
#else
	(void)run;
	(void)subject;
	finding_set(ret_finding, FINDING_FAIL, "The guest is for x86-64, and this host is not.",
		    "Use an x86-64 host.");
#endif
}
