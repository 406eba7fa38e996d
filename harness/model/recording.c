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

/* Where reading is. */
struct reading {
	const char *path;
	size_t line;
	int64_t at; /* the line's place in the file */
};

static int recording_take(struct recording *recording, struct json *record, const char *where, int64_t at,
			  struct error *err)
{
	const char *type = json_get_text(record, "record", "");
	struct sample sample;
	int rc = 0;

	if (!strcmp(type, "sample")) {
		rc = sample_from_json(record, where, &sample, err);
		if (!rc)
			briefs_add(&recording->briefs, &sample, at);
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

/* One line, which ends with '\n'. */
static int recording_read_line(struct recording *recording, const char *line, size_t length,
			       const struct reading *reading, struct error *err)
{
	char where[PATH_MAX + 32];
	struct sample sample;

	if (sample_from_line(line, &sample)) {
		briefs_add(&recording->briefs, &sample, reading->at);
		return 0;
	}
	(void)snprintf(where, sizeof(where), "%s: line %zu", reading->path, reading->line);
	struct json *record = json_parse_line(line, length - 1, reading->path, reading->line, err);

	return record ? recording_take(recording, record, where, reading->at, err) : -EINVAL;
}

static int recording_read_lines(struct recording *recording, const char *path, struct error *err)
{
	struct reading reading = {.path = path};
	cleanup_free char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int rc = 0;

	recording->journal = fopen(path, "re");
	if (!recording->journal)
		return error_input(err, "%s: cannot open: %s; the folder of a run has one", path, strerror(errno));
	while (!rc && (length = getline(&line, &room, recording->journal)) > 0) {
		reading.line++;
		if (line[length - 1] != '\n') {
			recording->torn_lines++;
			break;
		}
		rc = recording_read_line(recording, line, (size_t)length, &reading, err);
		reading.at += length;
	}
	return rc;
}

int recording_sample(const struct recording *recording, const struct brief *brief, struct sample *ret_sample,
		     struct error *err)
{
	cleanup_free char *line = NULL;
	size_t room = 0;
	ssize_t length;

	if (!recording->journal) {
		*ret_sample = recording->held[brief->at];
		return 0;
	}
	if (fseeko(recording->journal, brief->at, SEEK_SET) < 0 ||
	    (length = getline(&line, &room, recording->journal)) <= 0)
		return error_errno(err, EIO, "%s/" RECORDING_JOURNAL ": cannot read it again", recording->folder);
	if (!sample_from_line(line, ret_sample)) {
		struct json *record = json_parse(line, (size_t)length, RECORDING_JOURNAL, err);
		int rc = record ? sample_from_json(record, RECORDING_JOURNAL, ret_sample, err) : -EINVAL;

		json_free(record);
		if (rc < 0)
			return rc;
	}
	if (ret_sample->id == brief->id && ret_sample->block == brief->block)
		return 0;
	return error_input(err, "%s/" RECORDING_JOURNAL ": was changed while it was read", recording->folder);
}

void recording_hold(struct recording *recording, struct sample *samples, size_t count)
{
	if (recording->journal)
		(void)fclose(recording->journal);
	recording->journal = NULL;
	if (recording->held != samples)
		free(recording->held);
	recording->held = samples;
	briefs_release(&recording->briefs);
	for (size_t i = 0; i < count; i++)
		briefs_add(&recording->briefs, &samples[i], (int64_t)i);
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
	briefs_release(&recording->briefs);
	if (recording->journal)
		(void)fclose(recording->journal);
	free(recording->held);
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
