/* SPDX-License-Identifier: Apache-2.0 */
/* One started subject, and the run that it belongs to: what a runtime's operations work on. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/start.h"
#include "harness/model/subject.h"
#include "harness/model/timeline.h"

/** The places and means of one run. Names made on the host carry `id`; only such names are ever removed. */
struct run {
	char id[17];		   /**< 16 hex digits */
	char private_folder[64];   /**< "/run/tare-ID": mode 0711, sockets and whatever has a path-length limit */
	char storage[PATH_MAX];    /**< where instances' writable layers live: one file system for all subjects */
	char artifacts[PATH_MAX];  /**< payload, root tree and guest images (build/ in a checkout) */
	const char *connect_uri;   /**< libvirt URI the user asked for; NULL: the embedded driver */
	const char *subject_cpus;  /**< list of the CPUs on which everything that is measured runs; NULL: any */
	struct start_client *keeper;
};

struct instance {
	const struct run *run;
	struct subject *subject;
	char name[40];		    /**< "tare-ID-SAMPLE": unique; domain, cgroup and folders are called so */
	char group[72]; /**< what the path of its cgroup carries where that is not `name`: an engine's own id; "" */
	char socket[104];	    /**< the channel; listening before create() is called */
	char storage[PATH_MAX];     /**< RUN.storage/NAME; create() makes it, destroy() removes it */
	pid_t pid; /**< host's view of the main process: payload, container init or QEMU; 0: not known yet */
	int pidfd;		    /**< of `pid`; -1: not known yet. Owned by the measuring code */
	uint64_t deadline_ns; /**< CLOCK_MONOTONIC: an operation that waits gives up then, with -ETIMEDOUT */
	const char *greeting; /**< sent to a guest that opens its serial port: create() sets it; NULL: nothing */
	struct timeline *timeline;  /**< a runtime only adds stamps that others took (keeper, QMP): it never
				       reads a clock */
	int failure_fd;		    /**< eventfd; written by instance_fail() */
	bool failing, failed; /**< `failed` is set when `failure` can be read, before failure_fd is written */
	struct error failure;
	void *state;		    /**< the runtime's own; destroy() frees it */
};

/** For a runtime's event thread: this instance will not become ready (engine said so). Wakes the waiting
 * harness. First call wins. */
void instance_fail(struct instance *in, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Which row of the disk table (method R3.3) a path belongs to. */
enum disk_row {
	DISK_INSTANCE, /**< the instance's own writable layer */
	DISK_BASE,     /**< image shared by all instances of the subject */
	DISK_BOOT,     /**< kernel, initramfs, firmware: a container has none, it uses the host's kernel */
	DISK_PLATFORM, /**< programs of the runtime itself */
	DISK_ROW_COUNT
};

#define COSTS_PROCESSES_MAX 32
#define COSTS_PATHS_MAX 16

/** Where an instance's costs are; filled by inspect(). The measuring code reads the numbers. */
struct costs {
	pid_t processes[COSTS_PROCESSES_MAX]; /**< every process that exists for this instance alone (QEMU,
						 shim, payload) */
	size_t process_count;
	uint64_t guest_ram_bytes; /**< configured RAM of a guest, to find its mapping (R2.9); 0 for none */
	bool own_cgroup;	  /**< the main process sits in a cgroup of its own (found through /proc/PID/cgroup) */
	struct {
		enum disk_row row;
		char path[PATH_MAX]; /**< file or folder */
	} paths[COSTS_PATHS_MAX];
	size_t path_count;
	/** A device inside that lies on the instance's own layer, and where nothing lies on it that anybody uses; "":
	 * none. */
	char device[32];
	uint64_t device_offset;
};

void costs_add_process(struct costs *costs, pid_t pid);
void costs_add_path(struct costs *costs, enum disk_row row, const char *path);
bool costs_has_row(const struct costs *costs, enum disk_row row);
