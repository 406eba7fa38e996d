/* SPDX-License-Identifier: Apache-2.0 */
/* What domain-xml*.c share: libxml2 stays in them. */
#pragma once

#include <libxml/tree.h>

#include "runtimes/domain-xml.h"

static inline const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
}

/** The document as text, for free(). */
char *domain_xml_text(xmlDocPtr document);
