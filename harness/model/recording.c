/* SPDX-License-Identifier: Apache-2.0 */
/* The reading side: a run's folder into memory, each line checked. */
#include "harness/model/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/model/sample-line.h"

/* Where the next sample goes. The room is doubled whenever the count is a power of two. */
static struct sample *recording_room(struct recording *recording)
{
	size_t count = recording->sample_count;

	if (!(count & (count - 1)))
		recording->samples = alloc_grow(recording->samples, count ? 2 * count : 1,
						sizeof(*recording->samples));
	return &recording->samples[count];
}

static int recording_take(struct recording *recording, struct json *record, const char *where, struct error *err)
{
	const char *type = json_get_text(record, "record", "");
	int rc = 0;

	if (!strcmp(type, "sample")) {
		rc = sample_from_json(record, where, recording_room(recording), err);
		recording->sample_count += rc == 0;
	} else if (!strcmp(type, "end")) {
		json_free(recording->end);
		recording->end = record;
		return 0;
	} else if (!strcmp(type, "resume")) {
		json_free(recording->end);
		recording->end = NULL;
		json_append(recording->resumes, record);
		return 0;
	} else if (!strcmp(type, "calibration")) {
		json_append(recording->calibrations, record);
		return 0;
	} else if (!strcmp(type, "experiment")) {
		json_append(recording->experiments, record);
		return 0;
	} else if (!*type) {
		rc = error_input(err, "%s: record: missing; \"sample\", \"experiment\", \"resume\" or \"end\"", where);
	}
	json_free(record);
	return rc;
}

static int recording_read_lines(struct recording *recording, const char *path, struct error *err)
{
	cleanup_fclose FILE *file = fopen(path, "re");
	cleanup_free char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t length;

	if (!file)
		return error_input(err, "%s: cannot open: %s; the folder of a run has one", path, strerror(errno));
	while ((length = getline(&line, &room, file)) > 0) {
		char where[PATH_MAX + 32];

		(void)snprintf(where, sizeof(where), "%s: line %zu", path, ++number);
		if (line[length - 1] != '\n') {
			recording->torn_lines++;
			break;
		}
		if (sample_from_line(line, recording_room(recording))) {
			recording->sample_count++;
			continue;
		}
		struct json *record = json_parse(line, (size_t)length, where, err);

		if (!record)
			return -EINVAL;
		int rc = recording_take(recording, record, where, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct json *recording_object(const char *folder, const char *name, struct error *err)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!file_exists(path)) {
		(void)error_input(err, "%s: no such file; the folder of a run has one", path);
		return NULL;
	}
	struct json *value = json_parse_file(path, err);

	if (value && !json_is_object(value)) {
		(void)error_input(err, "%s: is %s; an object", path, json_type_name(value));
		json_free(value);
		return NULL;
	}
	return value;
}

/* Of another major version nothing is known: neither what its keys mean, nor which there are. */
static int check_version(const struct recording *recording, struct error *err)
{
	const char *version = json_get_text(recording->plan, "schema_version", SCHEMA_VERSION);
	int64_t method = json_get_int(recording->plan, "method_version", METHOD_VERSION);
	char *end;
	long own = strtol(SCHEMA_VERSION, NULL, 10), other = strtol(version, &end, 10);

	if (end == version || *end != '.' || other != own)
		return error_input(err, "%s/" RECORDING_PLAN ": schema_version: '%.32s' is %s; this tare reads %ld.x",
				   recording->folder, version,
				   end == version || *end != '.' ? "no version" :
				   other > own			 ? "of a newer tare" :
								   "of an older tare",
				   own);
	if (method < 1)
		return error_input(err, "%s/" RECORDING_PLAN ": method_version: %lld is not a version; 1 or more",
				   recording->folder, (long long)method);
	return 0;
}

int recording_load(const char *folder, struct recording *ret_recording, struct error *err)
{
	struct recording recording = {0};
	char path[PATH_MAX];
	int rc = -EINVAL;

	if (strlen(folder) >= sizeof(recording.folder) - 64)
		return error_input(err, "%.64s...: the path is too long", folder);
	(void)snprintf(recording.folder, sizeof(recording.folder), "%s", folder);
	(void)snprintf(path, sizeof(path), "%s/" RECORDING_JOURNAL, folder);
	recording.experiments = json_array();
	recording.resumes = json_array();
	recording.calibrations = json_array();
	recording.plan = recording_object(folder, RECORDING_PLAN, err);
	if (recording.plan && check_version(&recording, err) < 0) {
		recording_release(&recording);
		return -EINVAL;
	}
	if (recording.plan)
		recording.host = recording_object(folder, RECORDING_HOST, err);
	if (recording.host)
		rc = recording_read_lines(&recording, path, err);
	if (!rc && !recording_subject_count(&recording))
		rc = error_input(err, "%s/" RECORDING_PLAN ": subjects: empty or missing", folder);
	if (rc < 0) {
		recording_release(&recording);
		return rc;
	}
	*ret_recording = recording;
	return 0;
}

void recording_release(struct recording *recording)
{
	json_free(recording->plan);
	json_free(recording->host);
	json_free(recording->end);
	json_free(recording->experiments);
	json_free(recording->resumes);
	json_free(recording->calibrations);
	free(recording->samples);
	(void)memset(recording, 0, sizeof(*recording));
}

size_t recording_subject_count(const struct recording *recording)
{
	return json_count(json_get(recording->plan, "subjects"));
}

const struct json *recording_subject(const struct recording *recording, size_t index)
{
	const struct json *subject = json_first(json_get(recording->plan, "subjects"));

	while (subject && index--)
		subject = json_next(subject);
	return subject;
}

const char *recording_subject_name(const struct recording *recording, size_t index)
{
	return json_get_text(recording_subject(recording, index), "name", "");
}
