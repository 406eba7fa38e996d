/* SPDX-License-Identifier: Apache-2.0 */
/* What this program is: part of every output. */
#pragma once

const char *version_text(void);	 /**< "0.1.0" */
const char *version_commit(void); /**< `git describe` at build time; "unknown" outside of a checkout */
const char *version_compiler(void);
const char *version_flags(void);
