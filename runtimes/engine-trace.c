/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a start can be seen from outside without tracing it (method R1.17): when the daemon says that it began (what
 * is before that is the client's), its own events, and the times of the files that containerd, the shim and the runtime
 * leave in the bundle. All are wall-clock times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/engine.h"

#define EVENT_ERROR_NS 1000u	  /* its JSON number is a double */
#define FILE_ERROR_NS 4000000u /* file times move with the kernel's tick: 4 ms where it is the longest, HZ=250 */
#define SECOND_NS 1000000000u

static const struct {
	const char *action;
	enum event_id id;
} actions[] = {{"create", EVENT_ENGINE_CREATE}, {"start", EVENT_ENGINE_START}};

static void event_take(struct instance *in, const struct json *event)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(json_get_text(event, "Action", json_get_text(event, "status", "")), actions[i].action) &&
		    json_get_number(event, "timeNano", 0) > 0)
			timeline_add_real(in->timeline, actions[i].id, (uint64_t)json_get_number(event, "timeNano", 0),
					  EVENT_ERROR_NS, "engine");
}

/* Asks for one action of one container: an answer of several lines would be read as its last one only. */
static void events_ask(struct engine *engine, struct instance *in, const char *action)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* the end of the question, no measurement */
	cleanup_free char *filter = alloc_format("{\"container\":[\"%s\"],\"event\":[\"%s\"]}", in->name, action);
	cleanup_free char *quoted = engine_api_quote(filter);
	cleanup_free char *path = alloc_format("/events?since=%lld&until=%lld.%09ld&filters=%s",
					       (long long)now.tv_sec - 600, (long long)now.tv_sec, now.tv_nsec, quoted);
	struct engine_request request = {.method = "GET", .path = path};
	struct json *event = NULL;

	if (!engine_api_call(engine->api, &request, &event, NULL))
		event_take(in, event);
	json_free(event);
}

/* "2026-01-31T12:00:00.123456789Z", or with an offset such as +01:00; 0: it is none. */
static uint64_t rfc3339_ns(const char *text)
{
	struct tm tm = {0};
	const char *at = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	uint64_t unit = SECOND_NS, ns = 0;
	int hours = 0, minutes = 0;

	if (!at)
		return 0;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++)
			ns += (uint64_t)(*at - '0') * (unit /= 10);
	if (*at != 'Z' && sscanf(at, "%3d:%2d", &hours, &minutes) != 2)
		return 0;
	time_t offset = (time_t)hours * 3600 + (time_t)(*at == '-' ? -minutes : minutes) * 60;

	return (uint64_t)(timegm(&tm) - offset) * SECOND_NS + ns;
}

void engine_trace_description(struct instance *in, const struct json *description)
{
	uint64_t created_ns = rfc3339_ns(json_get_text(description, "Created", ""));

	if (created_ns)
		timeline_add_real(in->timeline, EVENT_ENGINE_BEGIN, created_ns, EVENT_ERROR_NS, "engine");
}

static void file_take(struct instance *in, const char *folder, const char *name, enum event_id id)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);
	struct stat st;

	if (!stat(path, &st))
		timeline_add_real(in->timeline, id,
				  (uint64_t)st.st_mtim.tv_sec * SECOND_NS + (uint64_t)st.st_mtim.tv_nsec, FILE_ERROR_NS,
				  "file");
}

/* The shim works in the bundle's folder, so its process tells where that is. */
void engine_trace_bundle(struct instance *in)
{
	cleanup_free char *status = alloc_format("/proc/%d/status", (int)in->pid);
	uint64_t parent = 0;
	char folder[PATH_MAX];

	if (in->pid <= 0 || file_read_field(status, "PPid", &parent, NULL) < 0 || parent <= 1)
		return;
	cleanup_free char *link = alloc_format("/proc/%d/cwd", (int)parent);
	ssize_t length = readlink(link, folder, sizeof(folder) - 1);

	if (length <= 1)
		return;
	folder[length] = '\0';
	file_take(in, folder, "config.json", EVENT_BUNDLE_WRITTEN);
	file_take(in, folder, "address", EVENT_SHIM_READY);
	file_take(in, folder, "init.pid", EVENT_RUNTIME_CREATED);
}

void engine_trace_events(struct engine *engine, struct instance *in)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		events_ask(engine, in, actions[i].action);
}
