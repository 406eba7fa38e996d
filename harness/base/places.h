/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the program's own things are: in a checkout beside its executable (build/), after an
 * installation below its prefix. TARE_DATA and TARE_ARTIFACTS override. Every text lives as long as the program.
 */
#pragma once

#include "harness/base/error.h"

/** Read-only data that come with the program: scenarios/, scripts/plots/, results/schema/. */
const char *places_data(void);
/** What `make root guest` built: payload, root trees, guest images. */
const char *places_artifacts(void);
/** Where runs go by default: results/runs in a checkout, else the state folder of the XDG convention. */
const char *places_runs(void);
/** The folder for sockets and whatever has a path-length limit: /run, or $XDG_RUNTIME_DIR, or /tmp. */
const char *places_runtime(void);
