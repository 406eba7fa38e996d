/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a domain, as libvirt's event thread hears of it: the instant at which its virtual CPUs
 * were started goes to the instance's timeline; an end that nobody asked for makes the instance fail.
 */
#include "runtimes/libvirt-internal.h"

#include <errno.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/log.h"

#define QMP_STAMP_ERROR_NS 1000u /* QMP's stamps are in whole microseconds */

static pthread_once_t loop_once = PTHREAD_ONCE_INIT;
static pthread_t loop_thread;
static unsigned loop_users; /* under the lock of opening and closing */
static bool loop_stopping;
static int loop_registered = -1;

static void loop_register(void)
{
	loop_registered = virEventRegisterDefaultImpl();
}

static void *loop_run(void *unused)
{
	while (!__atomic_load_n(&loop_stopping, __ATOMIC_ACQUIRE))
		if (virEventRunDefaultImpl() < 0)
			log_debug("libvirt: event loop: %s", virGetLastErrorMessage());
	return unused;
}

int libvirt_loop_start(struct error *err)
{
	if (loop_users) {
		loop_users++;
		return 0;
	}
	(void)pthread_once(&loop_once, loop_register);
	if (loop_registered < 0)
		return libvirt_error(err, "cannot register an event loop");
	loop_stopping = false;
	int rc = pthread_create(&loop_thread, NULL, loop_run, NULL);

	if (rc)
		return error_errno(err, rc, "cannot start libvirt's event thread");
	loop_users = 1;
	return 0;
}

static void loop_wake(int timer, void *opaque)
{
	(void)opaque;
	(void)virEventRemoveTimeout(timer);
}

void libvirt_loop_stop(void)
{
	if (--loop_users)
		return;
	__atomic_store_n(&loop_stopping, true, __ATOMIC_RELEASE);
	(void)virEventAddTimeout(0, loop_wake, NULL, NULL);
	(void)pthread_join(loop_thread, NULL);
}

/** The lines of QEMU's log that say why KVM gave the guest up; empty where there are none. */
static void log_reason(const struct libvirt_domain *domain, char *text, size_t size)
{
	static const char *const needles[] = {"KVM internal error", "emulation failure", "KVM: entry failed"};
	char path[PATH_MAX];

	libvirt_log_path(domain->libvirt, domain->in->name, path);
	cleanup_free char *log = file_read(path, NULL, NULL);
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; log && i < sizeof(needles) / sizeof(needles[0]); i++) {
		const char *line = strstr(log, needles[i]);

		if (line && used < size)
			used += (size_t)snprintf(text + used, size - used, "; %.*s", (int)strcspn(line, "\r\n"), line);
	}
}

static void domain_fail(const struct libvirt_domain *domain, const char *what, const char *detail)
{
	char reason[512];

	if (domain->stopping)
		return;
	log_reason(domain, reason, sizeof(reason));
	instance_fail(domain->in, "%s%s%s%s%s", what, detail[0] ? " (" : "", detail, detail[0] ? ")" : "", reason);
}

/** One event of QEMU's monitor. `what`: why it means that the guest will not become ready; NULL: it does not. */
static const struct monitor_row {
	const char *event, *what;
	const char *action; /**< it means so only where QEMU takes this action; NULL: always */
} monitor_rows[] = {
	{"BLOCK_IO_ERROR", "QEMU stopped the guest, whose disk on the host failed", "stop"},
	{"RESUME", NULL, NULL},
	{"STOP", "QEMU stopped the guest's CPUs", NULL},
	{"SHUTDOWN", "the guest ended", NULL},
	{"GUEST_PANICKED", "the guest's kernel panicked", NULL},
};

/** What a reason of QEMU's means to whoever does not know QEMU. */
static const struct {
	const char *reason, *text;
} reason_rows[] = {
	{"guest-reset", ": its kernel resets when it panics, as without memory"},
};

/** "guest-reset" of {"guest":true,"reason":"guest-reset"}, with what it means; empty where there is none. */
static void reason_of(const struct json *details, char *text, size_t size)
{
	const char *reason = json_get_text(details, "reason", ""), *meaning = "";

	for (size_t i = 0; i < sizeof(reason_rows) / sizeof(reason_rows[0]); i++)
		if (!strcmp(reason_rows[i].reason, reason))
			meaning = reason_rows[i].text;
	(void)snprintf(text, size, "%s%s", reason, meaning);
}

static void monitor_row_apply(struct libvirt_domain *domain, const struct monitor_row *row, const char *details)
{
	struct json *value = details ? json_parse(details, strlen(details), "QMP", NULL) : NULL;
	char reason[128];

	reason_of(value, reason, sizeof(reason));
	if (!row->action || !strcmp(json_get_text(value, "action", ""), row->action))
		domain_fail(domain, row->what, reason);
	json_free(value);
}

static void monitor_apply(struct libvirt_domain *domain, const char *event, uint64_t real_ns, const char *details)
{
	for (size_t i = 0; i < sizeof(monitor_rows) / sizeof(monitor_rows[0]); i++) {
		if (strcmp(monitor_rows[i].event, event))
			continue;
		if (monitor_rows[i].what)
			monitor_row_apply(domain, &monitor_rows[i], details);
		else if (real_ns)
			timeline_add_real(domain->in->timeline, EVENT_VM_RUNNING, real_ns, QMP_STAMP_ERROR_NS,
					  "qmp_resume");
	}
}

/** The domain that is followed under that name; NULL: none. Called under the lock. */
static struct libvirt_domain *domain_find(const struct libvirt *libvirt, virDomainPtr handle)
{
	const char *name = virDomainGetName(handle);
	struct libvirt_domain *domain = libvirt->domains;

	while (domain && name && strcmp(domain->in->name, name))
		domain = domain->next;
	return name ? domain : NULL;
}

static void on_monitor(virConnectPtr connection, virDomainPtr handle, const char *event, long long seconds,
		       unsigned micros, const char *details, void *opaque)
{
	struct libvirt *libvirt = opaque;
	uint64_t real_ns = seconds > 0 ? (uint64_t)seconds * 1000000000u + micros * 1000u : 0;

	(void)connection;
	(void)pthread_mutex_lock(&libvirt->lock);
	struct libvirt_domain *domain = domain_find(libvirt, handle);

	if (domain)
		monitor_apply(domain, event, real_ns, details);
	(void)pthread_mutex_unlock(&libvirt->lock);
}

/** Lifecycle events that end an instance. They come later than the monitor's, but also when QEMU itself has died. */
static const char *const lifecycle_texts[] = {
	[VIR_DOMAIN_EVENT_SUSPENDED] = "the domain was suspended",
	[VIR_DOMAIN_EVENT_STOPPED] = "the domain stopped",
	[VIR_DOMAIN_EVENT_CRASHED] = "the domain crashed",
};

static const char *const stopped_texts[] = {
	[VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN] = "shut down",
	[VIR_DOMAIN_EVENT_STOPPED_DESTROYED] = "destroyed by somebody else",
	[VIR_DOMAIN_EVENT_STOPPED_CRASHED] = "crashed",
	[VIR_DOMAIN_EVENT_STOPPED_FAILED] = "its process died",
};

/** The text in row `index`; NULL: no such row, or nothing to say. */
static const char *text_at(const char *const *texts, size_t count, int index)
{
	return index >= 0 && (size_t)index < count ? texts[index] : NULL;
}

#define TEXT_AT(texts, index) text_at(texts, sizeof(texts) / sizeof((texts)[0]), index)

static int on_lifecycle(virConnectPtr connection, virDomainPtr handle, int event, int detail, void *opaque)
{
	struct libvirt *libvirt = opaque;
	const char *text = TEXT_AT(lifecycle_texts, event);
	const char *why = event == VIR_DOMAIN_EVENT_STOPPED ? TEXT_AT(stopped_texts, detail) : NULL;

	(void)connection;
	if (!text)
		return 0;
	(void)pthread_mutex_lock(&libvirt->lock);
	struct libvirt_domain *domain = domain_find(libvirt, handle);

	if (domain)
		domain_fail(domain, text, why ? why : "");
	(void)pthread_mutex_unlock(&libvirt->lock);
	return 0;
}

int libvirt_events_register(struct libvirt *libvirt, struct error *err)
{
	int *ids = libvirt->callbacks;

	ids[0] = virConnectDomainEventRegisterAny(libvirt->connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
						  VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), libvirt, NULL);
	/* Outside libvirt's support promise: without it the instant vm_running stays unknown, nothing else. */
	if (libvirt->driver == LIBVIRT_QEMU)
		ids[1] = virConnectDomainQemuMonitorEventRegister(libvirt->connection, NULL, NULL, on_monitor, libvirt,
								  NULL, 0);
	return ids[0] < 0 ? libvirt_error(err, "%s: no events", libvirt->uri) : 0;
}

void libvirt_events_deregister(struct libvirt *libvirt)
{
	int *ids = libvirt->callbacks;

	if (ids[0] >= 0)
		(void)virConnectDomainEventDeregisterAny(libvirt->connection, ids[0]);
	if (ids[1] >= 0)
		(void)virConnectDomainQemuMonitorEventDeregister(libvirt->connection, ids[1]);
	ids[0] = ids[1] = -1;
}
