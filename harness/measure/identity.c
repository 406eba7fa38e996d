/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/measure/profile-read.h"

#define PAYLOAD_CLOCK_ERROR_NS 25u

/* The first number of a stamp is the monotonic clock, the host's own where the kernel is the host's. */
static void add_stamp(struct instance *in, const char *stamp, enum event_id event)
{
	if (*stamp)
		timeline_add(in->timeline, event, strtoull(stamp, NULL, 10), PAYLOAD_CLOCK_ERROR_NS, "payload");
}

int identity_expect(const char *artifacts, struct identity_expected *ret_expected, struct error *err)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/payload", artifacts);
	if (stat(path, &st) < 0)
		return error_host(err, "%s: there is no payload; make builds it", path);
	ret_expected->payload_bytes = st.st_size;
	char in_tree[DIGEST_HEX];
	int rc = digest_file(path, ret_expected->payload_sha256, err);

	if (rc < 0)
		return rc;
	/* A root tree of an older build would make every sample one with a wrong checksum. */
	(void)snprintf(path, sizeof(path), "%s/root" PROTOCOL_PAYLOAD_PATH, artifacts);
	if (!digest_file(path, in_tree, NULL) && strcmp(in_tree, ret_expected->payload_sha256))
		return error_host(err,
				  "%s: is not the payload that was built; make root guest builds both again",
				  path);
	return file_read_line("/proc/sys/kernel/random/boot_id", ret_expected->boot_id, sizeof(ret_expected->boot_id),
			      err);
}

/* Is the channel's peer, as the host sees it, the payload? The size is asked first: QEMU is large. */
static int visible_from_host(pid_t peer, const struct identity_expected *expected)
{
	char path[64], sha256[DIGEST_HEX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)peer);
	if (peer <= 0 || stat(path, &st) < 0)
		return -1;
	if (st.st_size != expected->payload_bytes)
		return 0;
	return digest_file(path, sha256, NULL) < 0 ? -1 : !strcmp(sha256, expected->payload_sha256);
}

void identity_read(struct channel *channel, struct instance *in, const struct identity_expected *expected,
		   struct sample *sample)
{
	const char *facts = channel_text(channel);
	struct identity *id = &sample->identity;
	const struct {
		const char *key;
		char *text;
		size_t size;
	} rows[] = {
		{PROTOCOL_FACT_RELEASE, id->kernel_release, sizeof(id->kernel_release)},
		{PROTOCOL_FACT_BOOT_ID, id->boot_id, sizeof(id->boot_id)},
		{PROTOCOL_FACT_CLOCKSOURCE, id->clocksource, sizeof(id->clocksource)},
		{PROTOCOL_FACT_HOSTNAME, id->hostname, sizeof(id->hostname)},
		{PROTOCOL_FACT_SHA256, id->payload_sha256, sizeof(id->payload_sha256)},
		{PROTOCOL_FACT_STAGE, id->stamp_init, sizeof(id->stamp_init)},
		{PROTOCOL_FACT_MAIN, id->stamp_main, sizeof(id->stamp_main)},
		{PROTOCOL_FACT_READY, id->stamp_ready, sizeof(id->stamp_ready)},
	};
	char pid[24];

	sample->has_identity = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!channel_fact(facts, rows[i].key, rows[i].text, rows[i].size))
			*rows[i].text = '\0';
	if (channel_fact(facts, PROTOCOL_FACT_PID, pid, sizeof(pid)))
		id->inner_pid = strtoll(pid, NULL, 10);
	id->host_pid = channel_peer(channel);
	id->visible_from_host = visible_from_host((pid_t)id->host_pid, expected);
	if (id->visible_from_host == 1)
		profile_read((pid_t)id->host_pid, *in->group ? in->group : in->name, &id->profile);
	id->own_kernel = *id->boot_id && strcmp(id->boot_id, expected->boot_id);
	if (*id->boot_id && !id->own_kernel) {
		add_stamp(in, id->stamp_main, EVENT_USER_MAIN);
		add_stamp(in, id->stamp_ready, EVENT_READY_SRC);
	}
}
