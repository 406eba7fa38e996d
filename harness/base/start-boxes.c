/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the starters: boxes, what is done ahead for them, loans. Whatever something later depends on is the
 * first one's: it keeps the parked, and it lends.
 */
#include <errno.h>
#include <string.h>

#include "harness/base/start-client.h"

/* A box for a starter; a reply that says no is an error of the caller's. */
static int ask_box(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
		   struct start_message *ret_reply, struct packet_fds *ret_fds, struct error *err)
{
	struct packet_fds sent = {.count = fd_count};
	int rc = box_check(box, box_size(box), fd_count, err);

	if (rc < 0)
		return rc;
	(void)memcpy(sent.fds, fds, fd_count * sizeof(*fds));
	struct start_lane *lane = lane_for(client, box);

	rc = lane_connect(client, lane, err);
	if (!rc)
		rc = lane_ask(lane, box, box_size(box), &sent, ret_reply, ret_fds, err);
	lane_leave(lane);
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
	int rc = ask_box(client, box, fds, fd_count, &reply, &reply_fds, err);

	if (rc < 0)
		return rc;
	client_started(client, &reply, &reply_fds, ret_started);
	return reply_error(&reply, err);
}

int start_box_ahead(struct start_client *client, const struct box *box, const int *fds, size_t fd_count,
		    struct packet_fds *ret_fds, struct error *err)
{
	struct start_message reply;

	ret_fds->count = 0;
	int rc = ask_box(client, box, fds, fd_count, &reply, ret_fds, err);

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
	struct start_lane *lane = lane_first(client);
	int rc = lane->socket < 0 ? error_errno(err, ESRCH, "the starter of the parked container is gone")
				  : lane_ask(lane, &request, sizeof(request), NULL, &reply, &fds, err);

	lane_leave(lane);
	if (rc < 0)
		return rc;
	client_started(client, &reply, &fds, ret_started);
	return reply_error(&reply, err);
}

/* One loan; returns the descriptor that came, 0 where none has to come, or a negative errno without a text. */
static int client_loan(struct start_client *client, const struct start_loan *loan, size_t path_count,
		       const struct packet_fds *fds, struct error *err)
{
	struct start_message reply = {0};
	struct packet_fds lent = {0};
	size_t size = offsetof(struct start_loan, paths) + path_count * PATH_MAX;
	struct start_lane *lane = lane_first(client);
	int rc = lane_connect(client, lane, err);

	if (!rc)
		rc = lane_ask(lane, loan, size, fds, &reply, &lent, err);
	lane_leave(lane);
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
