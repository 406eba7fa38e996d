/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of one sample. The names are those of method 1.2, 1.4 and 1.5, the same for every
 * runtime. An event that did not happen is absent; a phase is the span between two events and is never stored.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/clock.h"
#include "harness/base/json.h"

/* id, name in the report, what it marks. In the order in which they normally happen. */
#define TIMELINE_EVENTS(X)                                                                              \
	X(REQUEST, "request", "t0: last action before the first instance-specific one")                \
	X(STORAGE_READY, "storage_ready", "the instance's own writable layer exists")                  \
	X(LAUNCH, "launch", "immediately before the engine's start call")                              \
	X(RUNTIME_SPAWN, "runtime_spawn", "the runtime's program is started for the first time")       \
	X(RUNTIME_EXIT, "runtime_exit", "that program has ended: the container is created, not started") \
	X(START_CALL, "start_call", "the second call, which starts what was created")                  \
	X(ENGINE_BEGIN, "engine_begin", "the daemon begins to make the container: its own `Created`")  \
	X(API_CREATE_RETURN, "api_create_return", "the daemon has answered the request to create")     \
	X(ENGINE_CREATE, "engine_create", "the daemon's own event `create`")                           \
	X(BUNDLE_WRITTEN, "bundle_written", "the bundle's config.json is written (file time)")         \
	X(SHIM_READY, "shim_ready", "the shim has told where it listens (file time)")                  \
	X(RUNTIME_CREATED, "runtime_created", "the runtime has written the process id of what it created (file time)") \
	X(CGROUP_CREATED, "cgroup_created", "the instance's cgroup and its limits are set")            \
	X(CLONE_CALL, "clone_call", "the starter calls clone3")                                        \
	X(CHILD_FIRST, "child_first", "first statement of the child")                                  \
	X(CGROUP_JOINED, "cgroup_joined", "the child is in its cgroup")                                \
	X(ROOTFS_MOUNTED, "rootfs_mounted", "the overlay is mounted")                                  \
	X(MOUNTS_DONE, "mounts_done", "/proc, /dev, the channel and the masks are mounted")            \
	X(NETWORK_MADE, "network_made", "the network namespace exists (side event)")                   \
	X(NETWORK_JOINED, "network_joined", "the child is in it, and /sys, which shows it, is mounted") \
	X(PIVOTED, "pivoted", "the root is the instance's own")                                        \
	X(CONFINED, "confined", "ids, capabilities and system call filter are set")                    \
	X(EXECVE_CALL, "execve_call", "the child calls execve")                                        \
	X(CLONE_RETURN, "clone_return", "clone3 returned to the starter (side event)")                 \
	X(QEMU_CONNECTED, "qemu_connected", "QEMU opened its channel: its main() has parsed its devices") \
	X(VM_RUNNING, "vm_running", "the virtual CPUs were started: first guest instruction")          \
	X(ENGINE_START, "engine_start", "the daemon's own event `start` (side event)")                 \
	X(API_START_RETURN, "api_start_return", "the daemon has answered the request to start (side event)") \
	X(START_RETURN, "start_return", "the engine's start call returned (side event)")               \
	X(KERNEL_CLOCK_ZERO, "kernel_clock_zero", "the guest kernel's clock started")                  \
	X(INIT_EXEC, "init_exec", "the guest kernel is about to run /init")                            \
	X(INIT_FIRST, "init_first", "first instruction of the guest's /init")                          \
	X(USER_MAIN, "user_main", "the payload's first instruction")                                   \
	X(READY_SRC, "ready_src", "the payload is about to send the ready byte")                       \
	X(READY_OBS, "ready_obs", "the harness has the ready byte: end of the headline")               \
	X(STOP_CALL, "stop_call", "immediately before the engine's stop call")                         \
	X(EXITED, "exited", "the instance's main process ended (pidfd)")                               \
	X(STOP_RETURN, "stop_return", "the engine's stop call returned (side event)")                  \
	X(RELEASED, "released", "cgroup, storage and names of the instance are gone")

enum event_id {
#define TIMELINE_ENUM(id, name, text) EVENT_##id,
	TIMELINE_EVENTS(TIMELINE_ENUM)
#undef TIMELINE_ENUM
	EVENT_COUNT
};

/** One instant: CLOCK_MONOTONIC in ns, how far off it may be, and who stamped it ("harness", "keeper", "payload",
 *  "accept", "qmp", "pidfd"; a static string). `set`: it happened. `real`: t_ns is still wall-clock time. */
struct event {
	uint64_t t_ns, err_ns;
	const char *source;
	bool set, real;
};

/** Filled by several threads; each event at most once (a second mark of the same event is ignored). */
struct timeline {
	pthread_mutex_t lock;
	struct event events[EVENT_COUNT];
};

void timeline_init(struct timeline *t);
void timeline_destroy(struct timeline *t);
/** For the measuring code: the event is now. Its error is that of one clock reading. */
void timeline_mark(struct timeline *t, enum event_id id, const char *source);
/** For stamps that somebody else took on the host's monotonic clock (keeper, payload). */
void timeline_add(struct timeline *t, enum event_id id, uint64_t t_ns, uint64_t err_ns, const char *source);
/** For stamps on the wall clock (QMP, Docker); timeline_map_real() turns them into monotonic ones. */
void timeline_add_real(struct timeline *t, enum event_id id, uint64_t real_ns, uint64_t err_ns, const char *source);
void timeline_map_real(struct timeline *t, const struct clock_bracket *begin, const struct clock_bracket *end);
/** Forgets those stamps: the wall clock was set meanwhile (method R1.28). */
void timeline_drop_real(struct timeline *t);
/** A copy of one event, under the lock. */
struct event timeline_get(struct timeline *t, enum event_id id);
/** Name in the report, and back (EVENT_COUNT: unknown). */
const char *event_name(enum event_id id);
const char *event_text(enum event_id id);
enum event_id event_by_name(const char *name);
