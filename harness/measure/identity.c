/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD_CLOCK_ERROR_NS 25u

static void add_stamp(struct instance *in, const char *facts, const char *key, enum event_id event)
{
	char text[96];

	if (channel_fact(facts, key, text, sizeof(text)))
		timeline_add(in->timeline, event, strtoull(text, NULL, 10), PAYLOAD_CLOCK_ERROR_NS, "payload");
}

void identity_read(struct channel *channel, struct instance *in, const char *host_boot_id, struct sample *sample)
{
	const char *facts = channel_text(channel);
	struct identity *id = &sample->identity;
	char pid[24], path[64], host_sha256[DIGEST_HEX];

	sample->has_identity = true;
	(void)channel_fact(facts, PROTOCOL_FACT_RELEASE, id->kernel_release, sizeof(id->kernel_release));
	(void)channel_fact(facts, PROTOCOL_FACT_BOOT_ID, id->boot_id, sizeof(id->boot_id));
	(void)channel_fact(facts, PROTOCOL_FACT_CLOCKSOURCE, id->clocksource, sizeof(id->clocksource));
	(void)channel_fact(facts, PROTOCOL_FACT_HOSTNAME, id->hostname, sizeof(id->hostname));
	(void)channel_fact(facts, PROTOCOL_FACT_SHA256, id->payload_sha256, sizeof(id->payload_sha256));
	if (channel_fact(facts, PROTOCOL_FACT_PID, pid, sizeof(pid)))
		id->inner_pid = strtoll(pid, NULL, 10);
	id->host_pid = channel_peer(channel);
	(void)snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)id->host_pid);
	if (id->host_pid > 0 && !digest_file(path, host_sha256, NULL) && *id->payload_sha256)
		id->visible_from_host = !strcmp(host_sha256, id->payload_sha256);
	id->own_kernel = *id->boot_id && strcmp(id->boot_id, host_boot_id);
	if (*id->boot_id && !id->own_kernel) {
		add_stamp(in, facts, PROTOCOL_FACT_MAIN, EVENT_USER_MAIN);
		add_stamp(in, facts, PROTOCOL_FACT_READY, EVENT_READY_SRC);
	}
}
