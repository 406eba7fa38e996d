/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/profile.h"

#include <stdio.h>
#include <string.h>

#include "harness/model/sample.h"

#define PROFILE_TEXTS(X)                                                                                     \
	X(namespaces, "namespaces")                                                                          \
	X(seccomp, "seccomp")                                                                                \
	X(cap_bounding, "capabilities_bounding")                                                             \
	X(cap_effective, "capabilities_effective")                                                           \
	X(lsm, "lsm")                                                                                        \
	X(root_type, "root_type")

#define PROFILE_NUMBERS(X)                                                                                   \
	X(seccomp_filters, "seccomp_filters_count")                                                          \
	X(no_new_privs, "no_new_privs")                                                                      \
	X(host_uid, "host_uid")                                                                              \
	X(mounts, "mounts_count")                                                                            \
	X(read_only_mounts, "read_only_mounts_count")                                                        \
	X(memory_limit_bytes, "memory_limit_bytes")                                                          \
	X(pids_limit, "pids_limit_count")                                                                    \
	X(open_files_limit, "open_files_limit_count")

const struct json_plain_field profile_fields[] = {
#define TEXT_FIELD(member, key) PLAIN_ROW_TEXT(struct profile, member, key),
	PROFILE_TEXTS(TEXT_FIELD)
#undef TEXT_FIELD
#define NUMBER_FIELD(member, key) PLAIN_ROW_NUMBER(struct profile, member, key),
	PROFILE_NUMBERS(NUMBER_FIELD)
#undef NUMBER_FIELD
	{0},
};

void profile_init(struct profile *profile)
{
	*profile = (struct profile){.known = false};
#define NUMBER_INIT(member, key) profile->member = UNKNOWN;
	PROFILE_NUMBERS(NUMBER_INIT)
#undef NUMBER_INIT
}

static void number_add(struct json *object, const char *key, int64_t number)
{
	if (number == UNKNOWN)
		json_add_null(object, key);
	else
		json_add_int(object, key, number);
}

struct json *profile_to_json(const struct profile *profile)
{
	struct json *object = profile->known ? json_object() : NULL;

	if (!object)
		return NULL;
#define TEXT_ADD(member, key) json_add_text(object, key, profile->member);
	PROFILE_TEXTS(TEXT_ADD)
#undef TEXT_ADD
#define NUMBER_ADD(member, key) number_add(object, key, profile->member);
	PROFILE_NUMBERS(NUMBER_ADD)
#undef NUMBER_ADD
	return object;
}

void profile_from_json(const struct json *object, struct profile *ret_profile)
{
	profile_init(ret_profile);
	ret_profile->known = json_is_object(object);
#define TEXT_GET(member, key)                                                                                \
	(void)snprintf(ret_profile->member, sizeof(ret_profile->member), "%s", json_get_text(object, key, ""));
	PROFILE_TEXTS(TEXT_GET)
#undef TEXT_GET
#define NUMBER_GET(member, key) ret_profile->member = json_get_int(object, key, UNKNOWN);
	PROFILE_NUMBERS(NUMBER_GET)
#undef NUMBER_GET
}
