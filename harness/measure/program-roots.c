/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/program-roots.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
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
#include "harness/measure/program-files.h"
#include "harness/model/protocol.h"
#include "harness/model/runtime.h"

#define COPY_TIMEOUT_NS 120000000000u

/* Beside the root tree; what was not built is not missed. What runtimes need, they ask for by name. */
static const char *const unchanged[] = {
	"payload", "bare", "root-none.sha256", "guest/vmlinuz", "guest/vmlinux", "guest/initrd-*.cpio",
};

/* The same files under other names, or their copies on another file system. */
static int place(const char *from_folder, const char *to_folder, const char *pattern, struct error *err)
{
	cleanup_free char *all = alloc_format("%s/%s", from_folder, pattern);
	glob_t found;
	int rc = 0;

	if (glob(all, 0, NULL, &found))
		return 0;
	for (size_t i = 0; !rc && i < found.gl_pathc; i++) {
		const char *from = found.gl_pathv[i];
		cleanup_free char *to = alloc_format("%s/%s", to_folder, from + strlen(from_folder) + 1);

		rc = link(from, to) ? file_copy(from, to, err) : 0;
	}
	globfree(&found);
	return rc;
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
static int write_digest(const char *from, const char *to, const char *tree, const struct program_files *files,
			struct error *err)
{
	cleanup_free char *built = alloc_format("%s/root.sha256", from);
	char digest[DIGEST_HEX], whole[DIGEST_HEX];
	int rc = file_read_line(built, digest, sizeof(digest), err);
	char *text = alloc_format("%s\n", rc < 0 ? "" : digest);

	for (size_t i = 0; !rc && i < files->count; i++) {
		cleanup_free char *path = alloc_format("%s/%s", tree, files->at[i].name);
		char *before = text;

		rc = digest_file(path, digest, err);
		text = alloc_format("%sf %o %s %s\n", before, files->at[i].mode, files->at[i].name,
				    rc < 0 ? "" : digest);
		free(before);
	}
	digest_text(text, whole);
	free(text);
	return rc < 0 ? rc : put(to, "root.sha256", whole, strlen(whole), err);
}

static int put_file(const char *tree, const struct program_files *files, const struct program_file *file,
		    struct error *err)
{
	cleanup_free char *path = alloc_format("%s/%s", tree, file->name);
	int rc = *file->source ? file_copy(file->source, path, err)
			       : put(tree, file->name, files->arguments, files->arguments_length, err);

	if (!rc && chmod(path, file->mode) < 0)
		rc = error_errno(err, errno, "%s", path);
	return rc < 0 ? rc : settle_age(tree, file->name, err);
}

static int tree_make(const char *from, const char *to, const struct program_files *files, struct error *err)
{
	cleanup_free char *built = alloc_format("%s/%s", from, root_folder(ROOT_IMAGE));
	cleanup_free char *tree = alloc_format("%s/%s", to, root_folder(ROOT_IMAGE));
	const char *const words[] = {"cp", "-a", "--reflink=auto", built, tree, NULL};
	const struct spawn_program copy = {.arguments = words, .timeout_ns = COPY_TIMEOUT_NS};

	if (!file_exists(built))
		return error_host(err, "%s: there is no root tree; make root builds it", built);
	int rc = spawn_run(&copy, err);

	for (size_t i = 0; !rc && i < files->count; i++)
		rc = put_file(tree, files, &files->at[i], err);
	if (!rc)
		rc = settle_age(tree, ".", err);
	return rc < 0 ? rc : write_digest(from, to, tree, files, err);
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

static int roots_make(struct run *run, const char *to, const struct program_files *files, bool any_guest,
		      struct error *err)
{
	cleanup_free char *guest = alloc_format("%s/guest", to);
	int rc = file_make_dirs(guest, 0755, err);

	for (size_t i = 0; !rc && i < sizeof(unchanged) / sizeof(unchanged[0]); i++)
		rc = place(run->artifacts, to, unchanged[i], err);
	if (!rc)
		rc = tree_make(run->artifacts, to, files, err);
	return rc || !any_guest ? rc : program_disk_make(run->artifacts, to, files, err);
}

int program_roots_make(struct run *run, const struct scenario *scenario, struct error *err)
{
	cleanup_free char *to = alloc_format("%s/artifacts", run->storage);
	bool any_guest;

	if (!scenario->workloads.program)
		return 0;
	int rc = check_subjects(scenario, &any_guest, err);
	cleanup_free struct program_files *files = alloc_zero(1, sizeof(*files));

	if (!rc)
		rc = program_files_find(&scenario->workloads, files, err);
	if (!rc)
		rc = roots_make(run, to, files, any_guest, err);
	program_files_release(files);
	if (!rc && snprintf(run->artifacts, sizeof(run->artifacts), "%s", to) >= (int)sizeof(run->artifacts))
		rc = error_set(err, -ENAMETOOLONG, "%s: the path is too long", to);
	return rc;
}
