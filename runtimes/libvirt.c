/* SPDX-License-Identifier: Apache-2.0 */
/* The connection: opened once, shared, closed with its last user. */
#include "runtimes/libvirt-internal.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "runtimes/domain-xml.h"

/* Without root there must be no user and group: the driver would try to change owners. */
#define CONF_ANY "security_driver = \"none\"\nstdio_handler = \"file\"\n"
#define CONF_ROOT "user = \"root\"\ngroup = \"root\"\nremember_owner = 0\n"
#define SYSTEM_LOG_FOLDER "/var/log/libvirt"
#define URI_VARIABLE "LIBVIRT_DEFAULT_URI" /* libvirt's own */
#define LXC_SCHEME "lxc:"
#define LXC_SYSTEM LXC_SCHEME "///system"

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
#define CLOSED(which)                                                                                           \
	{                                                                                                       \
		.driver = (which), .lock = PTHREAD_MUTEX_INITIALIZER, .callbacks = {-1, -1},                    \
	}
static struct libvirt shared[LIBVIRT_DRIVERS] = {CLOSED(LIBVIRT_QEMU), CLOSED(LIBVIRT_LXC)};

int libvirt_error(struct error *err, const char *format, ...)
{
	const char *reason = virGetLastErrorMessage();
	char head[256], line[sizeof(((struct error *)NULL)->text)];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(head, sizeof(head), format, args);
	va_end(args);
	(void)snprintf(line, sizeof(line), "%s", reason ? reason : "unknown error");
	for (size_t end = strlen(line); end && line[end - 1] == '\n'; end--)
		line[end - 1] = '\0';
	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	return error_set(err, -EIO, "%s: libvirt: %s", head, line);
}

static void error_silent(void *opaque, virErrorPtr error)
{
	(void)opaque;
	log_debug("libvirt: %s", error && error->message ? error->message : "?");
}

/** libvirt writes its own log to standard error: unless somebody debugs, into the driver's root with it. */
static void log_divert(const struct libvirt *libvirt)
{
	char output[PATH_MAX + 32] = "3:file:/dev/null";

	if (libvirt->embedded)
		(void)snprintf(output, sizeof(output), "3:file:%s/libvirt.log", libvirt->root);
	if (!log_enabled())
		(void)setenv("LIBVIRT_LOG_OUTPUTS", output, 0);
}

/** For another user than root libvirt wants places of his, even where the root folder is given: they lie in that. */
static int user_places(const struct libvirt *libvirt, struct error *err)
{
	static const char *const names[] = {"XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"};
	char path[PATH_MAX + 32];
	int rc;

	(void)snprintf(path, sizeof(path), "%s/user", libvirt->root);
	rc = file_make_dirs(path, 0700, err);
	for (size_t i = 0; !rc && i < sizeof(names) / sizeof(names[0]); i++)
		if (setenv(names[i], path, 1) < 0)
			rc = error_errno(err, errno, "%s", names[i]);
	return rc;
}

static bool uri_safe(const char *path)
{
	return !path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")];
}

static int root_make(const struct run *run, struct libvirt *libvirt, struct error *err)
{
	char path[PATH_MAX + 32];
	int rc;

	(void)snprintf(libvirt->root, sizeof(libvirt->root), "%s/vm", run->private_folder);
	if (!uri_safe(libvirt->root))
		return error_set(err, -EINVAL, "%s: libvirt's root folder must be of letters, digits and '/._-'",
				 libvirt->root);
	(void)snprintf(path, sizeof(path), "%s/etc", libvirt->root);
	rc = file_make_dirs(path, 0711, err);
	if (rc < 0)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/etc/qemu.conf", libvirt->root);
	const char *text = geteuid() ? CONF_ANY : CONF_ANY CONF_ROOT;

	rc = file_write(path, text, strlen(text), err);
	return rc || !geteuid() ? rc : user_places(libvirt, err);
}

/* Where the driver is that is not embedded; NULL: it is. */
static const char *uri_of_daemon(const struct run *run, enum libvirt_driver driver)
{
	const char *named = getenv(URI_VARIABLE);

	if (driver == LIBVIRT_QEMU)
		return run->connect_uri;
	return named && !strncmp(named, LXC_SCHEME, strlen(LXC_SCHEME)) ? named : LXC_SYSTEM;
}

static int uri_choose(const struct run *run, struct libvirt *libvirt, struct error *err)
{
	const char *daemon = uri_of_daemon(run, libvirt->driver);

	libvirt->embedded = !daemon;
	libvirt->root[0] = '\0';
	int rc = daemon ? 0 : root_make(run, libvirt, err);

	if (rc < 0)
		return rc;
	cleanup_free char *uri = daemon ? alloc_text(daemon) : alloc_format("qemu:///embed?root=%s", libvirt->root);

	if (strlen(uri) >= sizeof(libvirt->uri))
		return error_set(err, -ENAMETOOLONG, "%s: path too long", uri);
	(void)memcpy(libvirt->uri, uri, strlen(uri) + 1);
	return 0;
}

/** What libvirt leaves of a killed harness: cgroups (systemd: scopes) that have the run's id in their names. */
static int cgroups_guard(const struct run *run, struct error *err)
{
	static const char *const folders[] = {"/sys/fs/cgroup/machine*", "/sys/fs/cgroup/*/machine*"};
	int rc = 0;

	for (size_t i = 0; run->keeper && !rc && i < sizeof(folders) / sizeof(folders[0]); i++) {
		cleanup_free char *pattern = alloc_format("%s/*%s*", folders[i], run->id);

		rc = start_guard_cgroup(run->keeper, pattern, err);
	}
	return rc;
}

/** Asks for what libvirt finds out at first use: it starts each QEMU binary to learn what it can do. */
static int capabilities_warm(struct libvirt *libvirt, struct error *err)
{
	cleanup_free char *capabilities = virConnectGetCapabilities(libvirt->connection);

	return capabilities ? 0 : libvirt_error(err, "%s: capabilities", libvirt->uri);
}

static void connection_close(struct libvirt *libvirt)
{
	if (libvirt->connection) {
		libvirt_events_deregister(libvirt);
		(void)virConnectClose(libvirt->connection);
		libvirt->connection = NULL;
	}
	if (libvirt->looping)
		libvirt_loop_stop();
	libvirt->looping = false;
	if (libvirt->root[0])
		(void)file_remove_tree(libvirt->root, NULL);
}

static int library_start(const struct libvirt *libvirt, struct error *err)
{
	log_divert(libvirt);
	if (virInitialize() < 0)
		return libvirt_error(err, "cannot start the library");
	virSetErrorFunc(NULL, error_silent);
	return 0;
}

int libvirt_try(const struct run *run, enum libvirt_driver driver, struct error *err)
{
	static const struct run none;
	const char *uri = uri_of_daemon(run ? run : &none, driver);
	virConnectPtr connection = NULL;
	int rc = uri ? library_start(&shared[driver], err) : error_set(err, -ENOENT, "the driver is embedded");

	if (!rc)
		rc = libvirt_connect(uri, &connection, err);
	if (!rc)
		(void)virConnectClose(connection);
	return rc;
}

static int connection_open(const struct run *run, struct libvirt *libvirt, struct error *err)
{
	int rc = uri_choose(run, libvirt, err);

	if (rc < 0)
		return rc;
	rc = library_start(libvirt, err);
	if (!rc)
		rc = libvirt_loop_start(err);
	if (rc < 0)
		return rc;
	libvirt->looping = true;
	rc = libvirt_connect(libvirt->uri, &libvirt->connection, err);
	if (!rc)
		rc = cgroups_guard(run, err);
	if (!rc)
		rc = capabilities_warm(libvirt, err);
	if (!rc)
		rc = libvirt_events_register(libvirt, err);
	return rc;
}

int libvirt_open(const struct run *run, enum libvirt_driver driver, struct libvirt **ret_libvirt, struct error *err)
{
	struct libvirt *libvirt = &shared[driver];
	int rc = 0;

	(void)pthread_mutex_lock(&open_lock);
	if (!libvirt->users)
		rc = connection_open(run, libvirt, err);
	if (!rc) {
		libvirt->users++;
		*ret_libvirt = libvirt;
	} else {
		connection_close(libvirt);
	}
	(void)pthread_mutex_unlock(&open_lock);
	return rc;
}

void libvirt_close(struct libvirt *libvirt)
{
	if (!libvirt)
		return;
	(void)pthread_mutex_lock(&open_lock);
	if (!--libvirt->users)
		connection_close(libvirt);
	(void)pthread_mutex_unlock(&open_lock);
}

bool libvirt_is_embedded(const struct libvirt *libvirt)
{
	return libvirt->embedded;
}

static void version_add(struct json *facts, const char *key, bool known, unsigned long version)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lu.%lu.%lu", version / 1000000, version / 1000 % 1000, version % 1000);
	json_add_text(facts, key, known ? text : NULL);
}

static void emulator_add(struct libvirt *libvirt, struct json *facts)
{
	cleanup_free char *xml = virConnectGetDomainCapabilities(libvirt->connection, NULL, "x86_64", NULL, "qemu", 0);
	cleanup_free char *path = xml ? domain_xml_value(xml, "path", NULL) : NULL;

	json_add_text(facts, "qemu_path", path);
}

const char *libvirt_uri(const struct libvirt *libvirt)
{
	return libvirt->uri;
}

struct json *libvirt_facts(struct libvirt *libvirt)
{
	struct json *facts = json_object();
	unsigned long version = 0;
	int rc = virConnectGetLibVersion(libvirt->connection, &version);

	json_add_text(facts, "name", "libvirt");
	version_add(facts, "version", rc == 0, version);
	json_add_text(facts, "uri", libvirt->embedded ? "qemu:///embed?root=DIR" : libvirt->uri);
	if (libvirt->driver != LIBVIRT_QEMU)
		return facts;
	/* The embedded driver's configuration is ours; what a libvirtd does is not ours to know. */
	json_add_text(facts, "qemu_user", !libvirt->embedded ? NULL : geteuid() ? "caller" : "root");
	json_add_text(facts, "security_driver", libvirt->embedded ? "none" : NULL);
	rc = virConnectGetVersion(libvirt->connection, &version);
	version_add(facts, "qemu_version", rc == 0, version);
	emulator_add(libvirt, facts);
	json_add_text(facts, "vm_running_source", libvirt->callbacks[1] >= 0 ? "qmp_resume" : NULL);
	return facts;
}

char *libvirt_expand(struct libvirt *libvirt, const char *xml, struct error *err)
{
	virDomainPtr domain = virDomainDefineXMLFlags(libvirt->connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);
	char *expanded = NULL;

	if (!domain) {
		(void)libvirt_error(err, "%s: the domain was refused", libvirt->uri);
		return NULL;
	}
	expanded = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
	if (!expanded)
		(void)libvirt_error(err, "%s: no description of the domain", libvirt->uri);
	(void)virDomainUndefine(domain);
	(void)virDomainFree(domain);
	return expanded;
}

char *libvirt_command_line(struct libvirt *libvirt, const char *xml, struct error *err)
{
	char *text = virConnectDomainXMLToNative(libvirt->connection, "qemu-argv", xml, 0);

	if (!text)
		(void)libvirt_error(err, "%s: no command line for the domain", libvirt->uri);
	return text;
}

void libvirt_log_path(const struct libvirt *libvirt, const char *name, char path[PATH_MAX])
{
	if (libvirt->embedded)
		(void)snprintf(path, PATH_MAX, "%.4000s/log/qemu/%s.log", libvirt->root, name);
	else
		(void)snprintf(path, PATH_MAX, SYSTEM_LOG_FOLDER "/%s/%s.log",
			       libvirt->driver == LIBVIRT_LXC ? "lxc" : "qemu", name);
}
