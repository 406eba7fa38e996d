/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the keeper and of its starter: programs, boxes, guards. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/start-client.h"

int start_program_add(struct start_program *program, size_t *used, const char *text, struct error *err)
{
	size_t length = strlen(text) + 1;

	if (length > sizeof(program->text) - *used)
		return error_set(err, -E2BIG, "%s: more than %zu bytes of arguments and environment",
				 program->text, sizeof(program->text));
	(void)memcpy(program->text + *used, text, length);
	*used += length;
	return 0;
}

/* What a reply says about a start; the pidfd goes to the caller. */
static void reply_started(struct start_client *client, const struct start_message *reply,
			  struct packet_fds *fds, struct started *ret_started)
{
	*ret_started = (struct started){.pid = reply->pid, .pidfd = -1, .stamp_count = reply->stamp_count};
	if (ret_started->stamp_count > START_STAMPS_MAX)
		ret_started->stamp_count = START_STAMPS_MAX;
	(void)memcpy(ret_started->stamps, reply->stamps, sizeof(reply->stamps));
	if (fds->count) {
		ret_started->pidfd = fds->fds[0];
		fds->fds[0] = -1;
	}
	packet_close(fds);
	for (uint32_t i = 0; i < ret_started->stamp_count; i++)
		if (reply->pid && reply->stamps[i].stage == BOX_STAGE_CLONE_CALL)
			client_forget(client, reply->pid, reply->stamps[i].t_ns);
}

int start_program(struct start_client *client, const struct start_program *program,
		  struct started *ret_started, struct error *err)
{
	struct start_request request = {.kind = START_PROGRAM, .program = *program};
	struct start_message reply;
	struct packet_fds fds;
	int rc = client_request(client, &request, offsetof(struct start_request, program) + sizeof(*program),
				&reply, &fds, err);

	if (rc < 0)
		return rc;
	reply_started(client, &reply, &fds, ret_started);
	if (reply.errnum)
		return error_errno(err, reply.errnum, "%s: cannot start (%s)", program->text,
				   box_stage_name(reply.stage));
	return 0;
}

/* One message of the starter, of exactly the size of a reply. */
static int starter_read(struct start_client *client, struct start_message *ret_reply,
			struct packet_fds *ret_fds, struct error *err)
{
	ssize_t got = packet_receive(client->starter, ret_reply, sizeof(*ret_reply), ret_fds, 0);

	if (got == sizeof(*ret_reply))
		return 0;
	packet_close(ret_fds);
	return error_set(err, -EPIPE, "the starter of containers is gone");
}

/* Tells a new starter what to put itself under. */
static int starter_restrict(struct start_client *client, struct error *err)
{
	struct start_message reply;
	struct packet_fds fds;

	if (!client->base)
		return 0;
	size_t size = offsetof(struct start_filter, filter) + client->base->count * sizeof(client->base->filter[0]);
	int rc = packet_send(client->starter, client->base, size, NULL, 0);

	if (rc < 0)
		return error_errno(err, -rc, "cannot ask the starter of containers");
	rc = starter_read(client, &reply, &fds, err);
	if (rc < 0)
		return rc;
	packet_close(&fds);
	return reply.errnum ? error_errno(err, reply.errnum, "the starter of containers cannot install its filter")
			    : 0;
}

/* The connection to a starter, made when first asked for. */
static int starter_connect(struct start_client *client, struct error *err)
{
	struct start_request request = {.kind = START_STARTER};
	struct start_message reply;
	struct packet_fds fds;

	if (client->starter >= 0)
		return 0;
	int rc = client_request(client, &request, offsetof(struct start_request, path), &reply, &fds, err);

	if (rc < 0)
		return rc;
	if (reply.errnum || fds.count != 1) {
		packet_close(&fds);
		return error_errno(err, reply.errnum ? reply.errnum : EPROTO,
				   "cannot start a starter of containers");
	}
	client->starter = fds.fds[0];
	client->starters++;
	rc = starter_read(client, &reply, &fds, err);
	if (!rc && reply.errnum)
		rc = error_errno(err, reply.errnum,
				 "the starter of containers cannot make its namespaces");
	if (!rc)
		rc = starter_restrict(client, err);
	if (rc < 0)
		(void)close(steal_fd(&client->starter));
	return rc;
}

/* One question to the starter and its answer. A starter that fails at it is given up: the next one asks a new one. */
static int starter_ask(struct start_client *client, const void *request, size_t size, const struct packet_fds *fds,
		       struct start_message *ret_reply, struct packet_fds *ret_fds, struct error *err)
{
	int rc = packet_send(client->starter, request, size, fds, 0);

	if (rc < 0)
		rc = error_errno(err, -rc, "cannot ask the starter of containers");
	else
		rc = starter_read(client, ret_reply, ret_fds, err);
	if (rc < 0)
		(void)close(steal_fd(&client->starter));
	return rc;
}

/* The same for a box; a reply that says no is an error, too. */
static int starter_ask_box(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
			   struct start_message *ret_reply, struct packet_fds *ret_fds, struct error *err)
{
	struct packet_fds sent = {.count = fd_count};
	int rc = box_check(box, box_size(box), fd_count, err);

	if (rc < 0)
		return rc;
	(void)memcpy(sent.fds, fds, fd_count * sizeof(*fds));
	(void)pthread_mutex_lock(&client->starter_lock);
	rc = starter_connect(client, err);
	if (!rc)
		rc = starter_ask(client, box, box_size(box), &sent, ret_reply, ret_fds, err);
	(void)pthread_mutex_unlock(&client->starter_lock);
	return rc;
}

static int reply_error(const struct start_message *reply, struct error *err)
{
	return reply->errnum ? error_errno(err, reply->errnum, "the container did not reach %s (step %u)",
					   box_stage_name(reply->stage), reply->detail)
			     : 0;
}

int start_box(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
	      struct started *ret_started, struct error *err)
{
	struct start_message reply;
	struct packet_fds reply_fds;

	*ret_started = (struct started){.pidfd = -1};
	int rc = starter_ask_box(client, box, fds, fd_count, &reply, &reply_fds, err);

	if (rc < 0)
		return rc;
	reply_started(client, &reply, &reply_fds, ret_started);
	return reply_error(&reply, err);
}

int start_box_ahead(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
		    struct packet_fds *ret_fds, struct error *err)
{
	struct start_message reply;

	ret_fds->count = 0;
	int rc = starter_ask_box(client, box, fds, fd_count, &reply, ret_fds, err);

	if (rc < 0)
		return rc;
	rc = reply_error(&reply, err);
	if (rc < 0)
		packet_close(ret_fds);
	return rc;
}

int start_box_release(struct start_client *client, pid_t pid, struct started *ret_started, struct error *err)
{
	const struct start_release request = {.kind = START_RELEASE, .pid = pid};
	struct start_message reply;
	struct packet_fds fds;

	*ret_started = (struct started){.pidfd = -1};
	(void)pthread_mutex_lock(&client->starter_lock);
	int rc = client->starter < 0 ? error_errno(err, ESRCH, "the starter of the parked container is gone")
				     : starter_ask(client, &request, sizeof(request), NULL, &reply, &fds, err);

	(void)pthread_mutex_unlock(&client->starter_lock);
	if (rc < 0)
		return rc;
	reply_started(client, &reply, &fds, ret_started);
	return reply_error(&reply, err);
}

int start_status(struct start_client *client, struct start_status *ret_status, struct error *err)
{
	struct start_request request = {.kind = START_STATUS};
	struct start_message reply;
	struct packet_fds fds;
	int rc = client_request(client, &request, offsetof(struct start_request, path), &reply, &fds, err);

	if (rc < 0)
		return rc;
	packet_close(&fds);
	*ret_status = reply.status;
	return 0;
}

static int client_guard(struct start_client *client, enum start_kind kind, const char *path,
			struct error *err)
{
	struct start_request request = {.kind = kind};
	struct start_message reply;
	struct packet_fds fds;
	size_t length = strlen(path) + 1;

	if (length > sizeof(request.path))
		return error_errno(err, ENAMETOOLONG, "%s", path);
	(void)memcpy(request.path, path, length);
	int rc = client_request(client, &request, offsetof(struct start_request, path) + length, &reply, &fds,
				err);

	if (rc < 0)
		return rc;
	packet_close(&fds);
	return reply.errnum ? error_errno(err, reply.errnum, "%s: the keeper does not guard it", path) : 0;
}

int start_guard_folder(struct start_client *client, const char *path, struct error *err)
{
	return client_guard(client, START_GUARD_FOLDER, path, err);
}

int start_guard_cgroup(struct start_client *client, const char *path, struct error *err)
{
	return client_guard(client, START_GUARD_CGROUP, path, err);
}

/* The filter is kept for the starters to come. A starter that runs already gets it now. */
static int base_set(struct start_client *client, const struct sock_filter *base, size_t count, struct error *err)
{
	if (client->base)
		return client->base->count == count && !memcmp(client->base->filter, base, count * sizeof(*base))
			   ? 0
			   : error_errno(err, EEXIST, "the starter of containers runs under another filter");
	if (count > BOX_FILTER_MAX)
		return error_errno(err, E2BIG, "the filter of containers");
	client->base = alloc_zero(1, sizeof(*client->base));
	client->base->kind = START_FILTER;
	client->base->count = (uint32_t)count;
	(void)memcpy(client->base->filter, base, count * sizeof(*base));
	return client->starter < 0 ? 0 : starter_restrict(client, err);
}

int start_box_prepare(struct start_client *client, const struct sock_filter *base, size_t count, struct error *err)
{
	(void)pthread_mutex_lock(&client->starter_lock);
	int rc = count ? base_set(client, base, count, err) : 0;

	if (!rc)
		rc = starter_connect(client, err);
	(void)pthread_mutex_unlock(&client->starter_lock);
	return rc;
}

/* One loan; returns the descriptor that came, 0 where none has to come, or a negative errno without a text. */
static int client_loan(struct start_client *client, const struct start_loan *loan, size_t path_count,
		       const struct packet_fds *fds, struct error *err)
{
	struct start_message reply = {0};
	struct packet_fds lent = {0};

	(void)pthread_mutex_lock(&client->starter_lock);
	int rc = starter_connect(client, err);
	bool connected = !rc;

	if (!rc)
		rc = packet_send(client->starter, loan, offsetof(struct start_loan, paths) + path_count * PATH_MAX,
				 fds, 0);
	if (!rc)
		rc = starter_read(client, &reply, &lent, err);
	if (rc < 0 && connected)
		(void)close(steal_fd(&client->starter));
	(void)pthread_mutex_unlock(&client->starter_lock);
	if (!rc && reply.errnum)
		rc = -reply.errnum;
	if (!rc && lent.count == 1)
		return lent.fds[0];
	packet_close(&lent);
	return rc;
}

static int loan_path(struct start_loan *loan, size_t index, const char *path, struct error *err)
{
	size_t length = strlen(path) + 1;

	if (length > PATH_MAX)
		return error_errno(err, ENAMETOOLONG, "%s", path);
	(void)memcpy(loan->paths[index], path, length);
	return 0;
}

int start_lend_tree(struct start_client *client, const char *path, struct error *err)
{
	struct start_loan loan = {.kind = START_LOAN_TREE};
	int rc = loan_path(&loan, 0, path, err);

	if (!rc)
		rc = client_loan(client, &loan, 1, NULL, err);
	return rc > 0 ? rc : error_errno(err, rc ? -rc : EPROTO, "%s: cannot take it as a mount", path);
}

int start_lend_overlay(struct start_client *client, const char *const paths[3], struct error *err)
{
	struct start_loan loan = {.kind = START_LOAN_OVERLAY};
	int rc = 0;

	for (size_t i = 0; !rc && i < START_LOAN_PATHS; i++)
		rc = loan_path(&loan, i, paths[i], err);
	if (!rc)
		rc = client_loan(client, &loan, START_LOAN_PATHS, NULL, err);
	return rc > 0 ? rc : error_errno(err, rc ? -rc : EPROTO, "%s: cannot make an overlay", paths[1]);
}

int start_lend_try(struct start_client *client, int one, int other, struct error *err)
{
	struct start_loan loan = {.kind = START_LOAN_TRY};
	struct packet_fds fds = {.fds = {one, other}, .count = 2};
	int rc = client_loan(client, &loan, 0, &fds, err);

	return rc < 0 ? error_errno(err, -rc, "cannot make an overlay of detached mounts") : 0;
}

unsigned start_starters(struct start_client *client)
{
	(void)pthread_mutex_lock(&client->starter_lock);
	unsigned count = client->starters;

	(void)pthread_mutex_unlock(&client->starter_lock);
	return count;
}
