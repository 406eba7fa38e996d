/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interface of a way to start the payload. One file in runtimes/ and one line in
 * runtimes/table.c make a new one.
 *
 * A runtime never reads a clock, never loops over samples, never prints, and never sleeps or polls
 * to wait for something. It keeps what it needs in subject->state and instance->state. Every
 * operation but destroy and finish returns 0 or a negative errno with `err` set. Order of calls:
 *
 *	probe                                            any time, also without a run
 *	prepare (create start inspect* stop destroy)* finish      one subject's life in a run
 *
 * After a failure of create, start, inspect or stop, destroy is called all the same. What an engine does not answer in
 * time is a failure too: create, start, inspect and stop give up at in->deadline_ns with -ETIMEDOUT.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/model/finding.h"
#include "harness/model/instance.h"
#include "harness/model/remote-image.h"
#include "harness/model/subject.h"

enum runtime_kind {
	RUNTIME_PROCESS,
	RUNTIME_CONTAINER,
	RUNTIME_VM,
	RUNTIME_MOCK, /**< no box at all: for tests and demonstrations, never part of a claim */
};

/** An option that scenarios and "runtime:option=value" may set. */
struct runtime_option {
	const char *name;
	const char *choices; /**< "auto|kvm|tcg"; NULL: `check` or free text */
	const char *fallback; /**< the default value */
	const char *summary;
	/** Checks a free value; NULL: any text. Returns 0, or a negative errno with the text of what would be right. */
	int (*check)(const char *value, struct error *err);
};

struct runtime {
	const char *name;
	const char *summary; /**< one line for `tare list` */
	enum runtime_kind kind;
	const struct runtime_option *options; /**< ends with a row without a name; NULL: none */

	/**
	 * Can this runtime work here, for this subject? Called before a run and by `tare list` (`subject` with all
	 * defaults there). Cheap, changes nothing, needs no keeper. Fills `ret_finding`: OK "ready"; WARN works, with
	 * something missing by name; FAIL cannot work, with the reason and the remedy. Never hidden from a list.
	 */
	void (*probe)(const struct run *run, const struct subject *subject, struct finding *ret_finding);
	/** Once per subject and run, untimed: unpack images, open and warm connections, fill subject->facts
	 * and ->label. */
	int (*prepare)(const struct run *run, struct subject *subject, struct error *err);
	/**
	 * What every start reads and no instance owns: adds the paths of rows DISK_BASE and DISK_BOOT (lower files,
	 * base disk, kernel, initramfs, firmware). After prepare. NULL: they are not known, and cold cannot be proven.
	 */
	void (*artefacts)(const struct run *run, const struct subject *subject, struct costs *ret_costs);
	/** Per sample, between the events `request` and `storage_ready`: the instance's own storage, nothing else. */
	int (*create)(struct instance *in, struct error *err);
	/**
	 * Per sample, right after the event `launch`: the engine's start call. The ready byte may arrive before it
	 * returns. Sets in->pid and in->pidfd where it learns them (else they come from the channel's peer).
	 */
	int (*start)(struct instance *in, struct error *err);
	/** The instance is ready: say where its costs are. Must not disturb it. */
	int (*inspect)(struct instance *in, struct costs *ret_costs, struct error *err);
	/** The engine's stop call: end the main process now. The harness stamps its exit through the pidfd. */
	int (*stop)(struct instance *in, struct error *err);
	/**
	 * Takes anything: an instance that create never saw, that failed half-way, that is still running. Kills, waits
	 * until the kernel has let go, removes cgroup, storage, domain. After it nothing of the instance is left.
	 */
	void (*destroy)(struct instance *in);
	/**
	 * After destroy and off the clock, but timed: makes ready again what starts of this subject took from what is
	 * kept ahead for them. Returns how many starts that was for. NULL: nothing is kept.
	 */
	int (*refill)(const struct run *run, struct subject *subject, struct error *err);
	/**
	 * After stop, before destroy: what the instance has changed becomes an image upon the subject's newest one,
	 * from which its instances are then started. NULL (all three of them): the runtime makes no images.
	 */
	int (*commit)(struct instance *in, struct error *err);
	/** Adds the paths of an image's own layer as DISK_BASE: 0 is prepare's, the n-th commit made n. */
	int (*image_costs)(const struct subject *subject, size_t number, struct costs *ret_costs,
			   struct error *err);
	/** Back to prepare's image: all others are removed. No instance of them may live. finish does it too. */
	void (*revert)(struct subject *subject);
	/**
	 * What the subject's newest image holds becomes an image in one piece that shares nothing with any other in the
	 * engine; it is the newest from then on, until revert. -ENOTSUP: the subject has no such thing. NULL (all three
	 * of them): the runtime knows no registry.
	 */
	int (*pack)(struct subject *subject, struct error *err);
	/** Sends the newest image to a registry; what of it is there already is not sent again. */
	int (*push)(struct subject *subject, const struct remote_image *image, struct error *err);
	/**
	 * Fetches what the subject does not have of an image that was pushed; it is the newest from then on, until
	 * revert. Images that lie on each other must be fetched in the order in which they were pushed.
	 */
	int (*pull)(struct subject *subject, const struct remote_image *image, struct error *err);
	/**
	 * The instance is ready: runs PROTOCOL_PAYLOAD_PATH PROTOCOL_ARGUMENT_TRUE in it, the way that the runtime has
	 * for its users, and returns when it knows that this ended with status 0. NULL: it has no way in; only the
	 * payload's channel leads inside.
	 */
	int (*exec)(struct instance *in, struct error *err);
	/**
	 * After destroy: what the engine itself still knows of the instance, as text; untouched where that is nothing.
	 * NULL: the runtime has no memory of its own.
	 */
	void (*remains)(const struct instance *in, char *text, size_t size);
	/**
	 * Removes what dead runs have left in the engine itself, or only tells of it. `folder` is where runs have their
	 * private folders (an error-free look: no engine, nothing to remove). Returns how many things. NULL: no such
	 * memory.
	 */
	size_t (*sweep)(const char *folder, bool dry_run, void (*tell)(void *data, const char *what, const char *which),
			void *data);
	/** Undoes prepare; also after a prepare that failed. NULL state is fine. */
	void (*finish)(struct subject *subject);
};

/** All runtimes, in the order of `tare list`; ends with NULL. Defined in runtimes/table.c. */
extern const struct runtime *const runtimes[];

/** The runtime of that name; NULL: there is none. */
const struct runtime *runtime_find(const char *name);
/** The option's row; NULL: the runtime has no such option. */
const struct runtime_option *runtime_option_find(const struct runtime *runtime, const char *name);
/** "process", "container", "vm" or "mock". */
const char *runtime_kind_name(enum runtime_kind kind);
