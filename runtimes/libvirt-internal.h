/* SPDX-License-Identifier: Apache-2.0 */
/* What libvirt-*.c share. */
#pragma once

#include <libvirt/libvirt.h>
#include <limits.h>
#include <pthread.h>

#include "runtimes/libvirt.h"

#define LIBVIRT_CALLBACKS 2

struct libvirt {
	enum libvirt_driver driver;
	virConnectPtr connection;
	bool embedded;
	bool looping; /**< it uses the event loop */
	char uri[PATH_MAX];
	char root[PATH_MAX]; /**< of the embedded driver; empty otherwise */
	unsigned users;
	int callbacks[LIBVIRT_CALLBACKS]; /**< lifecycle, monitor; -1: not registered */
	pthread_mutex_t lock;		  /**< of `domains` and everything in it that events touch */
	struct libvirt_domain *domains;
};

struct libvirt_domain {
	struct libvirt *libvirt;
	struct instance *in; /**< valid as long as the domain is in the list */
	virDomainPtr handle; /**< NULL: not started, or destroyed */
	bool stopping;	     /**< its end was asked for; under the lock */
	struct libvirt_domain *next;
};

/** Turns libvirt's last error into `err`, on one line. Returns a negative errno. */
int libvirt_error(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** virConnectOpen() with a time limit: -ETIMEDOUT where nobody answers. Later calls end with an error when the daemon
 * stops answering. */
int libvirt_connect(const char *uri, virConnectPtr *ret_connection, struct error *err);

/** The thread that runs libvirt's event loop, one for all who use it; it must run before a connection is opened. */
int libvirt_loop_start(struct error *err);
void libvirt_loop_stop(void); /**< once for each start that worked */
/** Follows all domains of the connection. */
int libvirt_events_register(struct libvirt *libvirt, struct error *err);
void libvirt_events_deregister(struct libvirt *libvirt);

/** The driver's log of the domain of that name. */
void libvirt_log_path(const struct libvirt *libvirt, const char *name, char path[PATH_MAX]);
