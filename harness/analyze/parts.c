/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/analyze/parts.h"

#include <stdlib.h>
#include <string.h>

const char *part_name(enum part_id id)
{
	static const char *const names[PART_COUNT] = {
#define PART_NAME(id, name) [PART_##id] = name,
		PARTS(PART_NAME)
#undef PART_NAME
	};

	return names[id];
}

/* What ends with each event, for whatever is no VM and for a VM. PART_COUNT: such a subject has no such event. */
static const struct {
	enum part_id plain, vm;
} event_parts[EVENT_COUNT] = {
	[EVENT_STORAGE_READY] = {PART_STORAGE, PART_STORAGE},
	[EVENT_LAUNCH] = {PART_STORAGE, PART_STORAGE},
	[EVENT_RUNTIME_SPAWN] = {PART_REQUEST, PART_COUNT},
	[EVENT_RUNTIME_EXIT] = {PART_RUNTIME, PART_COUNT},
	[EVENT_START_CALL] = {PART_REQUEST, PART_COUNT},
	[EVENT_ENGINE_BEGIN] = {PART_CLIENT, PART_COUNT},
	[EVENT_API_CREATE_RETURN] = {PART_DAEMON, PART_COUNT},
	[EVENT_ENGINE_CREATE] = {PART_DAEMON, PART_COUNT},
	[EVENT_BUNDLE_WRITTEN] = {PART_DAEMON, PART_COUNT},
	[EVENT_SHIM_READY] = {PART_SHIM, PART_COUNT},
	[EVENT_RUNTIME_CREATED] = {PART_RUNTIME, PART_COUNT},
	[EVENT_ENGINE_START] = {PART_ENGINE, PART_COUNT},
	[EVENT_API_START_RETURN] = {PART_ENGINE, PART_COUNT},
	[EVENT_CGROUP_CREATED] = {PART_CGROUP, PART_COUNT},
	[EVENT_CLONE_CALL] = {PART_REQUEST, PART_VMM},
	[EVENT_CHILD_FIRST] = {PART_CLONE, PART_VMM},
	[EVENT_CGROUP_JOINED] = {PART_CGROUP, PART_COUNT},
	[EVENT_ROOTFS_MOUNTED] = {PART_MOUNTS, PART_COUNT},
	[EVENT_MOUNTS_DONE] = {PART_MOUNTS, PART_COUNT},
	[EVENT_NETWORK_MADE] = {PART_NETWORK, PART_COUNT},
	[EVENT_NETWORK_JOINED] = {PART_NETWORK, PART_COUNT},
	[EVENT_PIVOTED] = {PART_CONFINE, PART_COUNT},
	[EVENT_CONFINED] = {PART_CONFINE, PART_COUNT},
	[EVENT_EXECVE_CALL] = {PART_EXEC, PART_VMM},
	[EVENT_CLONE_RETURN] = {PART_CLONE, PART_VMM},
	[EVENT_QEMU_CONNECTED] = {PART_COUNT, PART_VMM},
	[EVENT_VM_RUNNING] = {PART_COUNT, PART_VMM},
	[EVENT_START_RETURN] = {PART_ENGINE, PART_VMM},
	[EVENT_KERNEL_CLOCK_ZERO] = {PART_COUNT, PART_LOADING},
	[EVENT_INIT_EXEC] = {PART_COUNT, PART_GUEST_KERNEL},
	[EVENT_INIT_FIRST] = {PART_COUNT, PART_GUEST_USER},
	[EVENT_USER_MAIN] = {PART_EXEC, PART_GUEST_USER},
	[EVENT_READY_SRC] = {PART_PAYLOAD, PART_PAYLOAD},
	[EVENT_READY_OBS] = {PART_NOTIFY, PART_NOTIFY},
};

static enum part_id event_part(enum analysis_kind kind, enum event_id id)
{
	return kind == KIND_VM ? event_parts[id].vm : event_parts[id].plain;
}

/* A phase that spans events which were not stamped is spent on all that would have ended with them. */
enum part_id part_of(enum analysis_kind kind, const struct phase *phase)
{
	enum part_id part = event_part(kind, phase->to);

	if (kind == KIND_VM && phase->from < EVENT_KERNEL_CLOCK_ZERO && phase->to > EVENT_KERNEL_CLOCK_ZERO)
		return PART_GUEST;
	if (kind == KIND_VM && phase->from < EVENT_INIT_EXEC && phase->to > EVENT_INIT_EXEC)
		return PART_GUEST;
	/* A parked container has nothing else left to do: it takes until it hears of it. */
	if (kind != KIND_VM && phase->from == EVENT_LAUNCH && phase->to == EVENT_EXECVE_CALL)
		return PART_REQUEST;
	if (kind != KIND_VM && phase->from <= EVENT_LAUNCH && phase->to >= EVENT_USER_MAIN)
		return PART_ENGINE;
	/* An engine's start ends with the payload's exec; what comes before is not stamped. */
	if (kind != KIND_VM && phase->to == EVENT_USER_MAIN && phase->from < EVENT_CGROUP_CREATED)
		return phase->from == EVENT_API_CREATE_RETURN ? PART_ENGINE : PART_RUNTIME;
	return part == PART_COUNT ? PART_ENGINE : part;
}

size_t parts_of(const struct analysis_subject *subject, struct part ret_parts[EVENT_COUNT])
{
	struct phase phases[EVENT_COUNT];
	size_t count = subject->medoid ? phases_of_sample(subject->medoid, phases) : 0, used = 0;
	double now_ns = 0;

	for (size_t i = 0; i < count; i++) {
		enum part_id id = part_of(subject->kind, &phases[i]);

		if (!used || ret_parts[used - 1].id != id)
			ret_parts[used++] = (struct part){.id = id, .begin_ns = now_ns};
		now_ns += phases[i].medoid_ns;
		ret_parts[used - 1].end_ns = now_ns;
	}
	return used;
}

static double parts_sum(const struct analysis_subject *subject, double ret_ns[PART_COUNT])
{
	struct part parts[EVENT_COUNT];
	size_t count = parts_of(subject, parts);

	(void)memset(ret_ns, 0, PART_COUNT * sizeof(ret_ns[0]));
	for (size_t i = 0; i < count; i++)
		ret_ns[parts[i].id] += parts[i].end_ns - parts[i].begin_ns;
	return count ? parts[count - 1].end_ns : 0;
}

static int compare_shares(const void *a, const void *b)
{
	const struct part_share *x = a, *y = b;

	return x->ns == y->ns ? (int)x->id - (int)y->id : x->ns > y->ns ? -1 : 1;
}

static size_t shares_make(const double ns[PART_COUNT], double whole_ns, struct part_share *ret_shares)
{
	size_t count = 0;

	for (size_t i = 0; whole_ns > 0 && i < PART_COUNT; i++)
		if (ns[i] > 0)
			ret_shares[count++] = (struct part_share){(enum part_id)i, ns[i], ns[i] / whole_ns};
	if (count)
		qsort(ret_shares, count, sizeof(ret_shares[0]), compare_shares);
	return count;
}

size_t parts_shares(const struct analysis_subject *subject, struct part_share ret_shares[PART_COUNT])
{
	double ns[PART_COUNT];
	double whole_ns = parts_sum(subject, ns);

	return shares_make(ns, whole_ns, ret_shares);
}

size_t parts_gap(const struct analysis_subject *subject, const struct analysis_subject *reference,
		 struct part_share ret_shares[PART_COUNT])
{
	double ns[PART_COUNT], other_ns[PART_COUNT];
	double gap_ns = parts_sum(subject, ns) - parts_sum(reference, other_ns);

	for (size_t i = 0; i < PART_COUNT; i++)
		ns[i] -= other_ns[i];
	return shares_make(ns, gap_ns, ret_shares);
}
