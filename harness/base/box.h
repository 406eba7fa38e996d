/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A box: a flat, fully resolved description of a container. runtimes/namespace*.c builds it, whoever
 * receives it checks it, a starter only executes it: no look-ups, no allocation, no decisions. Descriptors
 * are named by their index in the list that travels with the box, texts by their offset in `text`,
 * where offset 0 is the empty text and stands for "none".
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

#define BOX_VERSION 4
#define BOX_FDS_MAX 16
#define BOX_LOWERS_MAX 4
#define BOX_CGROUPS_MAX 4
#define BOX_CGROUP_FILES_MAX 8
#define BOX_MOUNTS_MAX 40
#define BOX_RLIMITS_MAX 8
#define BOX_ARGUMENTS_MAX 16
#define BOX_VARIABLES_MAX 16
#define BOX_TEXT_MAX 4096
#define BOX_FILTER_MAX 2048

/** Stages of a start, in order; each stamps the instant at which it was reached, and names where a start
 * failed. */
enum box_stage {
	BOX_STAGE_CGROUP_CREATED,
	BOX_STAGE_CLONE_CALL,
	BOX_STAGE_CHILD_FIRST,
	BOX_STAGE_CGROUP_JOINED,
	BOX_STAGE_ROOTFS_MOUNTED,
	BOX_STAGE_MOUNTS_DONE,
	BOX_STAGE_NETWORK_MADE,	  /**< by the starter, beside the child */
	BOX_STAGE_NETWORK_JOINED, /**< and what shows the network is mounted */
	BOX_STAGE_PIVOTED,
	BOX_STAGE_CONFINED, /**< host name, session, ids, capabilities and filter are set */
	BOX_STAGE_EXECVE_CALL,
	BOX_STAGE_CLONE_RETURN,
	BOX_STAGE_COUNT
};

/** A cgroup that the starter makes; the child joins it. */
struct box_cgroup {
	int32_t parent;	     /**< descriptor of the folder in which it is made */
	uint32_t name;	     /**< text: one path component */
	uint32_t join_clone; /**< 1: by CLONE_INTO_CGROUP (v2); 0: the child writes to its `tasks` (v1) */
	uint32_t file_first, file_count; /**< its part of `cgroup_files`, written in order before the join */
	int32_t ready; /**< descriptor of what is joined, its folder (v2) or its `tasks` (v1), where it was made
			  ahead; -1: the starter makes it */
};

/** A control file of a cgroup and what is written to it. */
struct box_cgroup_file {
	uint32_t name, value; /**< texts; the name is one path component */
};

/** The root: either a mount that is attached as it is, or an overlay that the child assembles. */
struct box_root {
	int32_t attached; /**< descriptor of a detached mount; -1: an overlay of what follows */
	uint32_t lower_count;
	int32_t lower[BOX_LOWERS_MAX]; /**< descriptors of folders in detached mounts, topmost first */
	int32_t upper,
	    work;	  /**< descriptors of folders in one detached mount; both -1: on a tmpfs of its own */
	uint32_t tmpfs;	  /**< option list of that tmpfs */
	uint32_t options; /**< option list of the overlay */
	uint32_t attributes; /**< MOUNT_ATTR_* of the root */
	uint32_t owner;	     /**< host's id that owns the upper folder on the tmpfs */
};

enum box_mount_kind {
	BOX_MOUNT_NEW,	       /**< a new file system of `type` with the option list `options` */
	BOX_MOUNT_ATTACH,      /**< the detached mount `fd` */
	BOX_MOUNT_DEVICES,     /**< the starter's read-only /dev, with empty pts, shm and mqueue in it */
	BOX_MOUNT_HIDE_FILE,   /**< /dev/null over the target */
	BOX_MOUNT_HIDE_FOLDER, /**< an empty read-only folder over the target */
	BOX_MOUNT_READONLY,    /**< the target over itself, read-only */
	BOX_MOUNT_KINDS
};

/** One mount below the root. Option lists are texts in pairs, key and value ("" for a flag), ended by an
 * empty key. */
struct box_mount {
	uint32_t kind;	     /**< enum box_mount_kind */
	int32_t fd;	     /**< attach: descriptor; else -1 */
	uint32_t attributes; /**< MOUNT_ATTR_* (new) */
	uint32_t target; /**< text: path below the root, without a leading slash, "..", or symbolic link */
	uint32_t type, options; /**< new: texts */
};

struct box_rlimit {
	uint32_t resource, unused;
	uint64_t soft, hard;
};

#define BOX_LOOPBACK_UP 1u	/* bring up lo in the new network namespace */
#define BOX_CGROUP_NAMESPACE 2u /* a cgroup namespace, rooted in the cgroups that were joined */
#define BOX_AHEAD 4u  /* only what is dear is made, and its descriptors are the answer: start_box_ahead() */
#define BOX_PARKED 8u /* everything but execve, which waits for start_box_release() */
#define BOX_FLAGS_ALL 15u

struct box {
	uint32_t version;    /**< BOX_VERSION */
	uint32_t flags;	     /**< BOX_LOOPBACK_UP, ... */
	uint64_t namespaces; /**< CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET; the
				first is a must */
	uint64_t bounding,
	    permitted; /**< capability sets that are kept, by bit; `permitted` is also the effective one */
	int32_t user_namespace; /**< descriptor, entered last; -1: none */
	uint32_t uid, gid;	/**< inside it */
	uint32_t hostname;	/**< text */
	uint32_t cgroup_count, cgroup_file_count, mount_count, rlimit_count;
	uint32_t argument_count, variable_count, filter_count, text_size;
	uint32_t mount_network; /**< index of the first mount that is made in the network namespace */
	uint32_t path;			       /**< text: what is executed, absolute, inside the root */
	uint32_t arguments[BOX_ARGUMENTS_MAX]; /**< texts; the first is argv[0] */
	uint32_t variables[BOX_VARIABLES_MAX]; /**< texts */
	struct box_root root;
	struct box_cgroup cgroups[BOX_CGROUPS_MAX];
	struct box_cgroup_file cgroup_files[BOX_CGROUP_FILES_MAX];
	struct box_mount mounts[BOX_MOUNTS_MAX]; /**< in this order */
	struct box_rlimit rlimits[BOX_RLIMITS_MAX];
	char text[BOX_TEXT_MAX]; /**< text[0] is the empty text; ends with NUL at text_size - 1 */
	uint32_t filter_base; /**< box_filter_digest() of the program that the starter has to run under already and
				 that `filter` completes; 0: none */
	int32_t network, ipc; /**< descriptors of namespaces that were made ahead; -1: new ones, if any */
	struct sock_filter filter[BOX_FILTER_MAX]; /**< seccomp program; 0 instructions: none */
};

/** Tells seccomp programs apart; never 0. */
uint32_t box_filter_digest(const struct sock_filter *filter, size_t count);

/** How much of a box has to travel: all but the unused end of the filter. */
size_t box_size(const struct box *box);
/**
 * Whether `size` bytes are a box that can be executed with `fd_count` descriptors: every count, index, offset
 * and flag is in range and every path is a plain one. Pure. 0, or -EINVAL with what is wrong.
 */
int box_check(const struct box *box, size_t size, size_t fd_count, struct error *err);
/** "cgroup_created", "clone_call", ...: the names of the events in the report. */
const char *box_stage_name(enum box_stage stage);
