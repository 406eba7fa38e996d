/* SPDX-License-Identifier: Apache-2.0 */
/* The checks between a description from elsewhere and a starter that believes it. */
#include "harness/base/box.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "harness/base/text.h"

#define BOX_NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)
#define BOX_ATTRIBUTES (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

const char *box_stage_name(enum box_stage stage)
{
	static const char *const names[BOX_STAGE_COUNT] = {
	    [BOX_STAGE_CGROUP_CREATED] = "cgroup_created",
	    [BOX_STAGE_CLONE_CALL] = "clone_call",
	    [BOX_STAGE_CHILD_FIRST] = "child_first",
	    [BOX_STAGE_CGROUP_JOINED] = "cgroup_joined",
	    [BOX_STAGE_ROOTFS_MOUNTED] = "rootfs_mounted",
	    [BOX_STAGE_MOUNTS_DONE] = "mounts_done",
	    [BOX_STAGE_NETWORK_MADE] = "network_made",
	    [BOX_STAGE_NETWORK_JOINED] = "network_joined",
	    [BOX_STAGE_PIVOTED] = "pivoted",
	    [BOX_STAGE_CONFINED] = "confined",
	    [BOX_STAGE_EXECVE_CALL] = "execve_call",
	    [BOX_STAGE_CLONE_RETURN] = "clone_return",
	};

	return stage < BOX_STAGE_COUNT ? names[stage] : "unknown";
}

size_t box_size(const struct box *box)
{
	return offsetof(struct box, filter) + box->filter_count * sizeof(box->filter[0]);
}

uint32_t box_filter_digest(const struct sock_filter *filter, size_t count)
{
	const unsigned char *bytes = (const unsigned char *)filter;
	uint32_t digest = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < count * sizeof(*filter); i++)
		digest = (digest ^ bytes[i]) * 16777619u;
	return digest ? digest : 1;
}

/* A box under examination; the checks below answer true for what is right. */
struct check {
	const struct box *box;
	size_t fd_count;
};

static bool check_fd(const struct check *c, int32_t fd)
{
	return fd >= 0 && (size_t)fd < c->fd_count;
}

static bool check_text(const struct check *c, uint32_t offset)
{
	return offset < c->box->text_size; /* the last byte is NUL, so every text ends */
}

static bool check_some_text(const struct check *c, uint32_t offset)
{
	return check_text(c, offset) && c->box->text[offset];
}

static bool check_component(const struct check *c, uint32_t offset)
{
	if (!check_some_text(c, offset))
		return false;
	const char *text = c->box->text + offset;

	return !strchr(text, '/') && strcmp(text, ".") && strcmp(text, "..");
}

static bool check_relative(const struct check *c, uint32_t offset)
{
	if (!check_some_text(c, offset))
		return false;
	for (const char *part = c->box->text + offset; part; part = text_behind(part, '/')) {
		size_t length = strcspn(part, "/");

		if (!length || (length == 1 && part[0] == '.') ||
		    (length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
	}
	return true;
}

/* Pairs of texts up to an empty key. */
static bool check_options(const struct check *c, uint32_t offset)
{
	while (check_some_text(c, offset)) {
		for (int i = 0; i < 2; i++) {
			if (!check_text(c, offset))
				return false;
			offset += (uint32_t)strlen(c->box->text + offset) + 1;
		}
	}
	return check_text(c, offset);
}

static bool check_texts(const struct check *c, const uint32_t *offsets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!check_text(c, offsets[i]))
			return false;
	return true;
}

static bool check_cgroups(const struct check *c)
{
	const struct box *box = c->box;
	unsigned by_clone = 0;

	for (uint32_t i = 0; i < box->cgroup_count; i++) {
		const struct box_cgroup *g = &box->cgroups[i];

		if (!check_fd(c, g->parent) || !check_component(c, g->name) || g->join_clone > 1 ||
		    g->file_first > box->cgroup_file_count ||
		    g->file_count > box->cgroup_file_count - g->file_first ||
		    (g->ready >= 0 && !check_fd(c, g->ready)))
			return false;
		by_clone += g->join_clone;
	}
	for (uint32_t i = 0; i < box->cgroup_file_count; i++)
		if (!check_component(c, box->cgroup_files[i].name) ||
		    !check_some_text(c, box->cgroup_files[i].value))
			return false;
	return by_clone <= 1;
}

static bool check_root(const struct check *c)
{
	const struct box_root *root = &c->box->root;

	if (root->attributes & ~(uint32_t)BOX_ATTRIBUTES)
		return false;
	if (root->attached >= 0)
		return check_fd(c, root->attached);
	if (!root->lower_count || root->lower_count > BOX_LOWERS_MAX || !check_options(c, root->options) ||
	    !check_options(c, root->tmpfs))
		return false;
	for (uint32_t i = 0; i < root->lower_count; i++)
		if (!check_fd(c, root->lower[i]))
			return false;
	return (root->upper < 0 && root->work < 0) || (check_fd(c, root->upper) && check_fd(c, root->work));
}

static bool check_mounts(const struct check *c)
{
	for (uint32_t i = 0; i < c->box->mount_count; i++) {
		const struct box_mount *m = &c->box->mounts[i];

		if (m->kind >= BOX_MOUNT_KINDS || !check_relative(c, m->target) ||
		    m->attributes & ~(uint32_t)BOX_ATTRIBUTES)
			return false;
		if (m->kind == BOX_MOUNT_NEW &&
		    (!check_some_text(c, m->type) || !check_options(c, m->options)))
			return false;
		if (m->kind == BOX_MOUNT_ATTACH && !check_fd(c, m->fd))
			return false;
	}
	return true;
}

static bool check_rlimits(const struct check *c)
{
	for (uint32_t i = 0; i < c->box->rlimit_count; i++)
		if (c->box->rlimits[i].resource >= RLIM_NLIMITS ||
		    c->box->rlimits[i].soft > c->box->rlimits[i].hard)
			return false;
	return true;
}

static bool check_counts(const struct box *box)
{
	return box->cgroup_count <= BOX_CGROUPS_MAX && box->cgroup_file_count <= BOX_CGROUP_FILES_MAX &&
	       box->mount_count <= BOX_MOUNTS_MAX && box->mount_network <= box->mount_count &&
	       box->rlimit_count <= BOX_RLIMITS_MAX &&
	       box->argument_count >= 1 && box->argument_count <= BOX_ARGUMENTS_MAX &&
	       box->variable_count <= BOX_VARIABLES_MAX && box->filter_count <= BOX_FILTER_MAX &&
	       box->text_size >= 1 && box->text_size <= BOX_TEXT_MAX && !box->text[0] &&
	       !box->text[box->text_size - 1];
}

/* A namespace that was made ahead is one that the box has. */
static bool check_ready(const struct check *c, int32_t fd, uint64_t namespace)
{
	return fd < 0 || (c->box->namespaces & namespace && check_fd(c, fd));
}

static bool check_flags(const struct check *c)
{
	const struct box *box = c->box;

	return !(box->flags & ~BOX_FLAGS_ALL) && !(box->namespaces & ~(uint64_t)BOX_NAMESPACES) &&
	       box->namespaces & CLONE_NEWNS &&
	       (!(box->flags & BOX_LOOPBACK_UP) || box->namespaces & CLONE_NEWNET) &&
	       (box->flags & (BOX_AHEAD | BOX_PARKED)) != (BOX_AHEAD | BOX_PARKED) &&
	       check_ready(c, box->network, CLONE_NEWNET) && check_ready(c, box->ipc, CLONE_NEWIPC) &&
	       (!box->hostname || box->namespaces & CLONE_NEWUTS) && !(box->permitted & ~box->bounding) &&
	       (box->user_namespace < 0 || check_fd(c, box->user_namespace));
}

static bool check_command(const struct check *c)
{
	const struct box *box = c->box;

	return check_text(c, box->path) && box->text[box->path] == '/' && check_text(c, box->hostname) &&
	       check_texts(c, box->arguments, box->argument_count) &&
	       check_texts(c, box->variables, box->variable_count);
}

int box_check(const struct box *box, size_t size, size_t fd_count, struct error *err)
{
	static const struct {
		const char *what;
		bool (*check)(const struct check *c);
	} checks[] = {
	    {"flags, capabilities or user namespace", check_flags},
	    {"command", check_command},
	    {"cgroups", check_cgroups},
	    {"root", check_root},
	    {"mounts", check_mounts},
	    {"resource limits", check_rlimits},
	};
	struct check c = {.box = box, .fd_count = fd_count};

	if (size < offsetof(struct box, filter) || box->version != BOX_VERSION || !check_counts(box) ||
	    size != box_size(box) || fd_count > BOX_FDS_MAX)
		return error_set(err, -EINVAL, "box: not of version %d, or a count is out of range",
				 BOX_VERSION);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!checks[i].check(&c))
			return error_set(err, -EINVAL, "box: the %s are not in order", checks[i].what);
	return 0;
}
