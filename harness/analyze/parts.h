/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the time of a start-up is spent on: the phases of the middle sample (phases.h), put together by what
 * happens in them, so that a container and a guest can be held side by side. They add up to the whole as the
 * phases do.
 */
#pragma once

#include "harness/analyze/phases.h"

/* id, what people are told */
#define PARTS(X)                                                                                             \
	X(STORAGE, "own storage")                                                                            \
	X(REQUEST, "request to the starter")                                                                 \
	X(CGROUP, "cgroup")                                                                                  \
	X(CLONE, "clone, namespaces")                                                                        \
	X(MOUNTS, "mounts")                                                                                  \
	X(NETWORK, "the network")                                                                            \
	X(CONFINE, "confinement")                                                                            \
	X(EXEC, "exec")                                                                                      \
	X(CLIENT, "the client")                                                                              \
	X(DAEMON, "the daemon")                                                                              \
	X(SHIM, "containerd and the shim")                                                                   \
	X(RUNTIME, "the runtime")                                                                            \
	X(ENGINE, "the engine")                                                                              \
	X(VMM, "QEMU and its manager")                                                                       \
	X(LOADING, "firmware and loading")                                                                   \
	X(GUEST_KERNEL, "the guest kernel")                                                                  \
	X(GUEST_USER, "the guest's programs")                                                                \
	X(GUEST, "the guest, undivided")                                                                     \
	X(PAYLOAD, "the payload")                                                                            \
	X(NOTIFY, "notification")

enum part_id {
#define PART_ENUM(id, name) PART_##id,
	PARTS(PART_ENUM)
#undef PART_ENUM
		PART_COUNT
};

/** A run of neighbouring phases of one part. */
struct part {
	enum part_id id;
	double begin_ns, end_ns; /**< since the request, in the middle sample */
};

const char *part_name(enum part_id id);
/** What a phase of a subject of that kind is spent on. */
enum part_id part_of(enum analysis_kind kind, const struct phase *phase);
/** The subject's parts in order; 0: it has no middle sample. */
size_t parts_of(const struct analysis_subject *subject, struct part ret_parts[EVENT_COUNT]);

/** Where the time of one subject goes, or what it takes longer than another one. */
struct part_share {
	enum part_id id;
	double ns, ratio; /**< of the whole, or of the gap */
};
/** The parts of a subject, largest first. */
size_t parts_shares(const struct analysis_subject *subject, struct part_share ret_shares[PART_COUNT]);
/** The same of what `subject` takes longer than `reference`: only parts that it spends more on. 0: not
 * longer. */
size_t parts_gap(const struct analysis_subject *subject, const struct analysis_subject *reference,
		 struct part_share ret_shares[PART_COUNT]);
