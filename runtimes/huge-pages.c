/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/huge-pages.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static size_t starts[2]; /* under way: without, with huge pages */

int huge_pages_try(struct error *err)
{
	return prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) < 0
		       ? error_host(err, "thp=off: this kernel cannot take huge pages from a process")
		       : 0;
}

void huge_pages_enter(bool allowed)
{
	(void)pthread_mutex_lock(&lock);
	while (starts[!allowed])
		(void)pthread_cond_wait(&left, &lock);
	if (!starts[allowed]++ && !allowed)
		(void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	(void)pthread_mutex_unlock(&lock);
}

void huge_pages_leave(bool allowed)
{
	(void)pthread_mutex_lock(&lock);
	if (!--starts[allowed]) {
		if (!allowed)
			(void)prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
		(void)pthread_cond_broadcast(&left);
	}
	(void)pthread_mutex_unlock(&lock);
}
