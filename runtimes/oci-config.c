/* SPDX-License-Identifier: Apache-2.0 */
/* The config.json of a bundle (OCI runtime specification 1.0.2): namespaces, mounts, limits and locks of the
 * `namespace` runtime, but for the user namespace, which engines do not have by default either. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/model/protocol.h"
#include "runtimes/masks.h"
#include "runtimes/oci.h"
#include "runtimes/seccomp-oci.h"

#define OCI_VERSION "1.0.2"
#define OCI_FILES_SOFT 1024u
#define OCI_FILES_HARD 4096u

static struct json *texts(const char *const *list)
{
	struct json *array = json_array();

	for (; list && *list; list++)
		json_append(array, json_new_text(*list));
	return array;
}

static struct json *rlimit(const char *type, int resource, rlim_t soft, rlim_t hard)
{
	struct json *object = json_object();
	struct rlimit now;

	/* Lowers only: raising needs a capability that root in a container does not have. */
	if (!getrlimit((__rlimit_resource_t)resource, &now) && now.rlim_max < hard)
		hard = now.rlim_max;
	json_add_text(object, "type", type);
	json_add_int(object, "hard", (int64_t)hard);
	json_add_int(object, "soft", (int64_t)(soft < hard ? soft : hard));
	return object;
}

static struct json *process_part(const struct subject *subject)
{
	static const char *const sets[] = {"bounding", "effective", "inheritable", "permitted"};
	struct json *process = json_object(), *user = json_object(), *environment = json_array();
	struct json *capabilities = json_object(), *limits = json_array();

	json_add_int(user, "uid", 0);
	json_add_int(user, "gid", 0);
	json_append(environment,
		    json_new_text(PROTOCOL_ENV_CHANNEL "=" PROTOCOL_UNIX_PREFIX PROTOCOL_CONTAINER_SOCKET));
	for (size_t i = 0; i < subject->variable_count; i++)
		json_append(environment, json_new_text(subject->variables[i].text));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		json_add(capabilities, sets[i], json_array());
	json_append(limits, rlimit("RLIMIT_NOFILE", RLIMIT_NOFILE, OCI_FILES_SOFT, OCI_FILES_HARD));
	json_append(limits, rlimit("RLIMIT_CORE", RLIMIT_CORE, 0, 0));
	json_add_bool(process, "terminal", false);
	json_add(process, "user", user);
	json_add(process, "args", texts((const char *const[]){PROTOCOL_PAYLOAD_PATH, NULL}));
	json_add(process, "env", environment);
	json_add_text(process, "cwd", "/");
	json_add(process, "capabilities", capabilities);
	json_add(process, "rlimits", limits);
	json_add_bool(process, "noNewPrivileges", true);
	return process;
}

static struct json *mounts_part(void)
{
	static const struct {
		const char *destination, *type, *source, *options[7];
	} rows[] = {
	    {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
	    {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
	    {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
	    {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}},
	    {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
	    {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
	    {PROTOCOL_CONTAINER_SOCKET, "bind", OCI_SOCKET_TOKEN, {"bind", "nosuid", "nodev", "noexec"}},
	};
	struct json *mounts = json_array();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json *mount = json_object();

		json_add_text(mount, "destination", rows[i].destination);
		json_add_text(mount, "type", rows[i].type);
		json_add_text(mount, "source", rows[i].source);
		json_add(mount, "options", texts(rows[i].options));
		json_append(mounts, mount);
	}
	return mounts;
}

/* The paths of these masks that the kernel has. */
static struct json *masks_part(bool readonly)
{
	struct json *paths = json_array();

	for (size_t i = 0; i < MASK_COUNT; i++)
		if ((masks[i].kind == MASK_READONLY) == readonly && file_exists(masks[i].path))
			json_append(paths, json_new_text(masks[i].path));
	return paths;
}

static struct json *resources_part(const struct limits *limits)
{
	struct json *resources = json_object(), *memory = json_object(), *pids = json_object();
	struct json *devices = json_array(), *none = json_object();

	json_add_bool(none, "allow", false);
	json_add_text(none, "access", "rwm");
	json_append(devices, none);
	json_add(resources, "devices", devices);
	if (limits->memory_bytes)
		json_add_int(memory, "limit", (int64_t)limits->memory_bytes);
	if (limits->pids_count)
		json_add_int(pids, "limit", (int64_t)limits->pids_count);
	json_add(resources, "memory", memory);
	if (limits->pids_count)
		json_add(resources, "pids", pids);
	else
		json_free(pids);
	return resources;
}

static struct json *linux_part(const struct run *run, const struct subject *subject)
{
	static const char *const kinds[] = {"pid", "network", "ipc", "uts", "mount", "cgroup"};
	struct json *part = json_object(), *namespaces = json_array();
	cleanup_free char *cgroup = oci_cgroup(run, OCI_NAME_TOKEN);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct json *namespace = json_object();

		json_add_text(namespace, "type", kinds[i]);
		json_append(namespaces, namespace);
	}
	json_add_text(part, "cgroupsPath", cgroup);
	json_add(part, "namespaces", namespaces);
	json_add(part, "resources", resources_part(&subject->limits));
	json_add(part, "maskedPaths", masks_part(false));
	json_add(part, "readonlyPaths", masks_part(true));
	json_add(part, "seccomp", seccomp_oci());
	return part;
}

struct json *oci_config(const struct run *run, const struct subject *subject)
{
	struct json *config = json_object(), *root = json_object();

	json_add_text(root, "path", LAYERED_ROOT);
	json_add_bool(root, "readonly", false);
	json_add_text(config, "ociVersion", OCI_VERSION);
	json_add(config, "process", process_part(subject));
	json_add(config, "root", root);
	json_add_text(config, "hostname", OCI_NAME_TOKEN);
	json_add(config, "mounts", mounts_part());
	json_add(config, "linux", linux_part(run, subject));
	return config;
}

/* Names and sockets' paths need no quoting in JSON: letters, digits, '-', '.' and '/'. */
static void fill(FILE *file, const char *text, const struct instance *in)
{
	const struct {
		const char *token, *value;
	} rows[] = {{OCI_NAME_TOKEN, in->name}, {OCI_SOCKET_TOKEN, in->socket}};

	for (const char *at; (at = strchr(text, '@'));) {
		size_t skip = 1;

		(void)fwrite(text, 1, (size_t)(at - text), file);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (!strncmp(at, rows[i].token, strlen(rows[i].token))) {
				(void)fputs(rows[i].value, file);
				skip = strlen(rows[i].token);
			}
		if (skip == 1)
			(void)fputc('@', file);
		text = at + skip;
	}
	(void)fputs(text, file);
}

int oci_config_write(const struct instance *in, const char *template, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/config.json", in->storage);
	cleanup_fclose FILE *file = fopen(path, "we");

	if (!file)
		return error_errno(err, errno, "%s: cannot create", path);
	fill(file, template, in);
	return fflush(file) || ferror(file) ? error_errno(err, errno, "%s: cannot write", path) : 0;
}
