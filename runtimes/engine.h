/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container engines with Docker's interface: Docker, its command line, Podman. One set of functions; what differs is in
 * a row of traits. Only for runtimes/engine*.c.
 *
 * Everything that is made in an engine carries two labels: `tare`, the run's id, and `tare.place`, the run's private
 * folder with the mount namespace that this is in. Only what carries them is ever removed.
 */
#pragma once

#include "harness/model/runtime.h"
#include "runtimes/engine-api.h"

#define ENGINE_LABEL "tare"
#define ENGINE_LABEL_PLACE "tare.place"
#define ENGINE_DAEMONS_MAX 2
#define ENGINE_IMAGE_MAX 128
#define ENGINE_PACKED "packed"

/** In what one engine differs from the other. */
struct engine_traits {
	const char *runtime;	 /**< the runtime's name */
	const char *program;	 /**< of the daemon: "dockerd"; NULL where there is none of that name */
	const char *helper;	 /**< a second daemon that serves it: "containerd"; NULL: none */
	const char *client;	 /**< command line that starts the containers, instead of the socket; NULL: none */
	const char *variable;	 /**< environment variable that names the socket */
	const char *user_socket; /**< below $XDG_RUNTIME_DIR */
	const char *root_socket;
	const char *package; /**< for the remedy */
	bool libpod;	     /**< pulls by its own interface: the one like Docker's insists on TLS */
	bool limits_files;   /**< give it the limits of open files: its own defaults need a capability */
};

/** What the instances of a subject share: subject->state. */
struct engine {
	const struct run *run;
	const struct engine_traits *traits;
	struct engine_api *api; /**< NULL: prepare failed before */
	char socket[108];
	char image[ENGINE_IMAGE_MAX]; /**< what containers are made of: its id, "sha256:..." */
	char (*images)[ENGINE_IMAGE_MAX]; /**< those below it, the import first, since there were commits */
	size_t image_count, packed_count;
	char *layers; /**< "A:B": where the layers of the import lie, as far as the engine says; NULL: no image yet */
	char *client;		/**< path of the command line; NULL: none */
	struct json *security;	/**< HostConfig.SecurityOpt; NULL: the engine's default */
};

const struct engine_traits *engine_traits_find(const char *runtime);

/** Where the engine's socket is: the variable's, the user's, root's. error_input() where the variable names no unix
 * socket. */
int engine_socket_find(const struct engine_traits *traits, char ret_socket[108], struct error *err);
/** The runtime's probe. */
void engine_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding);

/** Imports the root tree of the subject's class, labelled, unless the run has done that already. */
int engine_image_import(struct engine *engine, const struct subject *subject, struct error *err);
/** The id of an image by its name or id. -ENOENT and the like where the engine has none of that name. */
int engine_image_find(struct engine *engine, const char *name, char ret_id[ENGINE_IMAGE_MAX], struct error *err);
/** The image is the subject's newest from now on, upon the one that was; engine_revert() removes it. */
void engine_image_stack(struct engine *engine, const char *id);
/** runtime.pack, .push and .pull. */
int engine_pack(struct subject *subject, struct error *err);
int engine_push(struct subject *subject, const struct remote_image *image, struct error *err);
int engine_pull(struct subject *subject, const struct remote_image *image, struct error *err);
/** The tree, and the file ENGINE_PACKED of another folder (NULL: none), become an image, labelled; its id. */
int engine_image_make(struct engine *engine, const struct subject *subject, const char *tag, const char *more,
		      char ret_id[ENGINE_IMAGE_MAX], struct error *err);
/** runtime.commit, .image_costs and .revert. */
int engine_commit(struct instance *in, struct error *err);
int engine_image_costs(const struct subject *subject, size_t number, struct costs *ret_costs, struct error *err);
void engine_revert(struct subject *subject);
/** runtime.exec. */
int engine_exec(struct instance *in, struct error *err);
/** Adds the folder that a path lies in, if there is one. */
void engine_costs_folder(struct costs *costs, enum disk_row row, const char *path);
/** The run's labels as an object {tare, tare.place}; the caller frees it. */
struct json *engine_labels(const struct run *run);

/** Removes the objects of one run: containers, then images; returns how many are left. */
size_t engine_sweep_run(struct engine_api *api, const char *run_id);
/** What is to be done with what dead runs have left. */
struct engine_sweeping {
	const char *folder; /**< where runs have their private folders */
	const char *own_id; /**< of the run that asks, which lives; "" none */
	bool dry_run;
	void (*tell)(void *data, const char *what, const char *which); /**< NULL: silent */
	void *data;
};

/** Removes what dead runs left in this engine, or tells of it; returns how many things. */
size_t engine_sweep_dead(struct engine_api *api, const struct engine_sweeping *sweeping);

/** The options of all that start over the socket: network and profile. */
extern const struct runtime_option engine_options[];

/** After the start call: takes from the engine's description which process it is; one that has ended fails. */
void engine_learn(struct engine *engine, struct instance *in);
/** The body of POST /containers/create; the caller frees it. */
struct json *engine_create_body(const struct engine *engine, const struct instance *in);
/** {engine, config} as in the report. */
struct json *engine_facts(struct engine *engine, const struct subject *subject);
/** The engine's daemons, into subject->daemons. */
void engine_daemons_find(const struct engine *engine, struct subject *subject);
/** Adds the image's layers: what every start reads. */
void engine_artefacts(const struct run *run, const struct subject *subject, struct costs *ret_costs);
/** Adds the container's processes (with its shim or monitor) and paths. */
int engine_costs(struct engine *engine, const struct instance *in, struct costs *costs, struct error *err);
/** Adds the stamps that the daemon's own events give of this start. */
void engine_trace_events(struct engine *engine, struct instance *in);
/** Adds when the daemon began to make it, as its description has it. */
void engine_trace_description(struct instance *in, const struct json *description);
/** Adds those of the files in the bundle of a container that runs. */
void engine_trace_bundle(struct instance *in);
/** "docker run" of the instance through the keeper, to its end. */
int engine_client_run(struct engine *engine, struct instance *in, struct error *err);
