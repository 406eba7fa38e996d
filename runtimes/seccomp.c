/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/seccomp.h"

#include <errno.h>
#include <seccomp.h>
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

/* Calls that are allowed for some arguments. */
static int rules_conditional(scmp_filter_ctx filter, size_t *count)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				  SCMP_A0(SCMP_CMP_MASKED_EQ, SECCOMP_NEW_NAMESPACES, 0));

	/* its flags are out of a filter's sight; C libraries then take clone */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
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
static int filter_read(scmp_filter_ctx filter, struct sock_filter *ret_filter, size_t room, size_t *ret_count)
{
	cleanup_close int file = memfd_create("seccomp", MFD_CLOEXEC);
	int rc = file < 0 ? -errno : seccomp_export_bpf(filter, file);

	if (rc < 0)
		return rc;
	ssize_t size = lseek(file, 0, SEEK_END);

	if (size < 0 || (size_t)size > room * sizeof(*ret_filter))
		return -E2BIG;
	if (pread(file, ret_filter, (size_t)size, 0) != size)
		return -EIO;
	*ret_count = (size_t)size / sizeof(*ret_filter);
	return 0;
}

int seccomp_build(struct sock_filter *ret_filter, size_t room, struct seccomp_facts *ret_facts,
		  struct error *err)
{
	__attribute__((cleanup(cleanup_filter))) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	size_t rules = 0, count = 0;

	if (!filter)
		return error_set(err, -ENOMEM, "cannot make a system call filter");
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMIZE_TREE);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	int rc = rules_plain(filter, &rules);

	if (!rc)
		rc = rules_conditional(filter, &rules);
	if (!rc)
		rc = filter_read(filter, ret_filter, room, &count);
	if (rc < 0)
		return error_errno(err, -rc, "cannot build the system call filter");
	*ret_facts = (struct seccomp_facts){.rules = rules, .instructions = count, .refused = "EPERM"};
	return 0;
}
