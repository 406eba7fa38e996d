/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/claims-table.h"

#include <string.h>

#include "harness/analyze/claims-decide.h"
#include "harness/base/embed.h"
#include "harness/base/text.h"

#define CLAIMS_FILE "claims.json"

EMBED(claims_file, "scenarios/claims.json");
extern const char claims_file[];

static const struct claim_rule rules[] = {
	{"start-up", claim_decide_start, NULL},
	{"memory", claim_decide_memory, NULL},
	{"disk", claim_decide_disk, NULL},
	{"kernel", claim_decide_kernel, NULL},
	{"visibility", claim_decide_visible, NULL},
	{"first write", NULL, claim_decide_write},
	{"system calls", NULL, claim_decide_syscall},
	{"client and daemon", NULL, claim_decide_daemon},
	{"other system", NULL, claim_decide_system},
	{"shared layers", NULL, claim_decide_layers},
	{"registry", NULL, claim_decide_registry},
};

#define RULE_NAMES                                                                                           \
	"start-up, memory, disk, kernel, visibility, first write, system calls, client and daemon, other "   \
	"system, shared layers, registry"
#define TEXT_MAX 239

static const char *const keys[] = {"id", "kind", "decided_by", "text", "measured_by", "how"};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

struct place {
	const char *name;
	size_t index;
};

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static int read_text(const struct json *claim, const char *key, struct place at, const char **ret,
		     struct error *err)
{
	const struct json *value = json_get(claim, key);
	const char *text = json_text_of(value, NULL);

	if (!text)
		return error_input(err, "%s: claims[%zu].%s: is %s; a text", at.name, at.index, key,
				   value ? json_type_name(value) : "missing");
	if (!*text || strlen(text) > TEXT_MAX || !is_plain(text))
		return error_input(err, "%s: claims[%zu].%s: must be 1 to %d printable ASCII characters",
				   at.name, at.index, key, TEXT_MAX);
	*ret = text;
	return 0;
}

static int check_keys(const struct json *claim, struct place at, struct error *err)
{
	if (!json_is_object(claim))
		return error_input(err, "%s: claims[%zu]: is %s; an object", at.name, at.index,
				   json_type_name(claim));
	for (const struct json *value = json_first(claim); value; value = json_next(value)) {
		size_t k = 0;

		while (k < KEY_COUNT && strcmp(keys[k], json_key(value)) != 0)
			k++;
		if (k == KEY_COUNT)
			return error_input(err,
					   "%s: claims[%zu].%.32s: is not known; id, kind, decided_by, text, "
					   "measured_by or how",
					   at.name, at.index, json_key(value));
	}
	return 0;
}

static int read_rule(const char *name, struct place at, struct claim_row *row, struct error *err)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].name, name))
			row->rule = &rules[i];
	return row->rule ? 0
			 : error_input(err, "%s: claims[%zu].decided_by: '%.32s' is none of " RULE_NAMES,
				       at.name, at.index, name);
}

static int read_row(const struct json *claim, struct place at, struct claim_row *row, struct error *err)
{
	const char *rule = "";
	const char **const texts[KEY_COUNT] = {&row->id,   &row->kind,	      &rule,
					       &row->text, &row->measured_by, &row->how};
	int rc = check_keys(claim, at, err);

	for (size_t k = 0; !rc && k < KEY_COUNT; k++)
		rc = read_text(claim, keys[k], at, texts[k], err);
	if (!rc && !text_is_choice(row->kind, "floor|usual|any"))
		rc = error_input(err, "%s: claims[%zu].kind: '%.32s' is none of floor, usual, any", at.name,
				 at.index, row->kind);
	if (!rc &&
	    (row->id[strspn(row->id, "abcdefghijklmnopqrstuvwxyz0123456789-")] || strlen(row->id) > 63))
		rc = error_input(
			err, "%s: claims[%zu].id: '%.64s' has more than a-z, 0-9 and -, or is longer than 63",
			at.name, at.index, row->id);
	return rc < 0 ? rc : read_rule(rule, at, row, err);
}

int claims_read(const struct json *json, const char *name, struct claim_row *ret_rows, size_t *ret_count,
		struct error *err)
{
	const struct json *claims = json_get(json, "claims");
	size_t count = json_count(claims);
	struct place at = {.name = name};

	if (!json_is_array(claims) || !count || count > CLAIMS_MAX)
		return error_input(err, "%s: claims: an array of 1 to %d claims", name, CLAIMS_MAX);
	for (const struct json *claim = json_first(claims); claim; claim = json_next(claim), at.index++) {
		struct claim_row row = {0};
		int rc = read_row(claim, at, &row, err);

		if (rc < 0)
			return rc;
		for (size_t i = 0; i < at.index; i++)
			if (!strcmp(ret_rows[i].id, row.id) && !strcmp(ret_rows[i].kind, row.kind))
				return error_input(err, "%s: claims[%zu].id: '%s' is there twice as %s", name,
						   at.index, row.id, row.kind);
		ret_rows[at.index] = row;
	}
	*ret_count = count;
	return 0;
}

struct json *claims_own(struct error *err)
{
	return json_parse(claims_file, strlen(claims_file), CLAIMS_FILE, err);
}
