/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/program-roots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/base/spawn.h"
#include "harness/measure/program-disk.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"

#define COPY_TIMEOUT_NS 120000000000u

/* Beside the root tree; what was not built is not missed. What runtimes need, they ask for by name. */
static const char *const unchanged[] = {
	"payload", "bare", "root-none.sha256", "guest/vmlinuz", "guest/vmlinux",
	"guest/initrd-none.cpio", "guest/initrd-mmio.cpio", "guest/initrd-pci.cpio",
	"guest/initrd-mmio-net.cpio", "guest/initrd-pci-net.cpio",
};

/* The same file under another name, or its copy on another file system. */
static int place(const char *from_folder, const char *to_folder, const char *name, struct error *err)
{
	cleanup_free char *from = alloc_format("%s/%s", from_folder, name);
	cleanup_free char *to = alloc_format("%s/%s", to_folder, name);

	if (!file_exists(from) || !link(from, to))
		return 0;
	return file_copy(from, to, err);
}

static int put(const char *folder, const char *name, const void *bytes, size_t length, struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);
	int rc = file_write(path, bytes ? bytes : "", length, err);

	return rc < 0 || !chmod(path, 0644) ? rc : error_errno(err, errno, "%s", path);
}

/* As old as the payload: the program's own age is no part of what is compared. */
static int settle_age(const char *tree, const char *name, struct error *err)
{
	cleanup_free char *payload = alloc_format("%s" PROTOCOL_PAYLOAD_PATH, tree);
	cleanup_free char *path = alloc_format("%s/%s", tree, name);
	struct stat st;

	if (stat(payload, &st) < 0)
		return error_errno(err, errno, "%s", payload);
	const struct timespec times[] = {st.st_mtim, st.st_mtim};

	return utimensat(AT_FDCWD, path, times, 0) < 0 ? error_errno(err, errno, "%s", path) : 0;
}

/* One text for the tree's digest, the rest of which stands for what the build has put there. */
static int write_digest(const char *from, const char *to, const char *tree, struct error *err)
{
	cleanup_free char *built = alloc_format("%s/root.sha256", from);
	cleanup_free char *program = alloc_format("%s/" PROTOCOL_PROGRAM_FILE, tree);
	cleanup_free char *arguments = alloc_format("%s/" PROTOCOL_PROGRAM_ARGUMENTS, tree);
	char of_tree[DIGEST_HEX], of_program[DIGEST_HEX], of_arguments[DIGEST_HEX], whole[DIGEST_HEX];
	int rc = file_read_line(built, of_tree, sizeof(of_tree), err);

	if (!rc)
		rc = digest_file(program, of_program, err);
	if (!rc)
		rc = digest_file(arguments, of_arguments, err);
	if (rc < 0)
		return rc;
	cleanup_free char *text = alloc_format(
		"%s\nf 755 " PROTOCOL_PROGRAM_FILE " %s\nf 644 " PROTOCOL_PROGRAM_ARGUMENTS " %s\n", of_tree,
		of_program, of_arguments);

	digest_text(text, whole);
	return put(to, "root.sha256", whole, strlen(whole), err);
}

static int tree_make(const char *from, const char *to, const struct workload_choice *choice, struct error *err)
{
	cleanup_free char *built = alloc_format("%s/%s", from, root_folder(ROOT_IMAGE));
	cleanup_free char *tree = alloc_format("%s/%s", to, root_folder(ROOT_IMAGE));
	cleanup_free char *program = alloc_format("%s/" PROTOCOL_PROGRAM_FILE, tree);
	const char *const words[] = {"cp", "-a", "--reflink=auto", built, tree, NULL};
	const struct spawn_program copy = {.arguments = words, .timeout_ns = COPY_TIMEOUT_NS};

	if (!file_exists(built))
		return error_host(err, "%s: there is no root tree; make root builds it", built);
	int rc = spawn_run(&copy, err);

	if (!rc)
		rc = file_copy(choice->program, program, err);
	if (!rc && chmod(program, 0755) < 0)
		rc = error_errno(err, errno, "%s", program);
	if (!rc)
		rc = put(tree, PROTOCOL_PROGRAM_ARGUMENTS, choice->arguments, choice->arguments_length, err);
	if (!rc)
		rc = settle_age(tree, PROTOCOL_PROGRAM_FILE, err);
	if (!rc)
		rc = settle_age(tree, PROTOCOL_PROGRAM_ARGUMENTS, err);
	if (!rc)
		rc = settle_age(tree, ".", err);
	return rc < 0 ? rc : write_digest(from, to, tree, err);
}

static int check_subjects(const struct scenario *scenario, bool *ret_any_guest, struct error *err)
{
	*ret_any_guest = false;
	for (size_t i = 0; i < scenario->subject_count; i++) {
		const struct subject *subject = &scenario->subjects[i];

		if (subject->root != ROOT_IMAGE)
			return error_input(err,
					   "%s: workload.binary: the subject %s has root \"%s\", where no "
					   "program of yours is; root \"%s\"",
					   scenario->name, subject->name, root_name(subject->root),
					   root_name(ROOT_IMAGE));
		*ret_any_guest |= subject->runtime->kind == RUNTIME_VM;
	}
	return 0;
}

int program_roots_make(struct run *run, const struct scenario *scenario, struct error *err)
{
	cleanup_free char *to = alloc_format("%s/artifacts", run->storage);
	cleanup_free char *guest = alloc_format("%s/guest", to);
	bool any_guest;

	if (!scenario->workloads.program)
		return 0;
	int rc = check_subjects(scenario, &any_guest, err);

	if (!rc)
		rc = file_make_dirs(guest, 0755, err);
	for (size_t i = 0; !rc && i < sizeof(unchanged) / sizeof(unchanged[0]); i++)
		rc = place(run->artifacts, to, unchanged[i], err);
	if (!rc)
		rc = tree_make(run->artifacts, to, &scenario->workloads, err);
	if (!rc && any_guest)
		rc = program_disk_make(run->artifacts, to, err);
	if (!rc && snprintf(run->artifacts, sizeof(run->artifacts), "%s", to) >= (int)sizeof(run->artifacts))
		rc = error_set(err, -ENAMETOOLONG, "%s: the path is too long", to);
	return rc;
}
