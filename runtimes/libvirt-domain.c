/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one domain: followed, started, destroyed, forgotten. */
#include "runtimes/libvirt-internal.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/log.h"

struct libvirt_domain *libvirt_domain_new(struct libvirt *libvirt, struct instance *in)
{
	struct libvirt_domain *domain = alloc_zero(1, sizeof(*domain));

	domain->libvirt = libvirt;
	domain->in = in;
	(void)pthread_mutex_lock(&libvirt->lock);
	domain->next = libvirt->domains;
	libvirt->domains = domain;
	(void)pthread_mutex_unlock(&libvirt->lock);
	return domain;
}

int libvirt_domain_start(struct libvirt_domain *domain, const char *xml, struct error *err)
{
	/* The embedded driver has no automatic destruction: there the keeper, QEMU's parent, ends what is left. */
	unsigned flags = domain->libvirt->embedded ? 0 : VIR_DOMAIN_START_AUTODESTROY;

	domain->handle = virDomainCreateXML(domain->libvirt->connection, xml, flags);
	return domain->handle ? 0 : libvirt_error(err, "%s: cannot start", domain->in->name);
}

int libvirt_domain_restore(struct libvirt_domain *domain, const char *path, struct error *err)
{
	virConnectPtr connection = domain->libvirt->connection;

	if (virDomainRestoreFlags(connection, path, NULL, VIR_DOMAIN_SAVE_RUNNING) < 0)
		return libvirt_error(err, "%s: cannot restore from %s", domain->in->name, path);
	domain->handle = virDomainLookupByName(connection, domain->in->name);
	return domain->handle ? 0 : libvirt_error(err, "%s: not found after it was restored", domain->in->name);
}

/** From here on the domain's end is no failure of its instance. */
static void domain_expect_end(struct libvirt_domain *domain)
{
	(void)pthread_mutex_lock(&domain->libvirt->lock);
	domain->stopping = true;
	(void)pthread_mutex_unlock(&domain->libvirt->lock);
}

/** True where the last error says that there is nothing left to destroy. */
static bool domain_is_gone(void)
{
	virErrorPtr error = virGetLastError();

	return error && (error->code == VIR_ERR_NO_DOMAIN || error->code == VIR_ERR_OPERATION_INVALID);
}

int libvirt_domain_stop(struct libvirt_domain *domain, struct error *err)
{
	domain_expect_end(domain);
	if (!domain->handle)
		return 0;
	if (virDomainDestroy(domain->handle) < 0 && !domain_is_gone())
		return libvirt_error(err, "%s: cannot destroy", domain->in->name);
	(void)virDomainFree(domain->handle);
	domain->handle = NULL;
	return 0;
}

int libvirt_domain_kill(struct libvirt_domain *domain, struct error *err)
{
	domain_expect_end(domain);
	if (!domain->handle)
		return 0;
	if (virDomainSendProcessSignal(domain->handle, 1, VIR_DOMAIN_PROCESS_SIGNAL_KILL, 0) < 0 && !domain_is_gone())
		return libvirt_error(err, "%s: cannot kill", domain->in->name);
	return 0;
}

int libvirt_domain_save(struct libvirt_domain *domain, const char *path, struct error *err)
{
	domain_expect_end(domain);
	return virDomainSave(domain->handle, path) < 0 ? libvirt_error(err, "%s: cannot save", domain->in->name) : 0;
}

int libvirt_domain_id(const struct libvirt_domain *domain)
{
	return domain->handle ? (int)virDomainGetID(domain->handle) : -1;
}

bool libvirt_domain_exists(struct libvirt *libvirt, const char *name)
{
	virDomainPtr domain = virDomainLookupByName(libvirt->connection, name);

	if (domain)
		(void)virDomainFree(domain);
	return domain;
}

static void domain_forget(struct libvirt_domain *domain)
{
	struct libvirt_domain **link = &domain->libvirt->domains;

	(void)pthread_mutex_lock(&domain->libvirt->lock);
	while (*link != domain)
		link = &(*link)->next;
	*link = domain->next;
	(void)pthread_mutex_unlock(&domain->libvirt->lock);
}

void libvirt_domain_free(struct libvirt_domain *domain)
{
	char path[PATH_MAX];
	struct error err;

	if (!domain)
		return;
	/* libvirt gives up on a QEMU that is slow to die, but has sent it SIGKILL by then: ask once more. */
	if (libvirt_domain_stop(domain, &err) < 0 && libvirt_domain_stop(domain, &err) < 0)
		log_debug("%s", err.text);
	libvirt_log_path(domain->libvirt, domain->in->name, path);
	(void)unlink(path);
	domain_forget(domain);
	if (domain->handle)
		(void)virDomainFree(domain->handle);
	free(domain);
}
