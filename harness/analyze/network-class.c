/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/network-class.h"

#include <string.h>

const char *network_class(const struct analysis_subject *subject)
{
	const char *network = json_get_text(json_get(subject->json, "config"), "network", "");

	if (!*network)
		return NULL;
	return !strcmp(network, "none") || !strcmp(network, "loopback") ? "none" : network;
}
