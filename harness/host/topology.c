/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/host/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Fills `subject` with what `around` has beyond the housekeeping core; false if that is nothing. */
static bool split_around(hwloc_const_bitmap_t around, hwloc_const_bitmap_t usable,
			 hwloc_const_bitmap_t housekeeping, hwloc_bitmap_t subject)
{
	(void)hwloc_bitmap_and(subject, around, usable);
	(void)hwloc_bitmap_andnot(subject, subject, housekeeping);
	return !hwloc_bitmap_iszero(subject);
}

static hwloc_obj_t last_level_cache(hwloc_topology_t machine, hwloc_obj_t core)
{
	static const hwloc_obj_type_t levels[] = {HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		hwloc_obj_t cache = hwloc_get_ancestor_obj_by_type(machine, levels[i], core);

		if (cache)
			return cache;
	}
	return NULL;
}

static hwloc_obj_t node_of(hwloc_topology_t machine, hwloc_obj_t core)
{
	for (hwloc_obj_t node = NULL; (node = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_NUMANODE, node));)
		if (hwloc_bitmap_isincluded(core->cpuset, node->cpuset))
			return node;
	return hwloc_get_root_obj(machine);
}

/* The first usable core; a machine that shows no cores has its CPUs for cores. */
static hwloc_obj_t first_core(hwloc_topology_t machine, hwloc_const_bitmap_t usable)
{
	hwloc_obj_t cpu = hwloc_get_pu_obj_by_os_index(machine, (unsigned)hwloc_bitmap_first(usable));
	hwloc_obj_t core = cpu ? hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_CORE, cpu) : NULL;

	return core ? core : cpu;
}

/* The sets of R6.1. False: there is one CPU, so both stay empty. */
static bool split(hwloc_topology_t machine, hwloc_const_bitmap_t usable, hwloc_bitmap_t housekeeping,
		  hwloc_bitmap_t subject, bool *ret_core_shared)
{
	hwloc_obj_t core = first_core(machine, usable);
	hwloc_obj_t cache = core ? last_level_cache(machine, core) : NULL;

	*ret_core_shared = false;
	if (!core || hwloc_bitmap_weight(usable) < 2)
		return false;
	(void)hwloc_bitmap_and(housekeeping, core->cpuset, usable);
	if (hwloc_bitmap_isequal(housekeeping, usable)) {
		hwloc_bitmap_singlify(housekeeping);
		*ret_core_shared = true;
	}
	return (cache && split_around(cache->cpuset, usable, housekeeping, subject)) ||
	       split_around(node_of(machine, core)->cpuset, usable, housekeeping, subject) ||
	       split_around(usable, usable, housekeeping, subject);
}

static unsigned count_touched(hwloc_topology_t machine, hwloc_obj_type_t type, hwloc_const_bitmap_t cpus)
{
	unsigned count = 0;

	for (hwloc_obj_t obj = NULL; (obj = hwloc_get_next_obj_by_type(machine, type, obj));)
		count += (unsigned)hwloc_bitmap_intersects(obj->cpuset, cpus);
	return count;
}

static bool list_cpus(char *text, hwloc_const_bitmap_t cpus)
{
	int length = hwloc_bitmap_list_snprintf(text, TOPOLOGY_CPUS_MAX, cpus);

	return length >= 0 && length < TOPOLOGY_CPUS_MAX;
}

/* A line of the drawing: the object, and of a core its CPUs with what they are for. */
static void draw_object(hwloc_obj_t object, unsigned depth, hwloc_const_bitmap_t sets[2], FILE *out)
{
	static const char *const uses[] = {"harness", "subjects"};
	bool is_core = object->type == HWLOC_OBJ_CORE;
	char type[32];

	(void)hwloc_obj_type_snprintf(type, sizeof(type), object, 0);
	(void)fprintf(out, "%*s%s %u", (int)(2 * depth), "", type, object->logical_index);
	if (hwloc_obj_type_is_cache(object->type))
		(void)fprintf(out, " (%llu KiB)", (unsigned long long)(object->attr->cache.size >> 10));
	for (int cpu = is_core ? hwloc_bitmap_first(object->cpuset) : -1; cpu >= 0;
	     cpu = hwloc_bitmap_next(object->cpuset, cpu)) {
		const char *use = "not ours";

		for (size_t i = 0; i < 2; i++)
			if (hwloc_bitmap_isset(sets[i], (unsigned)cpu))
				use = uses[i];
		(void)fprintf(out, ", CPU %d: %s", cpu, use);
	}
	(void)fputc('\n', out);
}

static bool is_drawn(hwloc_obj_t object)
{
	return object->type == HWLOC_OBJ_PACKAGE || object->type == HWLOC_OBJ_CORE || object->type == HWLOC_OBJ_L3CACHE;
}

static void draw_below(hwloc_obj_t object, unsigned depth, hwloc_const_bitmap_t sets[2], FILE *out)
{
	for (hwloc_obj_t node = object->memory_first_child; node; node = node->next_sibling)
		if (node->type == HWLOC_OBJ_NUMANODE)
			draw_object(node, depth, sets, out);
	for (hwloc_obj_t child = object->first_child; child; child = child->next_sibling) {
		if (is_drawn(child))
			draw_object(child, depth, sets, out);
		draw_below(child, depth + is_drawn(child), sets, out);
	}
}

static void describe_drawing(hwloc_topology_t machine, hwloc_const_bitmap_t housekeeping, hwloc_const_bitmap_t subject,
			     struct topology *ret)
{
	hwloc_const_bitmap_t sets[] = {housekeeping, subject};
	FILE *out = fmemopen(ret->drawing, sizeof(ret->drawing) - 4, "w");
	bool whole;

	if (!out)
		return;
	draw_below(hwloc_get_root_obj(machine), 0, sets, out);
	whole = fflush(out) == 0 && !ferror(out);
	(void)fclose(out);
	ret->drawing[sizeof(ret->drawing) - 5] = '\0';
	if (!whole)
		(void)memcpy(ret->drawing + strlen(ret->drawing), "...", sizeof("..."));
}

static void describe_split(hwloc_topology_t machine, hwloc_const_bitmap_t usable, struct topology *ret)
{
	hwloc_bitmap_t housekeeping = hwloc_bitmap_alloc(), subject = hwloc_bitmap_alloc();
	bool ok = split(machine, usable, housekeeping, subject, &ret->core_shared);

	ok = ok && list_cpus(ret->housekeeping_cpus, housekeeping) && list_cpus(ret->subject_cpus, subject);
	if (!ok) {
		(void)list_cpus(ret->housekeeping_cpus, usable);
		(void)list_cpus(ret->subject_cpus, usable);
		(void)hwloc_bitmap_copy(subject, usable);
	}
	(void)snprintf(ret->policy, sizeof(ret->policy), "%s", ok ? "hwloc-split" : "none");
	ret->subject_cpu_count = (unsigned)hwloc_bitmap_weight(subject);
	ret->subject_node_count = count_touched(machine, HWLOC_OBJ_NUMANODE, subject);
	describe_drawing(machine, ok ? housekeeping : usable, subject, ret);
	hwloc_bitmap_free(housekeeping);
	hwloc_bitmap_free(subject);
}

static void describe_export(hwloc_topology_t machine, struct topology *ret)
{
	char *xml = NULL;
	int length;

	if (hwloc_topology_export_synthetic(machine, ret->shape, sizeof(ret->shape),
					    HWLOC_TOPOLOGY_EXPORT_SYNTHETIC_FLAG_NO_ATTRS) < 0)
		ret->shape[0] = '\0';
	if (hwloc_topology_export_xmlbuffer(machine, &xml, &length, 0) < 0)
		return;
	digest_text(xml, ret->xml_sha256);
	hwloc_free_xmlbuffer(machine, xml);
}

static void describe(hwloc_topology_t machine, struct topology *ret)
{
	hwloc_bitmap_t usable = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(machine));
	hwloc_bitmap_t bound = hwloc_bitmap_alloc();
	int kinds = hwloc_cpukinds_get_nr(machine, 0);

	/* What taskset left of it; a synthetic machine has no processes to ask. */
	if (hwloc_topology_is_thissystem(machine) &&
	    hwloc_get_cpubind(machine, bound, HWLOC_CPUBIND_PROCESS) == 0 &&
	    hwloc_bitmap_intersects(bound, usable))
		(void)hwloc_bitmap_and(usable, usable, bound);
	*ret = (struct topology){
		.cpu_count = (unsigned)hwloc_bitmap_weight(usable),
		.core_count = count_touched(machine, HWLOC_OBJ_CORE, usable),
		.node_count = count_touched(machine, HWLOC_OBJ_NUMANODE, usable),
		.kind_count = kinds > 0 ? (unsigned)kinds : 0,
	};
	if (!ret->core_count)
		ret->core_count = ret->cpu_count;
	describe_split(machine, usable, ret);
	describe_export(machine, ret);
	hwloc_bitmap_free(bound);
	hwloc_bitmap_free(usable);
}

static int topology_load(const char *synthetic, struct topology *ret, struct error *err)
{
	hwloc_topology_t machine;

	if (hwloc_topology_init(&machine) < 0)
		return error_set(err, -ENOMEM, "hwloc: cannot start");
	if (synthetic && hwloc_topology_set_synthetic(machine, synthetic) < 0) {
		hwloc_topology_destroy(machine);
		return error_set(err, -EINVAL, "hwloc: '%s' describes no machine", synthetic);
	}
	if (hwloc_topology_load(machine) < 0) {
		hwloc_topology_destroy(machine);
		return error_set(err, -EIO, "hwloc: cannot read this machine's topology");
	}
	describe(machine, ret);
	hwloc_topology_destroy(machine);
	return 0;
}

int topology_read_synthetic(const char *description, struct topology *ret, struct error *err)
{
	return topology_load(description, ret, err);
}

static struct topology topology_cached;
static struct error topology_error;

static void topology_read_once(void)
{
	(void)topology_load(NULL, &topology_cached, &topology_error);
}

int topology_read(struct topology *ret, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, topology_read_once);
	if (topology_error.code)
		return error_set(err, topology_error.code, "%s", topology_error.text);
	*ret = topology_cached;
	return 0;
}

int topology_bind(pid_t thread, const char *cpus, struct error *err)
{
	hwloc_bitmap_t bitmap = hwloc_bitmap_alloc();
	cpu_set_t set;
	int cpu, rc = hwloc_bitmap_list_sscanf(bitmap, cpus);

	CPU_ZERO(&set);
	for (cpu = hwloc_bitmap_first(bitmap); cpu >= 0 && cpu < CPU_SETSIZE; cpu = hwloc_bitmap_next(bitmap, cpu))
		CPU_SET((size_t)cpu, &set);
	hwloc_bitmap_free(bitmap);
	if (rc < 0 || cpu >= 0)
		return error_set(err, -EINVAL, "'%.64s' is no list of CPUs that can be bound to", cpus);
	if (sched_setaffinity(thread, sizeof(set), &set) < 0)
		return error_errno(err, errno, "cannot bind to CPUs %.64s", cpus);
	return 0;
}

void topology_list(const cpu_set_t *set, char *text, size_t size)
{
	hwloc_bitmap_t bitmap = hwloc_bitmap_alloc();

	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set))
			(void)hwloc_bitmap_set(bitmap, cpu);
	int length = hwloc_bitmap_list_snprintf(text, size, bitmap);

	if (length < 0 || (size_t)length >= size)
		text[0] = '\0';
	hwloc_bitmap_free(bitmap);
}
