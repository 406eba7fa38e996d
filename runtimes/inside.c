/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/inside.h"

#include <stdio.h>

#include "harness/base/cleanup.h"
#include "harness/model/protocol.h"
#include "harness/base/program.h"

int inside_enter(struct instance *in, struct error *err)
{
	cleanup_free char *program = program_find("nsenter");
	char target[32];
	const char *const words[] = {program, "--target", target, "--all", "--root",
				     PROTOCOL_PAYLOAD_PATH, PROTOCOL_ARGUMENT_TRUE, NULL};

	if (!program)
		return error_host(err, "nsenter is not installed");
	(void)snprintf(target, sizeof(target), "%d", (int)in->pid);
	int rc = program_run(in->run->keeper, words, in->deadline_ns, err);

	return rc < 0 ? error_wrap(err, rc, "%s", program) : 0;
}
