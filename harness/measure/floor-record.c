/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/floor-record.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/places.h"
#include "harness/model/recording.h"

char *floor_path(void)
{
	return alloc_format("%s/noise-floor.json", places_runs());
}

int floor_remember(const struct json *record, struct error *err)
{
	cleanup_free char *path = floor_path();
	cleanup_free char *text = json_text(record, true);
	int rc = file_make_dirs(places_runs(), 0755, err);

	return rc < 0 ? rc : file_write(path, text, strlen(text), err);
}

struct json *floor_recall(const struct json *host)
{
	cleanup_free char *path = floor_path();
	struct json *record = file_exists(path) ? json_parse_file(path, NULL) : NULL;
	const char *fingerprint = json_get_text(host, "fingerprint_sha256", NULL);
	bool same = record && fingerprint &&
		    !strcmp(json_get_text(record, "fingerprint_sha256", ""), fingerprint) &&
		    json_get_int(record, "method_version", 0) == METHOD_VERSION;

	if (same)
		return record;
	json_free(record);
	return NULL;
}
