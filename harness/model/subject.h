/* SPDX-License-Identifier: Apache-2.0 */
/* The thing that is compared: one fully specified way to start the payload (method R1.1). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/digest.h"
#include "harness/base/error.h"
#include "harness/base/json.h"

struct runtime;

#define SUBJECT_NAME_MAX 64
#define SUBJECT_CONTROL "control"
#define SUBJECT_PREPARED "prepared" /* pools, parked containers, restored guests: started ahead, waiting to be used */
#define SUBJECT_SETTINGS_MAX 16
#define SUBJECT_NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:="

/** What the instance's root file system is; classes that are never compared with each other. */
enum subject_root {
	ROOT_IMAGE, /**< the root tree of build/root */
	ROOT_NONE,  /**< nothing but the payload */
	ROOT_LARGE, /**< that tree and base/: a file of 64 MiB and one of 2 bytes, to be written to */
	ROOT_COUNT
};

/** What is in the page cache before each start; two classes that are never compared with each other (method 1.8). */
enum subject_cache {
	CACHE_UNSAID, /**< warm, unless the whole run says otherwise */
	CACHE_WARM, /**< all artefacts */
	CACHE_COLD, /**< none of them, for this kernel */
};

/** The same envelope for every subject of a scenario. 0: no limit. */
struct limits {
	uint64_t memory_bytes; /**< cgroup limit of a container, RAM of a guest */
	uint64_t pids_count;   /**< tasks in a container; a guest has its own kernel and takes none */
	uint64_t cpus_count;   /**< virtual CPUs of a guest; a container's affinity is the run's */
};

/** One option of the runtime that the scenario set, as text. */
struct setting {
	char name[32], value[96];
};

/** One NAME=VALUE for the payload's environment; for test hooks of protocol.h only. */
struct payload_variable {
	char text[96];
};

struct subject {
	char name[SUBJECT_NAME_MAX]; /**< unique in the scenario; letters, digits and "-_.:=" only */
	const struct runtime *runtime;
	enum subject_root root;
	enum subject_cache cache;
	struct limits limits;
	struct setting settings[SUBJECT_SETTINGS_MAX];
	size_t setting_count;
	struct payload_variable variables[4];
	size_t variable_count;
	bool optional;	     /**< where it cannot work it is left out, and nothing is wrong with the run */
	bool limit_is_tried; /**< an experiment looks for the least memory: a runtime refuses none as too little */
	uint64_t timeout_ns; /**< from launch to ready; 0: the runtime's default for what it finds (method R5.10) */

	/* Filled by the runtime's prepare(). */
	void *state;	    /**< the runtime's own; finish() frees it */
	int daemons[4]; /**< process ids of what serves all instances of the engine: only its growth is theirs */
	size_t daemon_count;
	bool connected; /**< its instances have PROTOCOL_ENV_PEER, and a way there */
	struct json *facts; /**< object: engine {name, version,...}, config {...}, guest {...}: method section
			       7, `subjects` */
	char label[32]; /**< what must stand beside the name everywhere: "tcg", "kvm-software"; "" for none */
	/** Only subjects of one class are compared: "plain" (what "" stands for), one for what was done ahead of the
	 * start, and SUBJECT_CONTROL, which is compared with nobody and may run something else than the payload. */
	char class[16];
	char hash[DIGEST_HEX]; /**< over the canonical JSON of the subject (method R1.1) */
};

/** The subject's value of a runtime option, or the option's default; never NULL for an option that exists. */
const char *subject_setting(const struct subject *subject, const char *option);
/** Sets an option by name after checking it against the runtime's table. `where` begins the error text. */
int subject_set(struct subject *subject, const char *option, const char *value, const char *where, struct error *err);
/** A subject from "runtime[:option=value]..." (root=, memory= and timeout= are options of every runtime). */
int subject_parse(struct subject *ret_subject, const char *text, const struct limits *limits, struct error *err);
/** The canonical description (runtime, root, limits, every option with its value), and its digest into `hash`. */
struct json *subject_describe(struct subject *subject);
const char *root_name(enum subject_root root); /**< "image", "none" or "large" */
const char *root_folder(enum subject_root root); /**< the tree's name among the artifacts: "root-none" */
const char *cache_name(enum subject_cache cache); /**< "warm" or "cold" */
