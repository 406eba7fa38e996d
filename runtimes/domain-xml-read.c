/* SPDX-License-Identifier: Apache-2.0 */
/* libvirt's own XML of a domain: read, made comparable, renamed. */
#include "runtimes/domain-xml-internal.h"

#include <errno.h>
#include <libxml/parser.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"

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
		normal = domain_xml_text(document);
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
		renamed = domain_xml_text(document);
	} else {
		(void)error_set(err, -EINVAL, "a saved domain's description is not a domain's XML");
	}
	if (document)
		xmlFreeDoc(document);
	return renamed;
}
