/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/seccomp.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "runtimes/seccomp-calls.h"

#define OPTIMIZE_TREE 2 /* a balanced tree: installing costs the kernel one walk for each possible call */

static void cleanup_filter(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

static int rules_plain(scmp_filter_ctx filter, size_t *count)
{
	for (size_t i = 0; i < sizeof(seccomp_calls) / sizeof(seccomp_calls[0]); i++) {
		int call = seccomp_syscall_resolve_name(seccomp_calls[i]);

		if (call == __NR_SCMP_ERROR || call < 0)
			continue; /* younger than the library, or not of this architecture: refused */
		int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);

		if (rc < 0)
			return rc;
		++*count;
	}
	return 0;
}

/* What only a container in the making may call. */
static const char *const setup_calls[] = {
    "clone3",	  "fsconfig",  "fsmount",    "fsopen",	    "mount", "mount_setattr", "move_mount",
    "open_tree", "pivot_root", "sethostname", "setns", "umount2",	      "unshare",
};

static int rules_setup(scmp_filter_ctx filter, uint32_t action)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(setup_calls) / sizeof(setup_calls[0]); i++) {
		int call = seccomp_syscall_resolve_name(setup_calls[i]);
		/* clone3's flags are out of a filter's sight; C libraries then take clone */
		bool hidden = action != SCMP_ACT_ALLOW && call == SCMP_SYS(clone3);

		rc = call < 0 ? -ENOSYS : seccomp_rule_add(filter, hidden ? SCMP_ACT_ERRNO(ENOSYS) : action, call, 0);
	}
	return rc;
}

/* Calls that are allowed for some arguments. */
static int rules_conditional(scmp_filter_ctx filter, size_t *count)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				  SCMP_A0(SCMP_CMP_MASKED_EQ, SECCOMP_NEW_NAMESPACES, 0));

	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				      SCMP_A0(SCMP_CMP_NE, AF_VSOCK));
	for (size_t i = 0; !rc && i < sizeof(seccomp_personalities) / sizeof(seccomp_personalities[0]); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1,
				      SCMP_A0(SCMP_CMP_EQ, seccomp_personalities[i]));
	*count += 3;
	return rc;
}

/* The library writes programs to descriptors only. */
static int filter_read(scmp_filter_ctx filter, struct seccomp_layer *ret_layer)
{
	cleanup_close int file = memfd_create("seccomp", MFD_CLOEXEC);
	int rc = file < 0 ? -errno : seccomp_export_bpf(filter, file);

	if (rc < 0)
		return rc;
	ssize_t size = lseek(file, 0, SEEK_END);

	if (size < 0 || (size_t)size > sizeof(ret_layer->filter))
		return -E2BIG;
	if (pread(file, ret_layer->filter, (size_t)size, 0) != size)
		return -EIO;
	ret_layer->count = (size_t)size / sizeof(ret_layer->filter[0]);
	return 0;
}

static int base_rules(scmp_filter_ctx filter, size_t *count)
{
	int rc = rules_plain(filter, count);

	if (!rc)
		rc = rules_conditional(filter, count);
	return rc ? rc : rules_setup(filter, SCMP_ACT_ALLOW);
}

static int rest_rules(scmp_filter_ctx filter, size_t *count)
{
	(void)count;
	return rules_setup(filter, SCMP_ACT_ERRNO(EPERM));
}

static int layer_build(uint32_t otherwise, int (*rules)(scmp_filter_ctx filter, size_t *count), size_t *count,
		       struct seccomp_layer *ret_layer)
{
	__attribute__((cleanup(cleanup_filter))) scmp_filter_ctx filter = seccomp_init(otherwise);

	if (!filter)
		return -ENOMEM;
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMIZE_TREE);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	int rc = rules(filter, count);

	return rc ? rc : filter_read(filter, ret_layer);
}

int seccomp_build(struct seccomp_layer *ret_base, struct seccomp_layer *ret_rest, struct seccomp_facts *ret_facts,
		  struct error *err)
{
	size_t rules = 0;
	int rc = layer_build(SCMP_ACT_ERRNO(EPERM), base_rules, &rules, ret_base);

	if (!rc)
		rc = layer_build(SCMP_ACT_ALLOW, rest_rules, NULL, ret_rest);
	if (rc < 0)
		return error_errno(err, -rc, "cannot build the system call filter");
	*ret_facts = (struct seccomp_facts){
	    .rules = rules, .instructions = ret_base->count + ret_rest->count, .refused = "EPERM"};
	return 0;
}
