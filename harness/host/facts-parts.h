/* SPDX-License-Identifier: Apache-2.0 */
/* The members of the `host` object, each made by one function. For facts.c only. */
#pragma once

#include "harness/base/json.h"

struct topology;

struct json *facts_cpu(void);
struct json *facts_virtualization(void);
struct json *facts_kernel(void);
struct json *facts_memory(void);
struct json *facts_cgroup(void);
/** One row for the folder (or its nearest parent that exists). */
struct json *facts_storage(const char *path);
struct json *facts_clock(void);
struct json *facts_limits(void);
struct json *facts_devices(void);
/** Looks for 200 ms on a live host. */
struct json *facts_load(void);
/** Names of running programs that wake up and work on their own: cron, package updates, indexers. */
struct json *facts_daemons(void);

/* Shared by the parts. */

/** A text, or null. */
struct json *facts_text_or_null(const char *text);
/** The words of a list as an array. */
struct json *facts_words(const char *list);
/** Adds `key`: null, and `key`_reason. */
void facts_add_unknown(struct json *object, const char *key, const char *reason);

#define FACTS_RECORDED "the host is a recorded tree"
