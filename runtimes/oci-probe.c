/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an OCI runtime can work here, and what the report says about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "runtimes/cgroup.h"
#include "runtimes/oci.h"
#include "harness/base/program.h"

/* Where to get the programs that not every distribution has. */
static const struct {
	const char *program, *remedy;
} sources[] = {
    {"youki", "Install it from its project, github.com/youki-dev/youki; no Debian package has it."},
    {"kata-runtime", "Install Kata Containers 1.x; since 2.0 it is a shim of containerd and has no command line "
		     "that starts a container."},
};

static void missing(const char *program, struct finding *ret_finding)
{
	cleanup_free char *reason = alloc_format("There is no %s on this host.", program);
	cleanup_free char *remedy = alloc_format("Install it (Debian: %s).", program);

	finding_say(ret_finding, FINDING_FAIL, "not installed", reason, remedy);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (!strcmp(sources[i].program, program))
			(void)snprintf(ret_finding->remedy, sizeof(ret_finding->remedy), "%s", sources[i].remedy);
}

void oci_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	cleanup_free char *program = program_find(subject->runtime->name);
	cleanup_free char *root = run && *run->artifacts ? layered_root_tree(run, subject) : NULL;

	if (!program)
		missing(subject->runtime->name, ret_finding);
	else if (geteuid())
		finding_say(ret_finding, FINDING_FAIL, "needs root",
			    "Without root the bundle's overlay cannot be mounted where the runtime looks for it.",
			    "Run tare as root; rootless engines are measured through podman.");
	else if (!strcmp(subject->runtime->name, "crun") && cgroup_is_mixed())
		finding_say(ret_finding, FINDING_FAIL, "hybrid cgroups",
			    "crun refuses hosts on which cgroup v1 and v2 both have controllers.",
			    CGROUP_MIXED_REMEDY);
	else if (root && !file_exists(root))
		finding_say(ret_finding, FINDING_FAIL, "no root tree", "The root tree of the containers is not built.",
			    "Build it with `make root`.");
	else
		finding_say(ret_finding, FINDING_OK, "ready", "", "");
}

struct json *oci_facts(const struct oci *oci, const struct subject *subject)
{
	struct json *facts = json_object(), *engine = json_object(), *config = json_object();
	char version[128], sha256[DIGEST_HEX];

	program_version(oci->program, version, sizeof(version));
	json_add_text(engine, "name", subject->runtime->name);
	json_add_text(engine, "version", *version ? version : NULL);
	json_add_text(engine, "executable", oci->program);
	json_add_text(engine, "executable_sha256", digest_file(oci->program, sha256, NULL) < 0 ? NULL : sha256);
	digest_text(oci->template, sha256);
	json_add_text(config, "bundle_sha256", sha256);
	json_add_text(config, "start", subject_setting(subject, "call"));
	json_add_text(config, "root", "overlay, mounted by the harness before the start call");
	json_add_text(config, "upper", subject_setting(subject, "upper"));
	json_add_text(config, "network", "none");
	json_add(facts, "engine", engine);
	json_add(facts, "config", config);
	return facts;
}
