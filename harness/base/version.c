/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/version.h"

#include "version.gen.h"

#define VERSION_TEXT "0.1.0" /* read by scripts/package too */

const char *version_text(void)
{
	return VERSION_TEXT;
}

const char *version_commit(void)
{
	return VERSION_COMMIT;
}

const char *version_compiler(void)
{
	return "gcc " __VERSION__;
}

const char *version_flags(void)
{
	return VERSION_CFLAGS;
}
