/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/domain-xml.h"

#include <errno.h>
#include <inttypes.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
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

static const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
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

static void disk_add(xmlNodePtr devices, const struct domain *domain)
{
	xmlNodePtr disk = node_add(devices, "disk", NULL, "type", "file", "device", "disk", NULL);

	(void)node_add(disk, "driver", NULL, "name", "qemu", "type", "qcow2", "cache", DOMAIN_DISK_CACHE, NULL);
	(void)node_add(disk, "source", NULL, "file", domain->disk, NULL);
	(void)node_add(disk, "target", NULL, "dev", "vda", "bus", "virtio", NULL);
	if (domain->machine == DOMAIN_MICROVM)
		(void)node_add(disk, "address", NULL, "type", "virtio-mmio", NULL);
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

static void devices_add(xmlNodePtr root, const struct domain *domain)
{
	xmlNodePtr devices = node_add(root, "devices", NULL, NULL);

	if (domain->disk)
		disk_add(devices, domain);
	(void)node_add(devices, "controller", NULL, "type", "usb", "model", "none", NULL);
	channel_add(devices, domain);
	(void)node_add(devices, "memballoon", NULL, "model", "none", NULL);
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

static char *document_text(xmlDocPtr document)
{
	xmlChar *bytes = NULL;
	int size = 0;
	char *text;

	xmlDocDumpFormatMemory(document, &bytes, &size, 1);
	text = alloc_text((const char *)bytes);
	xmlFree(bytes);
	return text;
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
	(void)snprintf(number, sizeof(number), "%u", domain->vcpus);
	vcpu_add(root, number, domain);
	os_add(root, domain);
	if (domain->host_cpu)
		(void)node_add(root, "cpu", NULL, "mode", "host-passthrough", "check", "none", NULL);
	(void)node_add(root, "clock", NULL, "offset", "utc", NULL);
	lifecycle_add(root);
	devices_add(root, domain);
	if (domain->keep_owners)
		(void)node_add(root, "seclabel", NULL, "type", "none", "model", "dac", NULL);
	if (domain->skip_flag_query)
		flag_query_skip(root);
	text = document_text(document);
	xmlFreeDoc(document);
	return text;
}

static xmlDocPtr document_parse(const char *text)
{
	return xmlReadMemory(text, (int)strlen(text), "domain", NULL,
			     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
}

/** The last component of an absolute path; other texts as they are. */
static const char *path_shorten(const char *text)
{
	const char *slash = text[0] == '/' ? strrchr(text, '/') : NULL;

	return slash && slash[1] ? slash + 1 : text;
}

/** True for what differs between two instances of one subject. */
static bool node_is_individual(const xmlNode *node, const xmlNode *root)
{
	return node->type == XML_COMMENT_NODE ||
	       (node->parent == root && (!xmlStrcmp(node->name, xml("name")) || !xmlStrcmp(node->name, xml("uuid"))));
}

static void text_shorten(xmlNodePtr text)
{
	const char *old = (const char *)text->content;
	cleanup_free char *shorter = alloc_text(path_shorten(old ? old : ""));

	xmlNodeSetContent(text, NULL);
	xmlNodeAddContent(text, xml(shorter));
}

static void attributes_shorten(xmlNodePtr node)
{
	for (xmlAttrPtr a = node->properties; a; a = a->next)
		if (a->children && a->children->type == XML_TEXT_NODE)
			text_shorten(a->children);
}

/** Every node below `root` in document order; a node may be removed when its successor is known. */
static void tree_normalise(xmlNodePtr root, xmlNodePtr parent)
{
	xmlNodePtr next;

	for (xmlNodePtr node = parent->children; node; node = next) {
		next = node->next;
		if (node_is_individual(node, root)) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		} else if (node->type == XML_TEXT_NODE) {
			text_shorten(node);
		} else if (node->type == XML_ELEMENT_NODE) {
			attributes_shorten(node);
			tree_normalise(root, node);
		}
	}
}

char *domain_xml_normalise(const char *text, struct error *err)
{
	xmlDocPtr document = document_parse(text);
	xmlNodePtr root = document ? xmlDocGetRootElement(document) : NULL;
	char *normal = NULL;

	if (root && !xmlStrcmp(root->name, xml("domain"))) {
		(void)xmlUnsetProp(root, xml("id"));
		tree_normalise(root, root);
		normal = document_text(document);
	} else {
		(void)error_set(err, -EINVAL, "libvirt's description of a domain is not a domain's XML");
	}
	if (document)
		xmlFreeDoc(document);
	return normal;
}

static xmlNodePtr child_find(xmlNodePtr parent, const char *name, size_t length)
{
	for (xmlNodePtr c = parent->children; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE && !strncmp((const char *)c->name, name, length) &&
		    !c->name[length])
			return c;
	return NULL;
}

char *domain_xml_value(const char *text, const char *path, const char *attribute)
{
	xmlDocPtr document = document_parse(text);
	xmlNodePtr node = document ? xmlDocGetRootElement(document) : NULL;
	char *value = NULL;

	while (node && *path) {
		size_t length = strcspn(path, "/");

		node = child_find(node, path, length);
		path += length + (path[length] == '/');
	}
	if (node) {
		xmlChar *bytes = attribute ? xmlGetProp(node, xml(attribute)) : xmlNodeGetContent(node);

		value = alloc_text((const char *)bytes);
		xmlFree(bytes);
	}
	if (document)
		xmlFreeDoc(document);
	return value;
}

static void child_set(xmlNodePtr parent, const char *name, const char *text)
{
	xmlNodePtr child = text ? child_find(parent, name, strlen(name)) : NULL;

	if (!child)
		return;
	xmlNodeSetContent(child, NULL);
	xmlNodeAddContent(child, xml(text));
}

#define PLACES 3

/** Every attribute that names a place of the domain `from`, in the whole tree below. */
static void places_rename(xmlNodePtr parent, const struct domain *from, const struct domain *to)
{
	const char *const places[PLACES][2] = {
		{from->disk, to->disk},
		{from->socket_ready, to->socket_ready},
		{from->socket_serial, to->socket_serial},
	};

	for (xmlNodePtr node = parent->children; node; node = node->next) {
		for (xmlAttrPtr a = node->type == XML_ELEMENT_NODE ? node->properties : NULL; a; a = a->next) {
			size_t i = 0;

			while (i < PLACES && !(places[i][0] && a->children &&
					       xmlStrEqual(a->children->content, xml(places[i][0]))))
				i++;
			if (i < PLACES)
				(void)xmlSetProp(node, a->name, xml(places[i][1]));
		}
		places_rename(node, from, to);
	}
}

char *domain_xml_rename(const char *text, const struct domain *from, const struct domain *to, struct error *err)
{
	xmlDocPtr document = document_parse(text);
	xmlNodePtr root = document ? xmlDocGetRootElement(document) : NULL;
	char *renamed = NULL;

	if (root && !xmlStrcmp(root->name, xml("domain"))) {
		child_set(root, "name", to->name);
		child_set(root, "uuid", to->uuid);
		places_rename(root, from, to);
		renamed = document_text(document);
	} else {
		(void)error_set(err, -EINVAL, "a saved domain's description is not a domain's XML");
	}
	if (document)
		xmlFreeDoc(document);
	return renamed;
}
