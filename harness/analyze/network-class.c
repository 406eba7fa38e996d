/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/network-class.h"

#include <string.h>

const char *network_class(const struct analysis_subject *subject)
{
	static const char *const alone[] = {"none", "disabled", "loopback"};
	const char *network = json_get_text(json_get(subject->json, "config"), "network", "");

	if (!*network)
		return NULL;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (!strcmp(network, alone[i]))
			return "none";
	return network;
}
