/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes: a right one passes, and each way to be wrong is refused before a starter would believe it. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "harness/base/box.h"
#include "harness/base/random.h"
#include "tests/unit/box-sample.h"

#define FDS 6u

static int check(const struct box *box)
{
	return box_check(box, box_size(box), FDS, NULL);
}

static void right_box_passes(void **state)
{
	static struct box box;
	struct error err = {0};

	(void)state;
	box_sample(&box);
	assert_int_equal(box_check(&box, box_size(&box), FDS, &err), 0);
	assert_int_equal(box_check(&box, box_size(&box), FDS - 1, &err), -EINVAL);
	assert_non_null(strstr(err.text, "mounts"));
	assert_int_equal(box_check(&box, box_size(&box) - 1, FDS, &err), -EINVAL);
	assert_int_equal(box_check(&box, box_size(&box) + 1, FDS, &err), -EINVAL);
}

/* Each row breaks one thing. */
static void break_version(struct box *b)
{
	b->version++;
}
static void break_flags(struct box *b)
{
	b->flags |= 1u << 31;
}
static void break_namespaces(struct box *b)
{
	b->namespaces |= CLONE_VM;
}
static void break_no_mount_namespace(struct box *b)
{
	b->namespaces &= ~(uint64_t)CLONE_NEWNS;
}
static void break_loopback(struct box *b)
{
	b->namespaces &= ~(uint64_t)CLONE_NEWNET;
}
static void break_hostname(struct box *b)
{
	b->namespaces &= ~(uint64_t)CLONE_NEWUTS;
}
static void break_capabilities(struct box *b)
{
	b->permitted = 1;
}
static void break_user(struct box *b)
{
	b->user_namespace = FDS;
}
static void break_ahead(struct box *b)
{
	b->flags |= BOX_AHEAD | BOX_PARKED;
}
static void break_network(struct box *b)
{
	b->network = FDS;
}
static void break_network_of_none(struct box *b)
{
	b->flags &= ~BOX_LOOPBACK_UP;
	b->namespaces &= ~(uint64_t)CLONE_NEWNET;
}
static void break_ipc(struct box *b)
{
	b->ipc = FDS;
}
static void break_ipc_of_none(struct box *b)
{
	b->namespaces &= ~(uint64_t)CLONE_NEWIPC;
}
static void break_group_ready(struct box *b)
{
	b->cgroups[0].ready = FDS;
}
static void break_text_end(struct box *b)
{
	b->text[b->text_size - 1] = 'x';
}
static void break_text_size(struct box *b)
{
	b->text_size = BOX_TEXT_MAX + 1;
}
static void break_empty_text(struct box *b)
{
	b->text[0] = 'x';
}
static void break_path(struct box *b)
{
	b->path = b->text_size;
}
static void break_relative_path(struct box *b)
{
	b->path++;
}
static void break_no_argument(struct box *b)
{
	b->argument_count = 0;
}
static void break_arguments(struct box *b)
{
	b->argument_count = BOX_ARGUMENTS_MAX + 1;
}
static void break_argument(struct box *b)
{
	b->arguments[0] = UINT32_MAX;
}
static void break_variable(struct box *b)
{
	b->variables[0] = UINT32_MAX;
}
static void break_no_lower(struct box *b)
{
	b->root.lower_count = 0;
}
static void break_lower(struct box *b)
{
	b->root.lower[0] = -1;
}
static void break_work(struct box *b)
{
	b->root.work = -1;
}
static void break_attached(struct box *b)
{
	b->root.attached = FDS;
}
static void break_root_attributes(struct box *b)
{
	b->root.attributes = MOUNT_ATTR_IDMAP;
}
static void break_group_name(struct box *b)
{
	b->cgroups[0].name = b->mounts[0].target;
}
static void break_group_files(struct box *b)
{
	b->cgroups[0].file_first = UINT32_MAX;
}
static void break_group_parent(struct box *b)
{
	b->cgroups[0].parent = -1;
}
static void break_group_file(struct box *b)
{
	b->cgroup_files[0].name = b->path;
}
static void break_group_value(struct box *b)
{
	b->cgroup_files[0].value = 0;
}
static void break_groups(struct box *b)
{
	b->cgroup_count = BOX_CGROUPS_MAX + 1;
}
static void break_mounts(struct box *b)
{
	b->mount_count = BOX_MOUNTS_MAX + 1;
}
static void break_kind(struct box *b)
{
	b->mounts[0].kind = BOX_MOUNT_KINDS;
}
static void break_target(struct box *b)
{
	b->mounts[0].target = b->path;
}
static void break_no_target(struct box *b)
{
	b->mounts[0].target = 0;
}
static void break_up_target(struct box *b)
{
	b->mounts[0].target = box_text(b, "a/../../etc");
}
static void break_dot_target(struct box *b)
{
	b->mounts[0].target = box_text(b, "./a");
}
static void break_type(struct box *b)
{
	b->mounts[0].type = 0;
}
static void break_options(struct box *b)
{
	b->mounts[0].options = b->variables[0];
}
static void break_attributes(struct box *b)
{
	b->mounts[0].attributes = 1u << 30;
}
static void break_attach(struct box *b)
{
	b->mounts[1].fd = -1;
}
static void break_resource(struct box *b)
{
	b->rlimits[0].resource = 1000;
}
static void break_limit(struct box *b)
{
	b->rlimits[0].soft = 21;
}
static void break_filter(struct box *b)
{
	b->filter_count = BOX_FILTER_MAX + 1;
}

static void wrong_boxes_are_refused(void **state)
{
	static void (*const breaks[])(struct box *) = {
	    break_version,	 break_flags,
	    break_namespaces,	 break_no_mount_namespace,
	    break_loopback,	 break_hostname,
	    break_capabilities,	 break_user,
	    break_ahead, break_network, break_network_of_none, break_group_ready,
	    break_ipc,		 break_ipc_of_none,
	    break_ahead,	 break_network,	      break_network_of_none, break_group_ready,
	    break_text_end,	 break_text_size,
	    break_empty_text,	 break_path,
	    break_relative_path, break_no_argument,
	    break_arguments,	 break_argument,
	    break_variable,	 break_no_lower,
	    break_lower,	 break_work,
	    break_attached,	 break_root_attributes,
	    break_group_name,	 break_group_files,
	    break_group_parent,	 break_group_file,
	    break_group_value,	 break_groups,
	    break_mounts,	 break_kind,
	    break_target,	 break_no_target,
	    break_up_target,	 break_dot_target,
	    break_type,		 break_options,
	    break_attributes,	 break_attach,
	    break_resource,	 break_limit,
	    break_filter,
	};
	static struct box box;

	(void)state;
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		box_sample(&box);
		breaks[i](&box);
		if (check(&box) != -EINVAL)
			fail_msg("break %zu was not noticed", i);
	}
}

/* No byte of a box can make the check read outside of it; the sanitizers watch. */
static void random_damage_is_survived(void **state)
{
	struct box *box = malloc(sizeof(*box));
	struct random random;

	(void)state;
	assert_non_null(box);
	random_seed(&random, 1);
	for (int round = 0; round < 20000; round++) {
		box_sample(box);
		for (uint64_t n = 1 + random_below(&random, 4); n; n--)
			((unsigned char *)box)[random_below(&random, offsetof(struct box, filter))] =
			    (unsigned char)random_next(&random);
		(void)box_check(box, offsetof(struct box, filter) + 3 * sizeof(box->filter[0]), FDS, NULL);
	}
	free(box);
}

static void too_much_text_is_refused(void **state)
{
	static struct box box;

	(void)state;
	box_sample(&box);
	for (int i = 0; i < 1000; i++)
		(void)box_text(&box, "something");
	assert_int_equal(check(&box), -EINVAL);
}

static void stages_have_names(void **state)
{
	(void)state;
	assert_string_equal(box_stage_name(BOX_STAGE_CGROUP_CREATED), "cgroup_created");
	assert_string_equal(box_stage_name(BOX_STAGE_CLONE_RETURN), "clone_return");
	assert_string_equal(box_stage_name(BOX_STAGE_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(right_box_passes),		 cmocka_unit_test(wrong_boxes_are_refused),
	    cmocka_unit_test(random_damage_is_survived), cmocka_unit_test(too_much_text_is_refused),
	    cmocka_unit_test(stages_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
