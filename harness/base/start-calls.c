/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the keeper itself: programs, guards, its status. */
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

void client_started(struct start_client *client, const struct start_message *reply, struct packet_fds *fds,
		    struct started *ret_started)
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

int start_program(struct start_client *client, const struct start_program *program, int said,
		  struct started *ret_started, struct error *err)
{
	struct start_request request = {.kind = START_PROGRAM, .program = *program};
	struct start_message reply;
	struct packet_fds sent = {.fds = {said}, .count = said >= 0}, fds;
	int rc = client_request(client, &request, offsetof(struct start_request, program) + sizeof(*program),
				&sent, &reply, &fds, err);

	if (rc < 0)
		return rc;
	client_started(client, &reply, &fds, ret_started);
	if (reply.errnum)
		return error_errno(err, reply.errnum, "%s: cannot start (%s)", program->text,
				   box_stage_name(reply.stage));
	return 0;
}

int start_status(struct start_client *client, struct start_status *ret_status, struct error *err)
{
	struct start_request request = {.kind = START_STATUS};
	struct start_message reply;
	struct packet_fds fds;
	int rc = client_request(client, &request, offsetof(struct start_request, path), NULL, &reply, &fds,
				err);

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
	int rc = client_request(client, &request, offsetof(struct start_request, path) + length, NULL, &reply,
				&fds, err);

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
