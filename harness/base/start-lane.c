/* SPDX-License-Identifier: Apache-2.0 */
/* The ways to the starters: one at first, several where boxes shall start at the same time. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/start-client.h"

struct start_lane *lane_first(struct start_client *client)
{
	(void)pthread_mutex_lock(&client->lanes[0].lock);
	return &client->lanes[0];
}

struct start_lane *lane_any(struct start_client *client)
{
	unsigned count = __atomic_load_n(&client->lane_count, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < count; i++)
		if (!pthread_mutex_trylock(&client->lanes[i].lock))
			return &client->lanes[i];
	struct start_lane *lane = &client->lanes[__atomic_fetch_add(&client->turn, 1, __ATOMIC_RELAXED) % count];

	(void)pthread_mutex_lock(&lane->lock);
	return lane;
}

static const struct start_filter *base_get(struct start_client *client)
{
	(void)pthread_mutex_lock(&client->lock);
	const struct start_filter *base = client->base;

	(void)pthread_mutex_unlock(&client->lock);
	return base;
}

struct start_lane *lane_for(struct start_client *client, const struct box *box)
{
	if (box->filter_base || !base_get(client))
		return box->flags & (BOX_PARKED | BOX_AHEAD) ? lane_first(client) : lane_any(client);
	(void)pthread_mutex_lock(&client->lanes[START_LANE_PLAIN].lock);
	return &client->lanes[START_LANE_PLAIN];
}

void lane_leave(struct start_lane *lane)
{
	(void)pthread_mutex_unlock(&lane->lock);
}

/* Its starter is gone, or no good: what it kept and lent is of no use from now on. */
static void lane_lose(struct start_lane *lane)
{
	(void)__atomic_add_fetch(&lane->losses, 1, __ATOMIC_RELEASE);
	(void)close(steal_fd(&lane->socket));
}

/* One message of the starter, of exactly the size of a reply. */
static int lane_read(struct start_lane *lane, struct start_message *ret_reply, struct packet_fds *ret_fds,
		     struct error *err)
{
	ssize_t got = packet_receive(lane->socket, ret_reply, sizeof(*ret_reply), ret_fds, 0);

	if (got == sizeof(*ret_reply))
		return 0;
	packet_close(ret_fds);
	return error_set(err, -EPIPE, "the starter of containers is gone");
}

int lane_ask(struct start_lane *lane, const void *request, size_t size, const struct packet_fds *fds,
	     struct start_message *ret_reply, struct packet_fds *ret_fds, struct error *err)
{
	int rc = packet_send(lane->socket, request, size, fds, 0);

	if (rc < 0)
		rc = error_errno(err, -rc, "cannot ask the starter of containers");
	else
		rc = lane_read(lane, ret_reply, ret_fds, err);
	if (rc < 0)
		lane_lose(lane);
	return rc;
}

/* Tells a starter what to put itself under. */
static int lane_restrict(struct start_lane *lane, const struct start_filter *base, struct error *err)
{
	struct start_message reply;
	struct packet_fds fds;

	if (!base)
		return 0;
	size_t size = offsetof(struct start_filter, filter) + base->count * sizeof(base->filter[0]);
	int rc = lane_ask(lane, base, size, NULL, &reply, &fds, err);

	if (rc < 0)
		return rc;
	packet_close(&fds);
	return reply.errnum ? error_errno(err, reply.errnum, "the starter of containers cannot install its filter")
			    : 0;
}

/* The first message of a starter says whether its home stands. */
static int lane_greet(struct start_lane *lane, struct error *err)
{
	struct start_message hello;
	struct packet_fds fds;
	int rc = lane_read(lane, &hello, &fds, err);

	if (rc < 0)
		return rc;
	packet_close(&fds);
	return hello.errnum
		   ? error_errno(err, hello.errnum, "the starter of containers cannot make its namespaces")
		   : 0;
}

int lane_connect(struct start_client *client, struct start_lane *lane, struct error *err)
{
	struct start_request request = {.kind = START_STARTER, .lane = (uint32_t)(lane - client->lanes)};
	struct start_message reply;
	struct packet_fds fds;

	if (lane->socket >= 0)
		return 0;
	int rc = client_request(client, &request, offsetof(struct start_request, path), NULL, &reply, &fds,
				err);

	if (rc < 0)
		return rc;
	if (reply.errnum || fds.count != 1) {
		packet_close(&fds);
		return error_errno(err, reply.errnum ? reply.errnum : EPROTO, "cannot start a starter of containers");
	}
	lane->socket = fds.fds[0];
	rc = lane_greet(lane, err);
	if (!rc && lane != &client->lanes[START_LANE_PLAIN])
		rc = lane_restrict(lane, base_get(client), err);
	if (rc < 0 && lane->socket >= 0)
		lane_lose(lane);
	return rc;
}

static bool is_filter(const struct start_filter *kept, const struct sock_filter *base, size_t count)
{
	return kept->count == count && !memcmp(kept->filter, base, count * sizeof(*base));
}

/* Keeps the filter for the starters to come. */
static int base_set(struct start_client *client, const struct sock_filter *base, size_t count, struct error *err)
{
	if (count > BOX_FILTER_MAX)
		return error_errno(err, E2BIG, "the filter of containers");
	struct start_filter *made = alloc_zero(1, sizeof(*made));

	made->kind = START_FILTER;
	made->count = (uint32_t)count;
	(void)memcpy(made->filter, base, count * sizeof(*base));
	(void)pthread_mutex_lock(&client->lock);
	client->base = made;
	(void)pthread_mutex_unlock(&client->lock);
	return 0;
}

/* With all lanes locked. Those that run get the filter now. */
static int lanes_restrict(struct start_client *client, const struct sock_filter *base, size_t count, struct error *err)
{
	const struct start_filter *kept = base_get(client);

	if (!count || (kept && is_filter(kept, base, count)))
		return 0;
	if (kept)
		return error_errno(err, EEXIST, "the starter of containers runs under another filter");
	int rc = base_set(client, base, count, err);

	for (size_t i = 0; !rc && i < START_LANES_WIDE; i++)
		if (client->lanes[i].socket >= 0)
			rc = lane_restrict(&client->lanes[i], base_get(client), err);
	return rc;
}

int start_box_prepare(struct start_client *client, const struct sock_filter *base, size_t count, struct error *err)
{
	for (size_t i = 0; i < START_LANES_MAX; i++)
		(void)pthread_mutex_lock(&client->lanes[i].lock);
	int rc = lanes_restrict(client, base, count, err);

	if (!rc)
		rc = lane_connect(client, &client->lanes[0], err);
	for (size_t i = START_LANES_MAX; i-- > 0;)
		lane_leave(&client->lanes[i]);
	return rc;
}

static bool has_first(struct start_client *client)
{
	struct start_lane *lane = lane_first(client);
	bool has = lane->socket >= 0;

	lane_leave(lane);
	return has;
}

int start_widen(struct start_client *client, unsigned count, struct error *err)
{
	long cpus = geteuid() ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
	unsigned most = cpus < START_LANES_WIDE ? (unsigned)cpus : START_LANES_WIDE;
	bool wanted = has_first(client);
	int rc = 0;

	count = count < 1 ? 1 : count < most ? count : most;
	__atomic_store_n(&client->lane_count, count, __ATOMIC_RELEASE);
	for (unsigned i = 1; i < START_LANES_WIDE; i++) {
		struct start_lane *lane = &client->lanes[i];

		(void)pthread_mutex_lock(&lane->lock);
		if (i < count && wanted && !rc)
			rc = lane_connect(client, lane, err);
		else if (i >= count && lane->socket >= 0)
			(void)close(steal_fd(&lane->socket));
		lane_leave(lane);
	}
	return rc;
}

unsigned start_losses(struct start_client *client)
{
	return __atomic_load_n(&client->lanes[0].losses, __ATOMIC_ACQUIRE);
}
