/* SPDX-License-Identifier: Apache-2.0 */
/* The libvirt domain that is one guest, and its XML. libxml2 stays behind domain-xml*.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

enum domain_machine {
	DOMAIN_MICROVM,
	DOMAIN_Q35,
	DOMAIN_PC,
	DOMAIN_MACHINE_COUNT
};

enum domain_balloon {
	DOMAIN_BALLOON_NONE,
	DOMAIN_BALLOON_VIRTIO,	  /**< there, and never inflated */
	DOMAIN_BALLOON_REPORTING, /**< the guest also tells which pages it has freed, and the host takes them back */
};

/** One guest, fully resolved. The texts are borrowed. */
struct domain {
	const char *name;
	const char *uuid;   /**< NULL: libvirt makes one */
	enum domain_machine machine;
	bool kvm;	    /**< virtualisation type kvm; else qemu (TCG) */
	bool host_cpu;	    /**< the guest sees the host's CPU (KVM only); else QEMU's default model */
	bool acpi;	    /**< a microvm needs it: the kernel finds virtio devices and a second CPU there */
	bool skip_flag_query; /**< "tuned": libvirt does not read some 400 CPU flags, one by one, at every start */
	bool keep_owners;   /**< libvirt leaves the owners of the files alone: QEMU's user can read them anyway */
	uint64_t memory_bytes;
	enum domain_balloon balloon;
	bool no_merge;	    /**< QEMU does not offer the guest's memory to be merged with equal pages (KSM) */
	unsigned vcpus;
	const char *cpus;   /**< list of the host's CPUs for all of QEMU's threads; NULL: any */
	const char *kernel, *initrd, *cmdline; /**< initrd and cmdline: NULL for none */
	const char *disk;	    /**< file for /dev/vda; NULL: no disk */
	bool raw_disk;		    /**< it is the bytes themselves; else qcow2 */
	const char *cache;	    /**< the disk's cache mode as QEMU calls it; NULL: DOMAIN_DISK_CACHE */
	const char *bridge;	    /**< its one link is a port of this bridge; NULL: it is none */
	bool user_net;		    /**< it has one to QEMU's user network instead */
	const char *hardware_address; /**< of that link: "52:54:00:00:00:01" */
	const char *socket_ready;   /**< the harness listens; the debug port's bytes go here */
	const char *socket_serial;  /**< the harness listens; the first serial port */
};

/** A disk's cache mode where nothing else is said: the host's page cache, flushes obeyed. */
#define DOMAIN_DISK_CACHE "writeback"

/** "microvm", "q35", "pc": the machine's name in an option and in the XML. */
const char *domain_machine_name(enum domain_machine machine);
/** DOMAIN_MACHINE_COUNT: no such machine. */
enum domain_machine domain_machine_find(const char *name);

/** A container of libvirt's LXC driver. The texts are borrowed. */
struct container_domain {
	const char *name;
	uint64_t memory_bytes; /**< limit of its cgroup */
	const char *cpus;      /**< list of the host's CPUs; NULL: any */
	const char *root;      /**< folder that becomes its root */
	const char *socket;    /**< the harness listens; bound to where every container finds it */
	const char *const *variables; /**< NAME=VALUE of the payload's environment */
	size_t variable_count;
};

/** Its XML, for free(). */
char *domain_xml_container(const struct container_domain *domain);

/** The domain's XML, for free(). */
char *domain_xml_build(const struct domain *domain);
/**
 * What two domains of one subject have in common, for free(): the XML without name, uuid and comments, and each
 * absolute path cut to its last component. NULL: not a domain's XML.
 */
char *domain_xml_normalise(const char *xml, struct error *err);
/**
 * libvirt's XML of the domain `from` as that of `to`, which differs in name, uuid, disk and sockets alone; for free().
 * NULL: not a domain's XML.
 */
char *domain_xml_rename(const char *xml, const struct domain *from, const struct domain *to, struct error *err);
/** The text or attribute at a path such as "os/type" and "machine", for free(). NULL: there is none. */
char *domain_xml_value(const char *xml, const char *path, const char *attribute);
