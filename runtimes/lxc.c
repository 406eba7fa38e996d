/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers of libvirt's LXC driver: what Docker grew out of, with libvirt in the place of LXC's own tools. Its start
 * call is virDomainCreateXML; libvirtd starts libvirt_lxc, which stays as the container's monitor. The root is an
 * overlay that the harness mounts, as for the OCI runtimes. Limits: memory; the driver has none of processes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/base/log.h"
#include "harness/base/program.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"
#include "runtimes/cgroup.h"
#include "runtimes/domain-xml.h"
#include "runtimes/find-process.h"
#include "runtimes/layered-root.h"
#include "runtimes/libvirt.h"
#include "runtimes/started.h"

#define MONITOR "libvirt_lxc"
#define CHANNEL_VARIABLE PROTOCOL_ENV_CHANNEL "=" PROTOCOL_UNIX_PREFIX PROTOCOL_CONTAINER_SOCKET
#define VARIABLES_MAX 5
#define ENTER_PAUSE_NS 5000000u
#define ENTER_PATIENCE_NS 8000000000u

/* subject->state */
struct lxc {
	const struct run *run;
	struct libvirt *libvirt;
	struct layered_images images;
};

/* instance->state */
struct lxc_instance {
	struct libvirt_domain *domain;
	char *xml;
};

static void lxc_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	cleanup_free char *tree = run && *run->artifacts ? layered_root_tree(run, subject) : NULL;
	struct error err = {0};

	if (geteuid())
		finding_say(ret_finding, FINDING_FAIL, "needs root",
			    "Without root the container's overlay cannot be mounted where libvirt looks for it.",
			    "Run tare as root; rootless engines are measured through podman.");
	else if (cgroup_is_mixed())
		finding_say(ret_finding, FINDING_FAIL, "hybrid cgroups",
			    "libvirt's LXC driver starts nothing where cgroup v1 and v2 both have controllers.",
			    CGROUP_MIXED_REMEDY);
	else if (tree && !file_exists(tree))
		finding_say(ret_finding, FINDING_FAIL, "no root tree", "The root tree of the containers is not built.",
			    "Build it with `make root`.");
	else if (libvirt_try(run, LIBVIRT_LXC, &err) < 0)
		finding_say(ret_finding, FINDING_FAIL, "no driver", err.text,
			    "Install libvirt's LXC driver (Debian: libvirt-daemon-driver-lxc) and start libvirtd or "
			    "virtlxcd, or name where it is in LIBVIRT_DEFAULT_URI; tare never starts it.");
	else
		finding_say(ret_finding, FINDING_OK, "ready", "", "");
}

static char *lxc_xml(const struct run *run, const struct subject *subject, const char *name, const char *root,
		     const char *socket)
{
	const char *variables[VARIABLES_MAX] = {CHANNEL_VARIABLE};
	struct container_domain domain = {
		.name = name,
		.memory_bytes = subject->limits.memory_bytes,
		.cpus = run->subject_cpus,
		.root = root,
		.socket = socket,
		.variables = variables,
		.variable_count = 1,
	};

	for (size_t i = 0; i < subject->variable_count; i++)
		variables[domain.variable_count++] = subject->variables[i].text;
	return domain_xml_container(&domain);
}

static struct json *lxc_facts(const struct run *run, struct lxc *lxc, const struct subject *subject)
{
	cleanup_free char *xml = lxc_xml(run, subject, "NAME", "ROOT", "SOCKET");
	struct json *facts = json_object(), *config = json_object();
	char sha256[DIGEST_HEX];

	digest_text(xml, sha256);
	json_add_text(config, "domain_sha256", sha256);
	json_add_text(config, "start", "virDomainCreateXML on an open connection");
	json_add_text(config, "root", "overlay, mounted by the harness before the start call");
	json_add_text(config, "network", "none");
	json_add(facts, "engine", libvirt_facts(lxc->libvirt));
	json_add(facts, "config", config);
	return facts;
}

static int lxc_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	static const char *const daemons[] = {"virtlxcd", "libvirtd"};
	struct lxc *lxc = alloc_zero(1, sizeof(*lxc));

	subject->state = lxc;
	lxc->run = run;
	int rc = libvirt_open(run, LIBVIRT_LXC, &lxc->libvirt, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; !subject->daemon_count && i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		pid_t daemon = process_find(daemons[i], 1);

		if (daemon > 0)
			subject->daemons[subject->daemon_count++] = daemon;
	}
	subject->facts = lxc_facts(run, lxc, subject);
	return 0;
}

static int lxc_create(struct instance *in, struct error *err)
{
	cleanup_free char *root = alloc_format("%s/" LAYERED_ROOT, in->storage);
	struct lxc_instance *own = alloc_zero(1, sizeof(*own));
	const struct lxc *lxc = in->subject->state;

	in->state = own;
	own->xml = lxc_xml(in->run, in->subject, in->name, root, in->socket);
	return layered_root_make(in, &lxc->images, err);
}

/* Off the clock's path: its init is the monitor's only child. */
static void learn(struct instance *in, const struct lxc_instance *own)
{
	int monitor = libvirt_domain_id(own->domain);
	cleanup_free char *path = alloc_format("/proc/%d/task/%d/children", monitor, monitor);
	uint64_t child = 0;

	if (monitor <= 0 || file_read_u64(path, &child, NULL) < 0)
		return;
	in->pid = (pid_t)child;
	in->pidfd = (int)syscall(SYS_pidfd_open, in->pid, 0);
	if (in->pidfd < 0)
		in->pid = 0;
}

static int lxc_start(struct instance *in, struct error *err)
{
	struct lxc *lxc = in->subject->state;
	struct lxc_instance *own = in->state;

	own->domain = libvirt_domain_new(lxc->libvirt, in);
	int rc = libvirt_domain_start(own->domain, own->xml, err);

	if (!rc)
		learn(in, own);
	return rc;
}

static void lxc_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs)
{
	cleanup_free char *tree = layered_root_tree(run, subject);

	costs_add_path(ret_costs, DISK_BASE, tree);
}

static int lxc_inspect(struct instance *in, struct costs *ret_costs, struct error *err)
{
	pid_t monitor = process_parent(in->pid);
	char path[PATH_MAX];

	if (in->pid <= 0)
		return error_set(err, -ESRCH, "%s: its process is not known", in->name);
	costs_add_process(ret_costs, in->pid);
	if (process_runs(monitor, MONITOR)) {
		costs_add_process(ret_costs, monitor);
		process_program(monitor, path);
		costs_add_path(ret_costs, DISK_PLATFORM, path);
	}
	for (size_t i = 0; i < in->subject->daemon_count; i++) {
		process_program(in->subject->daemons[i], path);
		if (*path)
			costs_add_path(ret_costs, DISK_PLATFORM, path);
	}
	ret_costs->own_cgroup = true;
	costs_add_path(ret_costs, DISK_INSTANCE, in->storage);
	lxc_artefacts(in->run, in->subject, ret_costs);
	return 0;
}

/* The way in that libvirt has for its users: its command line opens a connection, gets the namespaces from libvirtd and
 * enters them itself. The command joins neither the container's cgroups nor its limits. A payload may be ready before
 * libvirtd has heard of it from the container's monitor: until then there is no way in, and what waits for one asks
 * again. On a busy host libvirt 9.0 was seen to hear of some containers never. */
static int lxc_exec(struct instance *in, struct error *err)
{
	const struct lxc *lxc = in->subject->state;
	cleanup_free char *program = program_find("virsh");
	const char *const words[] = {program, "--quiet", "--connect", libvirt_uri(lxc->libvirt), "lxc-enter-namespace",
				     in->name, "--noseclabel", PROTOCOL_PAYLOAD_PATH, PROTOCOL_ARGUMENT_TRUE, NULL};
	uint64_t patience_ns = clock_now_ns() + ENTER_PATIENCE_NS;
	struct error said;
	bool unheard_of;
	int rc;

	if (!program)
		return error_host(err, "virsh is not installed (Debian: libvirt-clients)");
	do {
		said = (struct error){0};
		rc = program_run(in->run->keeper, words, in->deadline_ns, &said);
		unheard_of = rc < 0 && strstr(said.text, "pid is not yet available");
		if (unheard_of)
			clock_sleep_until(clock_now_ns() + ENTER_PAUSE_NS);
	} while (unheard_of && clock_now_ns() < patience_ns);
	if (rc < 0 && err)
		*err = said;
	if (unheard_of)
		(void)error_wrap(err, rc, "libvirtd has missed the container's process");
	return rc < 0 ? error_wrap(err, rc, "%s", program) : 0;
}

static int lxc_stop(struct instance *in, struct error *err)
{
	struct lxc_instance *own = in->state;

	int rc = own && own->domain ? libvirt_domain_kill(own->domain, err) : 0;

	/* Under load libvirt's signal was seen to reach nobody, without an error. */
	return rc < 0 || in->pidfd < 0 ? rc : started_kill(in, err);
}

static void lxc_destroy(struct instance *in)
{
	struct lxc_instance *own = in ? in->state : NULL;

	if (!own)
		return;
	if (own->domain)
		(void)libvirt_domain_kill(own->domain, NULL);
	libvirt_domain_free(own->domain);
	/* Where no libvirt answers any more it runs on: its monitor ends with it. */
	if (in->pidfd >= 0)
		(void)started_kill(in, NULL);
	layered_root_remove(in);
	free(own->xml);
	free(own);
	in->state = NULL;
}

static void lxc_remains(const struct instance *in, char *text, size_t size)
{
	struct lxc *lxc = in->subject->state;

	if (lxc && lxc->libvirt && libvirt_domain_exists(lxc->libvirt, in->name))
		(void)snprintf(text, size, "domain %s of libvirt", in->name);
}

static int lxc_commit(struct instance *in, struct error *err)
{
	struct lxc *lxc = in->subject->state;

	return layered_root_commit(in, &lxc->images, err);
}

static int lxc_image_costs(const struct subject *subject, size_t number, struct costs *ret_costs, struct error *err)
{
	const struct lxc *lxc = subject->state;

	return layered_root_image_costs(lxc->run, subject, &lxc->images, number, ret_costs, err);
}

static void lxc_revert(struct subject *subject)
{
	struct lxc *lxc = subject->state;

	layered_images_clear(&lxc->images);
}

static void lxc_finish(struct subject *subject)
{
	struct lxc *lxc = subject->state;

	if (!lxc)
		return;
	layered_images_clear(&lxc->images);
	libvirt_close(lxc->libvirt);
	free(lxc);
	subject->state = NULL;
}

const struct runtime runtime_lxc = {
	.name = "lxc",
	.summary = "a container of libvirt's LXC driver",
	.kind = RUNTIME_CONTAINER,
	.probe = lxc_probe,
	.prepare = lxc_prepare,
	.artefacts = lxc_artefacts,
	.create = lxc_create,
	.start = lxc_start,
	.inspect = lxc_inspect,
	.stop = lxc_stop,
	.destroy = lxc_destroy,
	.commit = lxc_commit,
	.image_costs = lxc_image_costs,
	.revert = lxc_revert,
	.exec = lxc_exec,
	.remains = lxc_remains,
	.finish = lxc_finish,
};
