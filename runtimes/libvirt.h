/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One libvirt connection for all subjects of a run, its event loop, and the life of a domain.
 * libvirt's own headers stay in libvirt-*.c. A process can have one embedded driver with one root folder,
 * and cannot start it more than some 20 times: there is one connection per process, open as long as a subject lives.
 */
#pragma once

#include <stdbool.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/model/instance.h"

struct libvirt;

/**
 * Opens the run's connection, or shares the one that is open: RUN.connect_uri, else the embedded driver with its root
 * in RUN.private_folder. Asks for the capabilities once, so that no sample pays for QEMU's probes.
 */
int libvirt_open(const struct run *run, struct libvirt **ret_libvirt, struct error *err);
/** Gives one share back; the last one closes the connection and removes the driver's root. NULL is fine. */
void libvirt_close(struct libvirt *libvirt);
/** True for the driver in this process: its QEMUs run as this user. */
bool libvirt_is_embedded(const struct libvirt *libvirt);
/** {name, version, uri, qemu_version, qemu_path, vm_running_source}: the run's folder in the URI is written
 * as "DIR". */
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
/** Ends the domain if it lives, removes what libvirt leaves of it, stops following it. NULL is fine. */
void libvirt_domain_free(struct libvirt_domain *domain);
