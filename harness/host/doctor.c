/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/host/doctor.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/host/doctor-checks.h"
#include "harness/host/facts.h"

static const struct {
	const char *id;
	void (*look)(const struct json *host, struct finding *ret);
} doctor_checks[] = {
	{"D-KVM", check_kvm},
	{"D-VIRT", check_virt},
	{"D-STEAL", check_steal},
	{"D-LOAD", check_load},
	{"D-GOV", check_governor},
	{"D-SMT", check_smt},
	{"D-IDLE", check_idle},
	{"D-CPUS", check_cpus},
	{"D-NUMA", check_numa},
	{"D-CLOCK", check_clock},
	{"D-RES", check_resolution},
	{"D-NTP", check_ntp},
	{"D-CG", check_cgroup},
	{"D-MEM", check_memory},
	{"D-SWAP", check_swap},
	{"D-THP", check_thp},
	{"D-KSM", check_ksm},
	{"D-ASLR", check_aslr},
	{"D-MITIG", check_mitigations},
	{"D-PERF", check_perf},
	{"D-FS", check_fs},
	{"D-IO", check_io},
	{"D-CACHE", check_cache},
	{"D-VHOST", check_vhost},
	{"D-PRIV", check_privileges},
	{"D-QUIET", check_quiet},
};

#define DOCTOR_CHECKS (sizeof(doctor_checks) / sizeof(doctor_checks[0]))
_Static_assert(DOCTOR_CHECKS <= DOCTOR_FINDINGS_MAX, "callers make room for DOCTOR_FINDINGS_MAX");

void check_value(struct finding *ret, enum finding_level level, const char *format, ...)
{
	va_list list;

	ret->level = level;
	va_start(list, format);
	(void)vsnprintf(ret->value, sizeof(ret->value), format, list);
	va_end(list);
}

void check_say(struct finding *ret, const char *reason, const char *remedy)
{
	(void)snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
	(void)snprintf(ret->remedy, sizeof(ret->remedy), "%s", remedy);
}

void check_unknown(struct finding *ret, const char *reason)
{
	check_value(ret, FINDING_INFO, "unknown");
	check_say(ret, reason, "");
}

const char *check_text(const struct json *host, const char *dotted)
{
	return json_text_of(json_path(host, dotted), NULL);
}

double check_number(const struct json *host, const char *dotted)
{
	return json_number_of(json_path(host, dotted), NAN);
}

bool check_bool(const struct json *host, const char *dotted)
{
	return json_bool_of(json_path(host, dotted), false);
}

void check_words(const struct json *host, const char *dotted, char *text, size_t size)
{
	size_t end = 0;

	text[0] = '\0';
	for (const struct json *word = json_first(json_path(host, dotted)); word && end < size;
	     word = json_next(word))
		end += (size_t)snprintf(text + end, size - end, "%s%s", end ? " " : "",
					json_text_of(word, ""));
}

void check_size(double bytes, char text[32])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	size_t unit = 0;

	while (bytes >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	(void)snprintf(text, 32, "%.3g %s", bytes, units[unit]);
}

size_t doctor_run(const struct doctor_options *options, struct finding *ret, size_t room)
{
	struct json *own = options->facts ? NULL : facts_collect(options->storage_path);
	const struct json *host = own ? own : options->facts;
	size_t count = 0;

	for (; count < DOCTOR_CHECKS && count < room; count++) {
		ret[count] = (struct finding){0};
		(void)snprintf(ret[count].id, sizeof(ret[count].id), "%s", doctor_checks[count].id);
		doctor_checks[count].look(host, &ret[count]);
	}
	json_free(own);
	return count;
}

struct json *doctor_json(const struct finding *findings, size_t count)
{
	struct json *array = json_array();

	for (size_t i = 0; i < count; i++) {
		struct json *row = json_object();
		char level[8] = "";
		const char *name = finding_level_name(findings[i].level);

		for (size_t c = 0; name[c] && c + 1 < sizeof(level); c++)
			level[c] = (char)toupper((unsigned char)name[c]);
		json_add_text(row, "id", findings[i].id);
		json_add_text(row, "level", level);
		json_add_text(row, "value", findings[i].value);
		json_add_text(row, "message", findings[i].reason);
		json_add_text(row, "remedy", findings[i].remedy);
		json_append(array, row);
	}
	return array;
}

struct json *doctor_host_json(const char *storage_path)
{
	struct json *host = facts_collect(storage_path);
	const struct doctor_options options = {.storage_path = storage_path, .facts = host};
	struct finding findings[DOCTOR_FINDINGS_MAX];
	size_t count = doctor_run(&options, findings, DOCTOR_FINDINGS_MAX);

	json_add(host, "doctor", doctor_json(findings, count));
	return host;
}

bool doctor_remedy_is_command(const struct finding *finding)
{
	return !strncmp(finding->remedy, "sudo ", strlen("sudo "));
}
