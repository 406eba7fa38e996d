/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/domain-xml-internal.h"

#include <inttypes.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/model/protocol.h"

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

static const char *const machine_names[DOMAIN_MACHINE_COUNT] = {
	[DOMAIN_MICROVM] = "microvm",
	[DOMAIN_Q35] = "q35",
	[DOMAIN_PC] = "pc",
};

const char *domain_machine_name(enum domain_machine machine)
{
	return machine_names[machine];
}

enum domain_machine domain_machine_find(const char *name)
{
	size_t i = 0;

	while (i < DOMAIN_MACHINE_COUNT && strcmp(machine_names[i], name))
		i++;
	return (enum domain_machine)i;
}

/** Adds <name>text</name> with attributes (name, value, ..., NULL); NULL text: none. */
static __attribute__((sentinel)) xmlNodePtr node_add(xmlNodePtr parent, const char *name, const char *text, ...)
{
	xmlNodePtr node = xmlNewTextChild(parent, NULL, xml(name), text ? xml(text) : NULL);
	va_list args;

	va_start(args, text);
	for (const char *key = va_arg(args, const char *); key; key = va_arg(args, const char *))
		(void)xmlNewProp(node, xml(key), xml(va_arg(args, const char *)));
	va_end(args);
	return node;
}

static void os_add(xmlNodePtr root, const struct domain *domain)
{
	xmlNodePtr os = node_add(root, "os", NULL, NULL);

	(void)node_add(os, "type", "hvm", "arch", "x86_64", "machine", machine_names[domain->machine], NULL);
	(void)node_add(os, "kernel", domain->kernel, NULL);
	if (domain->initrd)
		(void)node_add(os, "initrd", domain->initrd, NULL);
	if (domain->cmdline)
		(void)node_add(os, "cmdline", domain->cmdline, NULL);
	if (domain->acpi)
		(void)node_add(node_add(root, "features", NULL, NULL), "acpi", NULL, NULL);
}

/* What the host has no room for fails in the guest, as it does in a container; by default QEMU stops the guest. */
static void disk_add(xmlNodePtr devices, const struct domain *domain)
{
	xmlNodePtr disk = node_add(devices, "disk", NULL, "type", "file", "device", "disk", NULL);

	(void)node_add(disk, "driver", NULL, "name", "qemu", "type", domain->raw_disk ? "raw" : "qcow2", "cache",
		       domain->cache ? domain->cache : DOMAIN_DISK_CACHE, "error_policy", "report", NULL);
	(void)node_add(disk, "source", NULL, "file", domain->disk, NULL);
	(void)node_add(disk, "target", NULL, "dev", "vda", "bus", "virtio", NULL);
	if (domain->machine == DOMAIN_MICROVM)
		(void)node_add(disk, "address", NULL, "type", "virtio-mmio", NULL);
}

static void link_add(xmlNodePtr devices, const struct domain *domain)
{
	xmlNodePtr link =
		node_add(devices, "interface", NULL, "type", domain->user_net ? "user" : "bridge", NULL);

	(void)node_add(link, "mac", NULL, "address", domain->hardware_address, NULL);
	if (domain->bridge)
		(void)node_add(link, "source", NULL, "bridge", domain->bridge, NULL);
	(void)node_add(link, "model", NULL, "type", "virtio", NULL);
	if (domain->machine == DOMAIN_MICROVM)
		(void)node_add(link, "address", NULL, "type", "virtio-mmio", NULL);
	else /* nobody boots from it */
		(void)node_add(link, "rom", NULL, "enabled", "no", NULL);
}

/** A port whose bytes go to a socket on which the harness listens already, so that nothing is lost. */
static xmlNodePtr port_add(xmlNodePtr devices, const char *socket)
{
	xmlNodePtr serial = node_add(devices, "serial", NULL, "type", "unix", NULL);

	(void)node_add(serial, "source", NULL, "mode", "connect", "path", socket, NULL);
	return serial;
}

static void channel_add(xmlNodePtr devices, const struct domain *domain)
{
	char iobase[16];
	xmlNodePtr serial = port_add(devices, domain->socket_serial), debug, target;

	(void)node_add(serial, "target", NULL, "type", "isa-serial", "port", "0", NULL);
	debug = port_add(devices, domain->socket_ready);
	target = node_add(debug, "target", NULL, "type", "isa-debug", "port", "1", NULL);
	(void)node_add(target, "model", NULL, "name", "isa-debugcon", NULL);
	(void)snprintf(iobase, sizeof(iobase), "0x%x", PROTOCOL_PORT_READY);
	(void)node_add(debug, "address", NULL, "type", "isa", "iobase", iobase, NULL);
}

static void balloon_add(xmlNodePtr devices, const struct domain *domain)
{
	bool there = domain->balloon != DOMAIN_BALLOON_NONE;
	xmlNodePtr balloon = node_add(devices, "memballoon", NULL, "model", there ? "virtio" : "none", NULL);

	if (domain->balloon == DOMAIN_BALLOON_REPORTING)
		(void)xmlNewProp(balloon, xml("freePageReporting"), xml("on"));
	if (there && domain->machine == DOMAIN_MICROVM)
		(void)node_add(balloon, "address", NULL, "type", "virtio-mmio", NULL);
}

static void devices_add(xmlNodePtr root, const struct domain *domain)
{
	xmlNodePtr devices = node_add(root, "devices", NULL, NULL);

	if (domain->disk)
		disk_add(devices, domain);
	if (domain->bridge || domain->user_net)
		link_add(devices, domain);
	(void)node_add(devices, "controller", NULL, "type", "usb", "model", "none", NULL);
	channel_add(devices, domain);
	balloon_add(devices, domain);
}

static void lifecycle_add(xmlNodePtr root)
{
	static const char *const events[] = {"on_poweroff", "on_reboot", "on_crash"};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		(void)node_add(root, events[i], "destroy", NULL);
}

/* libvirt gives the CPUs of <vcpu> to every thread that has no other; said for each kind, so that none is forgotten. */
static void vcpu_add(xmlNodePtr root, const char *count, const struct domain *domain)
{
	xmlNodePtr vcpu = node_add(root, "vcpu", count, "placement", "static", NULL);
	char number[16];

	if (!domain->cpus)
		return;
	(void)xmlNewProp(vcpu, xml("cpuset"), xml(domain->cpus));
	xmlNodePtr tune = node_add(root, "cputune", NULL, NULL);

	for (unsigned i = 0; i < domain->vcpus; i++) {
		(void)snprintf(number, sizeof(number), "%u", i);
		(void)node_add(tune, "vcpupin", NULL, "vcpu", number, "cpuset", domain->cpus, NULL);
	}
	(void)node_add(tune, "emulatorpin", NULL, "cpuset", domain->cpus, NULL);
}

static void flag_query_skip(xmlNodePtr root)
{
	xmlNsPtr ns = xmlNewNs(root, xml(QEMU_NAMESPACE), xml("qemu"));
	xmlNodePtr capabilities = xmlNewTextChild(root, ns, xml("capabilities"), NULL);
	xmlNodePtr del = xmlNewTextChild(capabilities, ns, xml("del"), NULL);

	(void)xmlNewProp(del, xml("capability"), xml("cpu-unavailable-features"));
}

char *domain_xml_text(xmlDocPtr document)
{
	xmlChar *bytes = NULL;
	int size = 0;
	char *text;

	xmlDocDumpFormatMemory(document, &bytes, &size, 1);
	text = alloc_text((const char *)bytes);
	xmlFree(bytes);
	return text;
}

/** Cores of one package: left alone, QEMU makes each CPU a package, which shares no cache with the others. */
static void cpu_add(xmlNodePtr root, const struct domain *domain)
{
	xmlNodePtr cpu = NULL;
	char cores[16];

	if (domain->host_cpu)
		cpu = node_add(root, "cpu", NULL, "mode", "host-passthrough", "check", "none", NULL);
	else if (domain->vcpus > 1)
		cpu = node_add(root, "cpu", NULL, NULL);
	if (domain->vcpus < 2)
		return;
	(void)snprintf(cores, sizeof(cores), "%u", domain->vcpus);
	(void)node_add(cpu, "topology", NULL, "sockets", "1", "cores", cores, "threads", "1", NULL);
}

char *domain_xml_build(const struct domain *domain)
{
	xmlDocPtr document = xmlNewDoc(xml("1.0"));
	xmlNodePtr root = xmlNewNode(NULL, xml("domain"));
	char number[32], *text;

	(void)xmlDocSetRootElement(document, root);
	(void)xmlNewProp(root, xml("type"), xml(domain->kvm ? "kvm" : "qemu"));
	(void)node_add(root, "name", domain->name, NULL);
	if (domain->uuid)
		(void)node_add(root, "uuid", domain->uuid, NULL);
	(void)snprintf(number, sizeof(number), "%" PRIu64, domain->memory_bytes / 1024);
	(void)node_add(root, "memory", number, "unit", "KiB", NULL);
	if (domain->no_merge)
		(void)node_add(node_add(root, "memoryBacking", NULL, NULL), "nosharepages", NULL, NULL);
	(void)snprintf(number, sizeof(number), "%u", domain->vcpus);
	vcpu_add(root, number, domain);
	os_add(root, domain);
	cpu_add(root, domain);
	(void)node_add(root, "clock", NULL, "offset", "utc", NULL);
	lifecycle_add(root);
	devices_add(root, domain);
	if (domain->keep_owners)
		(void)node_add(root, "seclabel", NULL, "type", "none", "model", "dac", NULL);
	if (domain->skip_flag_query)
		flag_query_skip(root);
	text = domain_xml_text(document);
	xmlFreeDoc(document);
	return text;
}

static void filesystem_add(xmlNodePtr devices, const char *source, const char *target)
{
	xmlNodePtr system = node_add(devices, "filesystem", NULL, "type", "mount", NULL);

	(void)node_add(system, "source", NULL, "dir", source, NULL);
	(void)node_add(system, "target", NULL, "dir", target, NULL);
}

static void init_add(xmlNodePtr root, const struct container_domain *domain)
{
	xmlNodePtr os = node_add(root, "os", NULL, NULL);

	(void)node_add(os, "type", "exe", NULL);
	(void)node_add(os, "init", PROTOCOL_PAYLOAD_PATH, NULL);
	for (size_t i = 0; i < domain->variable_count; i++) {
		const char *variable = domain->variables[i];
		cleanup_free char *name = alloc_format("%.*s", (int)strcspn(variable, "="), variable);
		const char *value = variable + strlen(name);

		(void)node_add(os, "initenv", *value ? value + 1 : value, "name", name, NULL);
	}
}

char *domain_xml_container(const struct container_domain *domain)
{
	xmlDocPtr document = xmlNewDoc(xml("1.0"));
	xmlNodePtr root = xmlNewNode(NULL, xml("domain")), vcpu, devices;
	char number[32], *text;

	(void)xmlDocSetRootElement(document, root);
	(void)xmlNewProp(root, xml("type"), xml("lxc"));
	(void)node_add(root, "name", domain->name, NULL);
	(void)snprintf(number, sizeof(number), "%" PRIu64, domain->memory_bytes / 1024);
	(void)node_add(root, "memory", number, "unit", "KiB", NULL);
	vcpu = node_add(root, "vcpu", "1", "placement", "static", NULL);
	if (domain->cpus)
		(void)xmlNewProp(vcpu, xml("cpuset"), xml(domain->cpus));
	init_add(root, domain);
	/* A network of its own with nothing in it but lo. */
	(void)node_add(node_add(root, "features", NULL, NULL), "privnet", NULL, NULL);
	(void)node_add(root, "clock", NULL, "offset", "utc", NULL);
	lifecycle_add(root);
	devices = node_add(root, "devices", NULL, NULL);
	filesystem_add(devices, domain->root, "/");
	filesystem_add(devices, domain->socket, PROTOCOL_CONTAINER_SOCKET);
	(void)node_add(devices, "console", NULL, "type", "pty", NULL); /* libvirt starts none without */
	text = domain_xml_text(document);
	xmlFreeDoc(document);
	return text;
}
