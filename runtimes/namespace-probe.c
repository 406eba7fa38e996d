/* SPDX-License-Identifier: Apache-2.0 */
/* Whether containers of our own can be started here, and what is missing by name. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "runtimes/namespace.h"

static bool is_root(const struct run *run, const struct subject *subject)
{
	(void)run;
	(void)subject;
	return geteuid() == 0;
}

static bool is_privileged(const struct run *run, const struct subject *subject)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};

	(void)run;
	(void)subject;
	return syscall(SYS_capget, &header, sets) == 0 && sets[0].effective >> CAP_SYS_ADMIN & 1u;
}

static bool has_mount_setattr(const struct run *run, const struct subject *subject)
{
	(void)run;
	(void)subject;
	return syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) == 0 || errno != ENOSYS;
}

static bool has_user_namespaces(const struct run *run, const struct subject *subject)
{
	uint64_t count = 0;

	(void)run;
	(void)subject;
	return file_read_u64("/proc/sys/user/max_user_namespaces", &count, NULL) == 0 && count > 0;
}

static bool has_root_tree(const struct run *run, const struct subject *subject)
{
	if (!run || !run->artifacts[0])
		return true; /* not the question */
	cleanup_free char *root = namespace_root_tree(run, subject);

	return file_exists(root);
}

static const struct {
	bool (*holds)(const struct run *run, const struct subject *subject);
	const char *value, *reason, *remedy;
} probe_rows[] = {
    {
	is_root,
	"not root",
	"Without root there are no memory and pids limits, only one user id, and no owner of the root tree "
	"can be mapped; starting without these is not supported yet.",
	"Run tare as root.",
    },
    {
	is_privileged,
	"no CAP_SYS_ADMIN",
	"This root user may not make namespaces: he is probably in a container himself.",
	"Run tare on the host, or in a privileged container.",
    },
    {
	has_mount_setattr,
	"kernel too old",
	"The kernel has no mount_setattr.",
	"Use Linux 5.12 or newer.",
    },
    {
	has_user_namespaces,
	"no user namespaces",
	"user.max_user_namespaces is 0 or absent.",
	"Raise it with sysctl, or use a kernel with CONFIG_USER_NS.",
    },
    {
	has_root_tree,
	"no root tree",
	"The root tree of the containers is not built.",
	"Build it with `make root`.",
    },
};

static void finding_set(struct finding *finding, enum finding_level level, const char *value,
			const char *reason, const char *remedy)
{
	finding->level = level;
	(void)snprintf(finding->value, sizeof(finding->value), "%s", value);
	(void)snprintf(finding->reason, sizeof(finding->reason), "%s", reason);
	(void)snprintf(finding->remedy, sizeof(finding->remedy), "%s", remedy);
}

void namespace_probe(const struct run *run, const struct subject *subject, struct finding *ret_finding)
{
	struct cgroups cgroups = {0};
	char reason[128];

	for (size_t i = 0; i < sizeof(probe_rows) / sizeof(probe_rows[0]); i++)
		if (!probe_rows[i].holds(run, subject)) {
			finding_set(ret_finding, FINDING_FAIL, probe_rows[i].value, probe_rows[i].reason,
				    probe_rows[i].remedy);
			return;
		}
	finding_set(ret_finding, FINDING_OK, "ready", "", "");
	(void)cgroup_find(&cgroups, "/proc/self/mountinfo", NULL);
	if (!cgroup_missing(&cgroups))
		return;
	(void)snprintf(reason, sizeof(reason),
		       "Containers get no limit of %s: the host has no such cgroup controller.",
		       cgroup_missing(&cgroups));
	finding_set(ret_finding, FINDING_WARN, "no limits", reason,
		    "Mount cgroup v2 with these controllers.");
}
