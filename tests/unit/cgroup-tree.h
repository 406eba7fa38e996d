/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded trees of cgroups, and a run whose keeper says yes: for the tests of runtimes/cgroup.c. */
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/packet.h"
#include "runtimes/cgroup.h"

#define V1_LINES                                                                                             \
	"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"                                            \
	"31 23 0:28 / %1$s rw,relatime - tmpfs tmpfs rw,mode=755\n"                                          \
	"32 31 0:29 / %1$s/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"                         \
	"35 31 0:32 / %1$s/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"                          \
	"39 31 0:36 / %1$s/pids rw,relatime - cgroup cgroup rw,pids\n"                                       \
	"40 31 0:37 / %1$s/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"

#define V2_LINE "41 31 0:38 / %1$s/unified rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

/* A recorded world: a folder with a mountinfo file and the trees that it names. */
struct tree {
	char folder[64];
	char mountinfo[128];
	struct cgroups cgroups;
};

static inline void tree_put(const struct tree *tree, const char *name, const char *text)
{
	cleanup_free char *path = alloc_format("%s/%s", tree->folder, name);
	cleanup_free char *folder = alloc_text(path);

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dirs(folder, 0755, NULL), 0);
	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
}

static inline void tree_make(struct tree *tree, bool v1, bool v2, const char *controllers)
{
	char template[] = "/tmp/tare-test.XXXXXX";

	/* the lines name the folder, which has to be known first */
	assert_non_null(mkdtemp(template));
	cleanup_free char *one = alloc_format(V1_LINES, template);
	cleanup_free char *two = alloc_format(V2_LINE, template);
	cleanup_free char *text = alloc_format("%s%s", v1 ? one : "", v2 ? two : "");

	(void)memset(tree, 0, sizeof(*tree));
	(void)snprintf(tree->folder, sizeof(tree->folder), "%s", template);
	(void)snprintf(tree->mountinfo, sizeof(tree->mountinfo), "%s/mountinfo", template);
	tree_put(tree, "mountinfo", text);
	tree_put(tree, "unified/cgroup.controllers", controllers);
	tree_put(tree, "unified/cgroup.subtree_control", "cpu memory\n");
	tree_put(tree, "memory/tasks", "");
	tree_put(tree, "pids/tasks", "");
	assert_int_equal(cgroup_find(&tree->cgroups, tree->mountinfo, NULL, NULL), 0);
}

static inline void tree_remove(struct tree *tree)
{
	cgroup_close(&tree->cgroups);
	assert_int_equal(file_remove_tree(tree->folder, NULL), 0);
}

/* Says yes to every guard. */
static inline void *keeper_run(void *data)
{
	const int *socket = data;
	struct start_message reply = {0};
	struct start_request *request = malloc(sizeof(*request));
	struct packet_fds fds;

	while (packet_receive(*socket, request, sizeof(*request), &fds, 0) > 0)
		(void)packet_send(*socket, &reply, sizeof(reply), NULL, 0);
	free(request);
	return NULL;
}

/* A run with a keeper that says yes. */
struct kept {
	struct run run;
	pthread_t thread;
	int pair[2];
};

static inline void kept_begin(struct kept *kept)
{
	*kept = (struct kept){.run = {.id = "0123456789abcdef"}};
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, kept->pair), 0);
	assert_int_equal(pthread_create(&kept->thread, NULL, keeper_run, &kept->pair[1]), 0);
	kept->run.keeper = start_connect_fd(kept->pair[0]);
}

static inline void kept_end(struct kept *kept)
{
	start_disconnect(kept->run.keeper);
	(void)close(kept->pair[1]);
	assert_int_equal(pthread_join(kept->thread, NULL), 0);
}
