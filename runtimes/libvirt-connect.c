/* SPDX-License-Identifier: Apache-2.0 */
/*
 * virConnectOpen() waits for ever where somebody accepts the connection and never answers. So it runs on a thread of
 * its own, which is left behind when its time is over; what they share goes with the last of the two.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "harness/base/alloc.h"
#include "harness/base/clock.h"
#include "runtimes/libvirt-internal.h"

#define CONNECT_TIMEOUT_NS 10000000000u
#define KEEPALIVE_S 5 /* between questions whether the daemon is still there, */
#define KEEPALIVE_COUNT 3u /* and how many may stay without an answer */

struct opening {
	char *uri;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done, abandoned; /* the second to say so frees it */
	virConnectPtr connection;
	int rc;
	struct error err;
};

static void opening_free(struct opening *o)
{
	(void)pthread_cond_destroy(&o->changed);
	(void)pthread_mutex_destroy(&o->lock);
	free(o->uri);
	free(o);
}

static struct opening *opening_new(const char *uri)
{
	struct opening *o = alloc_zero(1, sizeof(*o));
	pthread_condattr_t monotonic;

	o->uri = alloc_text(uri);
	(void)pthread_mutex_init(&o->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&o->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return o;
}

static void *opening_main(void *data)
{
	struct opening *o = data;
	virConnectPtr connection = virConnectOpen(o->uri);
	struct error err = {0};
	int rc = connection ? 0 : libvirt_error(&err, "%s: cannot connect", o->uri);

	(void)pthread_mutex_lock(&o->lock);
	o->connection = connection;
	o->rc = rc;
	o->err = err;
	o->done = true;
	bool abandoned = o->abandoned;

	(void)pthread_cond_signal(&o->changed);
	(void)pthread_mutex_unlock(&o->lock);
	if (abandoned) {
		if (connection)
			(void)virConnectClose(connection);
		opening_free(o);
	}
	return NULL;
}

/** True: the thread has ended its work, and `o` is the caller's. */
static bool opening_wait(struct opening *o)
{
	uint64_t deadline_ns = clock_now_ns() + CONNECT_TIMEOUT_NS;
	struct timespec until = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
				 .tv_nsec = (long)(deadline_ns % 1000000000u)};
	int rc = 0;

	(void)pthread_mutex_lock(&o->lock);
	while (!o->done && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&o->changed, &o->lock, &until);
	bool done = o->done;

	o->abandoned = !done;
	(void)pthread_mutex_unlock(&o->lock);
	return done;
}

int libvirt_connect(const char *uri, virConnectPtr *ret_connection, struct error *err)
{
	struct opening *o = opening_new(uri);
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, opening_main, o);

	if (rc) {
		opening_free(o);
		return error_errno(err, rc, "cannot start a thread to connect");
	}
	(void)pthread_detach(thread);
	if (!opening_wait(o))
		return error_set(err, -ETIMEDOUT, "%s: cannot connect: no answer within %u s", uri,
				 (unsigned)(CONNECT_TIMEOUT_NS / 1000000000u));
	rc = o->rc;
	if (!rc) {
		*ret_connection = o->connection;
		(void)virConnectSetKeepAlive(o->connection, KEEPALIVE_S, KEEPALIVE_COUNT);
	} else if (err) {
		*err = o->err;
	}
	opening_free(o);
	return rc;
}
