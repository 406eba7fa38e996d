/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One libvirt connection to each driver for all subjects of a run, their event loop, and the life of a domain.
 * libvirt's own headers stay in libvirt-*.c. A process can have one embedded driver with one root folder, and cannot
 * start it more than some 20 times: there is one connection per process and driver, open as long as a subject lives.
 */
#pragma once

#include <stdbool.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/instance.h"

struct libvirt;

enum libvirt_driver {
	LIBVIRT_QEMU, /**< RUN.connect_uri, else the embedded driver with its root in RUN.private_folder */
	LIBVIRT_LXC,  /**< LIBVIRT_DEFAULT_URI where that is one of this driver, else lxc:///system: never embedded */
	LIBVIRT_DRIVERS
};

/**
 * Opens the run's connection to the driver, or shares the one that is open. Asks for the capabilities once, so that no
 * sample pays for QEMU's probes.
 */
int libvirt_open(const struct run *run, enum libvirt_driver driver, struct libvirt **ret_libvirt, struct error *err);
/** Whether that would work, for a driver that is not embedded; changes nothing. NULL run is fine. */
int libvirt_try(const struct run *run, enum libvirt_driver driver, struct error *err);
/** Gives one share back; the last one closes the connection and removes the driver's root. NULL is fine. */
void libvirt_close(struct libvirt *libvirt);
/** True for the driver in this process: its QEMUs run as this user. */
bool libvirt_is_embedded(const struct libvirt *libvirt);
/** What the connection was opened with; lives as long as it. */
const char *libvirt_uri(const struct libvirt *libvirt);
/** {name, version, uri} and of QEMU's driver {qemu_version, qemu_path, vm_running_source,...}: the run's folder in the
 * URI is written as "DIR". */
struct json *libvirt_facts(struct libvirt *libvirt);
/** The XML that libvirt makes of a domain's (defined and undefined again, never started), for free(). NULL: error. */
char *libvirt_expand(struct libvirt *libvirt, const char *xml, struct error *err);

/** The command line that libvirt would start QEMU with, as a shell would read it, for free(). NULL: error. */
char *libvirt_command_line(struct libvirt *libvirt, const char *xml, struct error *err);

/** A domain that belongs to an instance: followed from before its start until it is freed. */
struct libvirt_domain;

/** From here on the events of the domain called in->name go to the instance's timeline and failure. */
struct libvirt_domain *libvirt_domain_new(struct libvirt *libvirt, struct instance *in);
/** virDomainCreateXML: transient; a libvirtd also destroys it with the connection. */
int libvirt_domain_start(struct libvirt_domain *domain, const char *xml, struct error *err);
/** virDomainSave: the guest stops, its state goes into the file, the domain is gone. */
int libvirt_domain_save(struct libvirt_domain *domain, const char *path, struct error *err);
/** virDomainRestore, of a file that has the domain's own name in it. */
int libvirt_domain_restore(struct libvirt_domain *domain, const char *path, struct error *err);
/** virDomainDestroy; from here on its end is no failure. A domain that is gone already is fine. */
int libvirt_domain_stop(struct libvirt_domain *domain, struct error *err);
/** virDomainSendProcessSignal: SIGKILL to a container's first process, with which the domain ends. From here on that is
 * no failure. A virDomainDestroy sends SIGTERM, which that process ignores, and waits 1.6 s before it kills. */
int libvirt_domain_kill(struct libvirt_domain *domain, struct error *err);
/** Its number on this host: the process id of QEMU, or of a container's monitor. -1: it does not run. */
int libvirt_domain_id(const struct libvirt_domain *domain);
/** Whether libvirt still knows one of that name. */
bool libvirt_domain_exists(struct libvirt *libvirt, const char *name);
/** Ends the domain if it lives, removes what libvirt leaves of it, stops following it. NULL is fine. */
void libvirt_domain_free(struct libvirt_domain *domain);
