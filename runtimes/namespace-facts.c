/* SPDX-License-Identifier: Apache-2.0 */
/* What the report says about containers of the `namespace` runtime. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "harness/base/version.h"
#include "runtimes/namespace.h"

/* The kernel's defaults of the overlay, which decide what a first write costs (method R3.5). */
static struct json *overlay_facts(void)
{
	static const char *const names[] = {"redirect_dir", "metacopy", "index", "xino_auto"};
	struct json *facts = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[96], value[16];

		(void)snprintf(path, sizeof(path), "/sys/module/overlay/parameters/%s", names[i]);
		json_add_text(facts, names[i],
			      file_read_line(path, value, sizeof(value), NULL) < 0 ? NULL : value);
	}
	return facts;
}

static struct json *root_facts(const struct namespace_state *state)
{
	struct json *facts = json_object();

	json_add_text(facts, "driver", "overlay");
	json_add_text(facts, "upper", state->root == NAMESPACE_ROOT_TMPFS ? "tmpfs" : "disk");
	json_add_text(facts, "assembled", state->root == NAMESPACE_ROOT_READY ? "early" : "late");
	json_add_bool(facts, "volatile", state->root == NAMESPACE_ROOT_TMPFS);
	json_add_bool(facts, "idmapped_lower", state->mapped && !namespace_is_rootless());
	json_add_bool(facts, "owner_shown_as_root", state->mapped);
	json_add(facts, "kernel_defaults", overlay_facts());
	return facts;
}

static struct json *mount_facts(const struct box *box, enum box_mount_kind kind)
{
	struct json *targets = json_array();

	for (uint32_t i = 0; i < box->mount_count; i++) {
		char path[128];

		if (box->mounts[i].kind != kind &&
		    !(kind == BOX_MOUNT_HIDE_FILE && box->mounts[i].kind == BOX_MOUNT_HIDE_FOLDER))
			continue;
		(void)snprintf(path, sizeof(path), "/%s", box->text + box->mounts[i].target);
		json_append(targets, json_new_text(path));
	}
	return targets;
}

static struct json *user_facts(void)
{
	struct json *facts = json_object();

	bool rootless = namespace_is_rootless();

	json_add_int(facts, "first_id", rootless ? geteuid() : NAMESPACE_ID_FIRST);
	json_add_int(facts, "id_count", rootless ? 1 : NAMESPACE_ID_COUNT);
	return facts;
}

static struct json *filter_facts(const struct seccomp_facts *filter)
{
	struct json *facts = json_object();

	json_add_int(facts, "rules", (int64_t)filter->rules);
	json_add_int(facts, "instructions", (int64_t)filter->instructions);
	json_add_text(facts, "refused", filter->refused);
	return facts;
}

/* null: no such limit was asked for, or the host has no controller for it, which the reason then says. */
static void limit_add(struct json *facts, const char *key, bool has, uint64_t value)
{
	if (has && value)
		json_add_int(facts, key, (int64_t)value);
	else
		json_add_null(facts, key);
}

static struct json *limit_facts(const struct namespace_state *state, const struct limits *limits)
{
	struct json *facts = json_object();
	const char *missing = cgroup_missing(&state->cgroups);
	struct json *substitutes = json_object();

	limit_add(facts, "memory_bytes", cgroup_has(&state->cgroups, "memory"), limits->memory_bytes);
	limit_add(facts, "pids_count", cgroup_has(&state->cgroups, "pids"), limits->pids_count);
	if (missing) {
		char reason[192];

		(void)snprintf(reason, sizeof(reason), "no limit of %s: %s", missing,
			       cgroup_reason(&state->cgroups));
		json_add_text(facts, "reason", reason);
	}
	limit_add(substitutes, "RLIMIT_AS", true, namespace_substitute(&state->cgroups, limits, RLIMIT_AS));
	limit_add(substitutes, "RLIMIT_NPROC", true, namespace_substitute(&state->cgroups, limits, RLIMIT_NPROC));
	json_add(facts, "substitutes", substitutes);
	return facts;
}

static struct json *config_facts(const struct namespace_state *state, const struct subject *subject)
{
	static const char *const namespaces[] = {"user", "pid", "mount", "uts", "ipc", "net", "cgroup"};
	struct json *facts = json_object(), *names = json_array();

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		json_append(names, json_new_text(namespaces[i]));
	json_add(facts, "namespaces", names);
	json_add(facts, "user_namespace", user_facts());
	json_add(facts, "cgroup", cgroup_facts(&state->cgroups));
	json_add(facts, "rootfs", root_facts(state));
	json_add(facts, "read_only", mount_facts(&state->box, BOX_MOUNT_READONLY));
	json_add(facts, "masked", mount_facts(&state->box, BOX_MOUNT_HIDE_FILE));
	if (state->unfiltered)
		json_add_null(facts, "seccomp");
	else
		json_add(facts, "seccomp", filter_facts(&state->filter));
	json_add(facts, "capabilities", json_array());
	json_add_bool(facts, "no_new_privs", true);
	json_add_text(facts, "network", state->bridge ? subject_setting(subject, "network") : "loopback");
	json_add(facts, "limits", limit_facts(state, &subject->limits));
	json_add_bool(facts, "rootless", namespace_is_rootless());
	json_add_text(facts, "missing", namespace_missing(&state->cgroups));
	if (state->pool)
		json_add(facts, "ahead", namespace_pool_facts(state->pool));
	return facts;
}

struct json *namespace_facts(const struct namespace_state *state, const struct subject *subject)
{
	struct json *facts = json_object(), *engine = json_object();

	json_add_text(engine, "name", "namespace");
	json_add_text(engine, "version", version_text());
	json_add(facts, "engine", engine);
	json_add(facts, "config", config_facts(state, subject));
	return facts;
}
