/* SPDX-License-Identifier: Apache-2.0 */
/* Whether containers of our own can be started here, and what is missing by name. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/host/userns.h"
#include "runtimes/namespace.h"
#include "runtimes/user-net.h"

static bool is_privileged(const struct run *run, const struct subject *subject)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};

	(void)run;
	(void)subject;
	return namespace_is_rootless() ||
	       (syscall(SYS_capget, &header, sets) == 0 && sets[0].effective >> CAP_SYS_ADMIN & 1u);
}

static bool has_mount_setattr(const struct run *run, const struct subject *subject)
{
	(void)run;
	(void)subject;
	return syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) == 0 || errno != ENOSYS;
}

static bool has_root_tree(const struct run *run, const struct subject *subject)
{
	if (!run || !run->artifacts[0])
		return true; /* not the question */
	cleanup_free char *root = namespace_root_tree(run, subject);

	return file_exists(root);
}

static bool may_make_network(const struct run *run, const struct subject *subject)
{
	(void)run;
	return !namespace_is_rootless() || !strcmp(subject_setting(subject, "network"), "none");
}

static bool has_user_net(const struct run *run, const struct subject *subject)
{
	(void)run;
	if (strcmp(subject_setting(subject, "network"), "user") != 0)
		return true;
	cleanup_free char *program = user_net_program();

	return program != NULL;
}

/* A loan is good only at the starter that gave it, and such containers have another one. */
static bool may_be_unfiltered(const struct run *run, const struct subject *subject)
{
	(void)run;
	return !namespace_is_rootless() || !strcmp(subject_setting(subject, "seccomp"), "on");
}

static const struct {
	bool (*holds)(const struct run *run, const struct subject *subject);
	const char *value, *reason, *remedy;
} probe_rows[] = {
    {
	is_privileged,
	"no CAP_SYS_ADMIN",
	"This root user may not make namespaces: he is probably in a container himself.",
	"Run tare on the host, or in a privileged container.",
    },
    {
	may_make_network,
	"not root",
	"Only root makes the network of network=bridge and network=user.",
	"Run tare as root, or with network=none.",
    },
    {
	has_user_net,
	"no slirp4netns",
	"slirp4netns, which makes the network of network=user, is not installed.",
	"Install it (Debian: slirp4netns), or run tare with another network.",
    },
    {
	may_be_unfiltered,
	"not root",
	"Only root starts containers with seccomp=off.",
	"Run tare as root, or without seccomp=off.",
    },
    {
	has_mount_setattr,
	"kernel too old",
	"The kernel has no mount_setattr.",
	"Use Linux 5.12 or newer.",
    },
    {
	has_root_tree,
	"no root tree",
	"The root tree of the containers is not built.",
	"Build it with `make root`.",
    },
};

/* Tried out, since the settings alone do not tell. */
static bool user_namespaces_work(struct finding *ret_finding)
{
	struct userns_report report;

	userns_probe(&report);
	if (!report.works)
		finding_say(ret_finding, FINDING_FAIL, "no user namespaces", report.sentence, report.remedy);
	return report.works;
}

const char *namespace_missing(const struct cgroups *cgroups)
{
	static char text[384];
	const char *controllers = cgroup_missing(cgroups);
	size_t used = 0;

	text[0] = '\0';
	if (controllers)
		used += (size_t)snprintf(text, sizeof(text), "no limit of %s%s: %s", controllers,
					 cgroup_has(cgroups, "memory") ? "" : ", no kernel memory in the footprint",
					 cgroup_reason(cgroups));
	if (namespace_is_rootless())
		(void)snprintf(text + used, sizeof(text) - used,
			       "%sone user id instead of a range, and the user's groups stay", used ? "; " : "");
	return text[0] ? text : NULL;
}

void namespace_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	struct cgroups cgroups = {0};
	char reason[512];

	for (size_t i = 0; i < sizeof(probe_rows) / sizeof(probe_rows[0]); i++)
		if (!probe_rows[i].holds(run, subject)) {
			finding_say(ret_finding, FINDING_FAIL, probe_rows[i].value, probe_rows[i].reason,
				    probe_rows[i].remedy);
			return;
		}
	if (!user_namespaces_work(ret_finding))
		return;
	finding_say(ret_finding, FINDING_OK, "ready", "", "");
	(void)cgroup_find_own(&cgroups, NULL);
	const char *missing = namespace_missing(&cgroups);

	if (!missing)
		return;
	(void)snprintf(reason, sizeof(reason), "%s%s.", namespace_is_rootless() ? "Not root: " : "Containers have ",
		       missing);
	finding_say(ret_finding, FINDING_WARN, namespace_is_rootless() ? "rootless" : "no limits", reason,
		    cgroup_remedy(&cgroups));
}
