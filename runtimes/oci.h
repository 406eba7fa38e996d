/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCI runtimes (crun, runc and whoever has the same command line): create, start, kill, delete on a bundle of the
 * same root tree, limits and locks as the `namespace` runtime's. Only for runtimes/oci*.c.
 */
#pragma once

#include "harness/base/start.h"
#include "harness/model/runtime.h"
#include "runtimes/layered-root.h"

#define OCI_NAME_TOKEN "@NAME@"
#define OCI_SOCKET_TOKEN "@SOCKET@"

/** What the instances of a subject share: subject->state. */
struct oci {
	const struct run *run;
	char *program;	/**< its path */
	char *template; /**< config.json with the tokens in place of an instance's name and socket */
	char *states;	/**< --root: where the runtime keeps what it knows */
	struct layered_images images;
};

/** config.json of the subject, with tokens; the caller frees it. */
struct json *oci_config(const struct run *run, const struct subject *subject);
/** Writes the bundle's config.json. */
int oci_config_write(const struct instance *in, const char *template, struct error *err);
/** The runtime's probe, for all rows. */
void oci_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding);
/** {engine, config} as in the report. */
struct json *oci_facts(const struct oci *oci, const struct subject *subject);

/** How a call of the runtime's program ended. */
struct oci_call {
	uint64_t spawn_ns, exit_ns; /**< the keeper's stamps */
};

/** Runs "PROGRAM --root STATES --log LOG ARGUMENTS..." (ends with NULL) through the keeper to its end. The error has
 * the last line of its log. `ret_call` may be NULL. */
int oci_call(const struct instance *in, const char *const *arguments, struct oci_call *ret_call, struct error *err);
/** The folder of an instance's cgroup in every hierarchy, as a pattern of glob(7), without the mount's path; for
 * free(). */
char *oci_cgroup(const struct run *run, const char *name);
