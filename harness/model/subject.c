/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/quantity.h"
#include "harness/base/text.h"
#include "harness/model/runtime.h"

#define SUBJECT_MEMORY_MIN (4ull << 20)
#define SUBJECT_MEMORY_MAX (1ull << 46)
#define SUBJECT_TIMEOUT_MAX_NS 3600000000000ull

static const struct {
	const char *name, *folder;
} root_rows[ROOT_COUNT] = {
	[ROOT_IMAGE] = {"image", "root"},
	[ROOT_NONE] = {"none", "root-none"},
	[ROOT_LARGE] = {"large", "root-large"},
};

const char *root_name(enum subject_root root)
{
	return root_rows[root].name;
}

const char *root_folder(enum subject_root root)
{
	return root_rows[root].folder;
}

const char *cache_name(enum subject_cache cache)
{
	return cache == CACHE_COLD ? "cold" : "warm";
}

static int set_cache(struct subject *subject, const char *value, struct error *err)
{
	if (!text_is_choice(value, "warm|cold"))
		return error_input(err, "'%.64s' is not a state of the cache; warm or cold", value);
	subject->cache = strcmp(value, "cold") ? CACHE_WARM : CACHE_COLD;
	return 0;
}

static int set_root(struct subject *subject, const char *value, struct error *err)
{
	for (size_t i = 0; i < ROOT_COUNT; i++)
		if (!strcmp(root_rows[i].name, value)) {
			subject->root = (enum subject_root)i;
			return 0;
		}
	return error_input(err, "'%.64s' is not a kind of root; image, none or large", value);
}

static int set_memory(struct subject *subject, const char *value, struct error *err)
{
	uint64_t bytes;
	int rc = quantity_parse_bytes(value, &bytes, err);

	if (rc < 0)
		return rc;
	if (bytes < SUBJECT_MEMORY_MIN || bytes > SUBJECT_MEMORY_MAX)
		return error_input(err, "%.64s of memory is out of range; 4MiB to 64TiB", value);
	subject->limits.memory_bytes = bytes;
	return 0;
}

static int set_timeout(struct subject *subject, const char *value, struct error *err)
{
	uint64_t ns;
	int rc = quantity_parse_ns(value, &ns, err);

	if (rc < 0)
		return rc;
	if (!ns || ns > SUBJECT_TIMEOUT_MAX_NS)
		return error_input(err, "a timeout of %.64s is out of range; up to 1h", value);
	subject->timeout_ns = ns;
	return 0;
}

/* What every runtime understands. */
static const struct {
	const char *name;
	int (*set)(struct subject *, const char *, struct error *);
} common_options[] = {{"root", set_root}, {"memory", set_memory}, {"timeout", set_timeout},
		    {"cache", set_cache}};

static int option_check(const struct runtime_option *option, const char *value, struct error *err)
{
	if (option->choices && !text_is_choice(value, option->choices))
		return error_input(err, "'%.64s' is not a value of '%s'; one of %s", value, option->name,
				   option->choices);
	return option->check ? option->check(value, err) : 0;
}

static struct setting *setting_place(struct subject *subject, const char *name)
{
	for (size_t i = 0; i < subject->setting_count; i++)
		if (!strcmp(subject->settings[i].name, name))
			return &subject->settings[i];
	return subject->setting_count < SUBJECT_SETTINGS_MAX ? &subject->settings[subject->setting_count++] : NULL;
}

int subject_set(struct subject *subject, const char *option, const char *value, const char *where, struct error *err)
{
	int rc;

	for (size_t i = 0; i < sizeof(common_options) / sizeof(common_options[0]); i++) {
		if (strcmp(common_options[i].name, option))
			continue;
		rc = common_options[i].set(subject, value, err);
		return rc < 0 ? error_wrap(err, rc, "%s", where) : 0;
	}
	const struct runtime_option *row = runtime_option_find(subject->runtime, option);

	if (!row)
		return error_input(err, "%s: runtime '%s' has no option '%.64s'; tare list %s shows them", where,
				   subject->runtime->name, option, subject->runtime->name);
	rc = option_check(row, value, err);
	if (rc < 0)
		return error_wrap(err, rc, "%s", where);
	struct setting *setting = setting_place(subject, option);

	if (!setting || strlen(value) >= sizeof(setting->value))
		return error_input(err, "%s: too many options, or a value that is too long", where);
	(void)snprintf(setting->name, sizeof(setting->name), "%s", option);
	(void)snprintf(setting->value, sizeof(setting->value), "%s", value);
	return 0;
}

const char *subject_setting(const struct subject *subject, const char *option)
{
	for (size_t i = 0; i < subject->setting_count; i++)
		if (!strcmp(subject->settings[i].name, option))
			return subject->settings[i].value;
	const struct runtime_option *row = runtime_option_find(subject->runtime, option);

	return row ? row->fallback : NULL;
}

int subject_parse(struct subject *ret_subject, const char *text, const struct limits *limits, struct error *err)
{
	cleanup_free char *copy = alloc_text(text);
	char *rest = copy, *name = strsep(&rest, ":");
	struct subject subject = {.runtime = runtime_find(name), .limits = *limits};

	if (!subject.runtime)
		return error_input(err, "--subjects: '%.64s' is neither a subject of the scenario nor a runtime; "
				   "tare list shows the runtimes", name);
	if (strlen(text) >= sizeof(subject.name) || text[strspn(text, SUBJECT_NAME_LETTERS)])
		return error_input(
			err,
			"--subjects: '%.64s' is not a subject; at most %zu letters, digits and -_.:=", text,
			sizeof(subject.name) - 1);
	(void)snprintf(subject.name, sizeof(subject.name), "%s", text);
	for (char *option; (option = strsep(&rest, ":"));) {
		char *value = strchr(option, '=');

		if (!value)
			return error_input(err, "--subjects: '%.64s' in '%.64s' is not option=value", option, text);
		*value++ = '\0';
		int rc = subject_set(&subject, option, value, "--subjects", err);

		if (rc < 0)
			return rc;
	}
	*ret_subject = subject;
	return 0;
}

struct json *subject_describe(struct subject *subject)
{
	struct json *object = json_object(), *limits = json_object(), *options = json_object();

	json_add_text(object, "runtime", subject->runtime->name);
	json_add_text(object, "root", root_name(subject->root));
	json_add_text(object, "cache", cache_name(subject->cache));
	json_add_int(limits, "memory_bytes", (int64_t)subject->limits.memory_bytes);
	json_add_int(limits, "pids_count", (int64_t)subject->limits.pids_count);
	json_add_int(limits, "cpus_count", (int64_t)subject->limits.cpus_count);
	json_add(object, "limits", limits);
	for (const struct runtime_option *o = subject->runtime->options; o && o->name; o++)
		json_add_text(options, o->name, subject_setting(subject, o->name));
	json_add(object, "options", options);
	cleanup_free char *canonical = json_text(object, false);

	digest_text(canonical, subject->hash);
	return object;
}
