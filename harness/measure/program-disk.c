/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/program-disk.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/spawn.h"
#include "harness/model/protocol.h"

#define TOOL_TIMEOUT_NS 120000000000u
#define MIB (1u << 20)
#define BLOCK 4096u
#define DISK "root.ext4"
#define LAYER "empty-overlay.qcow2"
#define GUEST "guest/guest.json"

/* What a file system notes of the time is that of the build (scripts/base.bash): the same disk each time. */
#define FAKE_TIME "E2FSPROGS_FAKE_TIME=1735689600"

/* One of e2fsprogs, which only administrators may have in their PATH, or of QEMU. */
static int run_tool(const char *folder, const char *const *words, struct error *err)
{
	static const char *const variables[] = {
		FAKE_TIME, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	const char *arguments[13] = {"env"};
	struct spawn_program program = {
		.arguments = arguments, .variables = variables, .folder = folder, .timeout_ns = TOOL_TIMEOUT_NS};

	for (size_t i = 0; words[i]; i++)
		arguments[i + 1] = words[i];
	int rc = spawn_run(&program, err);

	return rc < 0 ? error_wrap(err, rc, "the guest's disk with your program") : 0;
}

/* Room for the files besides what instances write. */
static int grow(const char *disk, const char *tree, const struct program_files *files, struct error *err)
{
	const char *const words[] = {"resize2fs", "-f", disk, NULL};
	struct file_usage usage;
	int rc = file_usage(disk, &usage, err);
	uint64_t bytes = usage.apparent_bytes + 2 * MIB - 1;

	for (size_t i = 0; !rc && i < files->count; i++) {
		cleanup_free char *path = alloc_format("%s/%s", tree, files->at[i].name);

		rc = file_usage(path, &usage, err);
		bytes += usage.apparent_bytes + BLOCK;
	}
	if (rc < 0)
		return rc;
	if (truncate(disk, (off_t)(bytes / MIB * MIB)) < 0)
		return error_errno(err, errno, "%s: cannot make it larger", disk);
	return run_tool(NULL, words, err);
}

/* debugfs says what is wrong and ends with status 0 all the same: what it wrote is read back. */
static int check_file(const char *disk, const char *tree, const char *scratch, const char *name, struct error *err)
{
	cleanup_free char *wanted = alloc_format("%s/%s", tree, name);
	cleanup_free char *copy = alloc_format("%s/%s", scratch, name);
	cleanup_free char *request = alloc_format("dump /%s %s", name, name);
	const char *const words[] = {"debugfs", "-R", request, disk, NULL};
	char one[DIGEST_HEX], other[DIGEST_HEX];
	int rc = run_tool(scratch, words, err);

	if (!rc)
		rc = digest_file(wanted, one, err);
	if (!rc && (digest_file(copy, other, NULL) < 0 || strcmp(one, other) != 0))
		rc = error_set(err, -EIO, "%s: debugfs did not put %s there", disk, wanted);
	(void)unlink(copy);
	return rc;
}

/* What debugfs is to do; for free(). */
static char *requests_of(const struct program_files *files)
{
	char *text = alloc_text("");

	for (size_t i = 0; i < files->count; i++) {
		const struct program_file *file = &files->at[i];
		char *before = text;

		text = alloc_format("%swrite %s %s\nsif /%s mode 0100%o\nsif /%s uid 0\nsif /%s gid 0\n",
				    before, file->name, file->name, file->name, file->mode, file->name, file->name);
		free(before);
	}
	return text;
}

static int put_files(const char *disk, const char *tree, const char *scratch, const struct program_files *files,
		     struct error *err)
{
	cleanup_free char *requests = requests_of(files);
	cleanup_free char *file = alloc_format("%s/requests", scratch);
	const char *const fill[] = {"debugfs", "-w", "-f", file, disk, NULL};
	const char *const check[] = {"e2fsck", "-fn", disk, NULL};
	int rc = file_write(file, requests, strlen(requests), err);

	if (!rc)
		rc = run_tool(tree, fill, err);
	(void)unlink(file);
	for (size_t i = 0; !rc && i < files->count; i++)
		rc = check_file(disk, tree, scratch, files->at[i].name, err);
	return rc < 0 ? rc : run_tool(NULL, check, err);
}

static struct json *artefact(const char *folder, const char *name)
{
	cleanup_free char *path = alloc_format("%s/%s", folder, name);
	char sha256[DIGEST_HEX];
	struct file_usage usage = {0};
	struct json *row = json_object();

	(void)file_usage(path, &usage, NULL);
	json_add_text(row, "path", name);
	json_add_text(row, "sha256", digest_file(path, sha256, NULL) < 0 ? NULL : sha256);
	json_add_int(row, "bytes", (int64_t)usage.apparent_bytes);
	json_add_int(row, "allocated_bytes", (int64_t)usage.allocated_bytes);
	return row;
}

static int describe(const char *from, const char *to, struct error *err)
{
	cleanup_free char *built = alloc_format("%s/" GUEST, from);
	cleanup_free char *made = alloc_format("%s/" GUEST, to);
	cleanup_free char *digest = alloc_format("%s/root.sha256", to);
	char tree[DIGEST_HEX];
	struct json *guest = json_parse_file(built, err), *root = json_object();

	if (!guest || file_read_line(digest, tree, sizeof(tree), err) < 0) {
		json_free(guest);
		json_free(root);
		return err ? err->code : -EINVAL;
	}
	json_add(root, "ext4", artefact(to, DISK));
	json_add(root, "overlay_template", artefact(to, LAYER));
	json_add_text(root, "tree_sha256", tree);
	json_add(guest, "root", root);
	cleanup_free char *text = json_text(guest, true);

	json_free(guest);
	return file_write(made, text, strlen(text), err);
}

int program_disk_make(const char *from, const char *to, const struct program_files *files, struct error *err)
{
	cleanup_free char *built = alloc_format("%s/" DISK, from);
	cleanup_free char *guest = alloc_format("%s/" GUEST, from);
	cleanup_free char *disk = alloc_format("%s/" DISK, to);
	cleanup_free char *layer = alloc_format("%s/" LAYER, to);
	cleanup_free char *tree = alloc_format("%s/root", to);
	const char *const layering[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-F",
					"raw",	    "-b",     disk, layer, NULL};

	if (!file_exists(guest) || !file_exists(built))
		return 0;
	int rc = file_copy(built, disk, err);

	if (!rc)
		rc = grow(disk, tree, files, err);
	if (!rc)
		rc = put_files(disk, tree, to, files, err);
	if (!rc)
		rc = run_tool(NULL, layering, err);
	return rc < 0 ? rc : describe(from, to, err);
}
