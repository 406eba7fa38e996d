/* SPDX-License-Identifier: Apache-2.0 */
/* The little that has to be known of a qcow2 file here: which file it is a layer on. */
#pragma once

#include <limits.h>

#include "harness/base/error.h"
#include "harness/base/start.h"

/** The path of the file below, as it is written in the header. -EINVAL: not a qcow2 with a file below. */
int qcow2_backing(const char *path, char backing[PATH_MAX], struct error *err);
/** Makes `to` a copy of the empty layer `from` that lies on `base` (raw, of the same content). Runs qemu-img. */
int qcow2_rebase(struct start_client *keeper, const char *from, const char *to, const char *base, struct error *err);
/** Makes `to` of all that a disk ("raw" or "qcow2", with those below) holds: one file, compressed. */
int qcow2_pack(struct start_client *keeper, const char *from, const char *format, const char *to, struct error *err);
/** Makes an empty layer on a disk ("raw" or "qcow2") with these options of qemu-img ("cluster_size=4k"). */
int qcow2_create(struct start_client *keeper, const char *base, const char *format, const char *to,
		 const char *options, struct error *err);
