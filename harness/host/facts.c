/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/host/facts-parts.h"
#include "harness/host/hostfs.h"
#include "harness/host/topology.h"

/* MemTotal differs by some pages from boot to boot of the same machine. */
#define FINGERPRINT_MEMORY_BYTES (64ll << 20)

struct json *facts_text_or_null(const char *text)
{
	return json_new_text(text && text[0] ? text : NULL);
}

struct json *facts_words(const char *list)
{
	struct json *words = json_array();

	for (const char *at = list; *(at += strspn(at, " \t\n,"));) {
		size_t length = strcspn(at, " \t\n,");
		cleanup_free char *word = alloc_format("%.*s", (int)length, at);

		json_append(words, json_new_text(word));
		at += length;
	}
	return words;
}

void facts_add_unknown(struct json *object, const char *key, const char *reason)
{
	cleanup_free char *reason_key = alloc_format("%s_reason", key);

	json_add_null(object, key);
	json_add_text(object, reason_key, reason);
}

/*
 * CPUs, cores and hashes into `cpu`; `placement` says which CPUs a split would give to harness and subjects. Nothing
 * is pinned yet, and the policy that is in force says so.
 */
static struct json *facts_placement(struct json *cpu)
{
	struct json *placement = json_object();
	struct error err = {0};
	struct topology t = {0};
	int rc = hostfs_is_live() ? topology_read(&t, &err) : error_set(&err, -ENODATA, FACTS_RECORDED);

	if (rc < 0) {
		facts_add_unknown(cpu, "topology", err.text);
		facts_add_unknown(placement, "policy", err.text);
		return placement;
	}
	json_add_int(cpu, "allowed_count", t.cpu_count);
	json_add_int(cpu, "core_count", t.core_count);
	json_add_int(cpu, "core_kinds_count", t.kind_count);
	json_add(cpu, "topology", facts_text_or_null(t.shape));
	json_add(cpu, "topology_hwloc_xml_sha256", facts_text_or_null(t.xml_sha256));
	json_add_text(placement, "policy", "none");
	json_add_text(placement, "possible_policy", t.policy);
	json_add_text(placement, "housekeeping_cpus", t.housekeeping_cpus);
	json_add_text(placement, "subject_cpus", t.subject_cpus);
	json_add_int(placement, "subject_cpu_count", t.subject_cpu_count);
	json_add_int(placement, "subject_node_count", t.subject_node_count);
	json_add_bool(placement, "core_shared", t.core_shared);
	return placement;
}

struct json *facts_fingerprint(const struct json *host)
{
	static const char *const stable[] = {
		"cpu.model",
		"cpu.vendor",
		"cpu.family",
		"cpu.model_id",
		"cpu.stepping",
		"cpu.online_count",
		"cpu.flags_sha256",
		"cpu.topology",
		"virtualization.is_vm",
		"virtualization.hypervisor",
		"virtualization.kvm_class",
		"kernel.release",
		"kernel.version",
		"kernel.cmdline",
		"cgroup.version",
		"clock.source",
	};
	cleanup_free char *text = NULL;
	char hex[DIGEST_HEX];
	struct json *subset = json_object();
	const struct json *storage = json_first(json_get(host, "storage")), *value;
	int64_t memory = json_int_of(json_path(host, "memory.total_bytes"), -1);

	for (size_t i = 0; i < sizeof(stable) / sizeof(stable[0]); i++) {
		value = json_path(host, stable[i]);
		json_add(subset, stable[i], value ? json_copy(value) : json_new_text(NULL));
	}
	json_add_int(subset, "memory",
		     memory < 0 ? -1 : (memory + FINGERPRINT_MEMORY_BYTES / 2) / FINGERPRINT_MEMORY_BYTES);
	json_add_text(subset, "fs", json_get_text(storage, "fs", NULL));
	text = json_text(subset, false);
	json_free(subset);
	digest_text(text, hex);
	return json_new_text(hex);
}

struct json *facts_collect(const char *storage_path)
{
	struct json *host = json_object(), *cpu = facts_cpu(), *storage = json_array();
	/* First, before this function's own work warms the CPUs. */
	struct json *load = facts_load();
	struct json *placement = facts_placement(cpu);

	json_append(storage, facts_storage(storage_path));
	json_add(host, "cpu", cpu);
	json_add(host, "virtualization", facts_virtualization());
	json_add(host, "kernel", facts_kernel());
	json_add(host, "memory", facts_memory());
	json_add(host, "cgroup", facts_cgroup());
	json_add(host, "storage", storage);
	json_add(host, "clock", facts_clock());
	json_add(host, "limits", facts_limits());
	json_add(host, "devices", facts_devices());
	json_add(host, "placement", placement);
	json_add(host, "load_before", load);
	json_add(host, "daemons", facts_daemons());
	json_add(host, "fingerprint_sha256", facts_fingerprint(host));
	return host;
}
