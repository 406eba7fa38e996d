/* SPDX-License-Identifier: Apache-2.0 */
/* The table of claims, and which subjects stand for the two sides of each. */
#include "harness/analyze/claims.h"

#include <stdio.h>
#include <string.h>

#include "harness/analyze/claims-decide.h"
#include "harness/base/alloc.h"

struct claim_row {
	const char *id, *kind, *text, *measured_by;
	void (*decide)(const struct sides *sides, struct claim_result *ret); /* NULL: no scenario measures it yet */
	const char *missing; /* where not measured: why, and how it would be */
};

const char *claim_verdict_name(enum claim_verdict verdict)
{
	static const char *const names[] = {
		[CLAIM_SUPPORTED] = "supported",
		[CLAIM_REFUTED] = "refuted",
		[CLAIM_INCONCLUSIVE] = "inconclusive",
		[CLAIM_NOT_DECIDED] = "not decided on this host",
		[CLAIM_NOT_MEASURED] = "not measured",
	};

	return names[verdict];
}

#define ELSEWHERE "Not part of this scenario."
#define NO_USUAL "Not part of this scenario: it needs docker and a q35 VM with stock libvirt in one run."

static const struct claim_row rows[] = {
	{"starts-faster", "floor", "A container starts faster than a VM.",
	 "start-up from request to ready, own container against the fastest VM with the same root, paired by block",
	 claim_decide_start, "Needs a namespace container and a VM with the same root in one run."},
	{"less-memory", "floor", "A container takes less memory than a VM.",
	 "footprint of one idle instance, paired by block", claim_decide_memory,
	 "Needs a namespace container and a VM with the same root in one run."},
	{"less-disk", "floor", "A container takes less disk than a VM.",
	 "allocated bytes of one instance's own layer at ready, paired by block", claim_decide_disk,
	 "Needs a namespace container and a VM with the same root in one run."},
	{"own-kernel", "floor", "A VM runs a kernel of its own; a container runs the host's.",
	 "kernel release and boot id as the payload reads them", claim_decide_kernel,
	 "Needs a namespace container and a VM in one run."},
	{"visible-processes", "floor", "A container's processes are processes of the host; a VM's are not.",
	 "the peer of the payload's channel as the host sees it", claim_decide_visible,
	 "Needs a namespace container and a VM in one run."},
	{"starts-faster", "usual", "A container starts faster than a VM.",
	 "start-up from request to ready, docker against a q35 VM with stock libvirt", claim_decide_start, NO_USUAL},
	{"less-memory", "usual", "A container takes less memory than a VM.",
	 "footprint of one idle instance, docker against a q35 VM with stock libvirt", claim_decide_memory, NO_USUAL},
	{"less-disk", "usual", "A container takes less disk than a VM.",
	 "allocated bytes of one instance, docker against a q35 VM with stock libvirt", claim_decide_disk, NO_USUAL},
	{"layered-images", "usual", "Container images are layered, and instances share the layers.",
	 "bytes on disk of images that share layers against their sum", NULL, ELSEWHERE},
	{"copy-on-write", "any", "Images are copy-on-write, so a change is cheap.",
	 "latency and bytes of the first write to an unchanged file, against the second", NULL, ELSEWHERE},
	{"client-daemon", "usual", "A container engine is a client and a daemon.",
	 "start-up through the client, through the daemon's socket and without a daemon", NULL, ELSEWHERE},
	{"registry", "usual", "Images travel through a registry.",
	 "bytes and time of a pull with and without layers that are there already", NULL, ELSEWHERE},
	{"other-system", "any", "A VM may run an operating system different from the host's.",
	 "a guest with another kernel than the host's kind boots and reports it", NULL, ELSEWHERE},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static bool is_option(const struct analysis_subject *s, const char *option, const char *value)
{
	return !strcmp(json_get_text(json_path(s->json, "asked.options"), option, ""), value);
}

/* Is the VM what `vm` is without options: the fastest one? */
static bool is_tuned(const struct analysis_subject *s)
{
	static const char *const options[][2] = {
		{"machine", "microvm"}, {"libvirt", "tuned"}, {"kernel", "pvh"}, {"cmdline", "tuned"}};
	size_t tuned = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		/* An option that the plan does not name has its default. */
		tuned += is_option(s, options[i][0], options[i][1]) || is_option(s, options[i][0], "");
	return tuned == sizeof(options) / sizeof(options[0]);
}

/* How well a subject stands for its side of a floor or of a usual row; 0: not at all. */
static int rank_of(const struct analysis_subject *s, enum analysis_kind kind, bool usual)
{
	bool stock = is_option(s, "libvirt", "stock");
	bool usual_vm = stock && is_option(s, "machine", "q35");
	const char *runtime = kind == KIND_VM ? "vm" : usual ? "docker" : "namespace";

	if (s->kind != kind || strcmp(s->runtime, runtime) || strcmp(s->class, "plain"))
		return 0;
	if (kind == KIND_VM && (usual ? !usual_vm : stock))
		return 0;
	return 1 + !strcmp(s->name, s->runtime) + 2 * (kind == KIND_VM && is_tuned(s)) + 4 * !strcmp(s->root, "image") +
	       8 * s->usable;
}

/* The best pair with the same kind of root: others are never compared. */
static bool sides_find(const struct analysis *a, bool usual, struct sides *ret)
{
	int best = 0;

	for (size_t c = 0; c < a->subject_count; c++)
		for (size_t v = 0; v < a->subject_count; v++) {
			const struct analysis_subject *container = &a->subjects[c], *vm = &a->subjects[v];
			int mine = rank_of(container, KIND_CONTAINER, usual), theirs = rank_of(vm, KIND_VM, usual);

			if (!mine || !theirs || strcmp(container->root, vm->root) || mine + theirs <= best)
				continue;
			best = mine + theirs;
			*ret = (struct sides){a, container, vm, c, v, false};
		}
	if (!best)
		return false;
	/* The label alone is not enough: the host's functional probe must say so too. */
	ret->hardware = (!*ret->vm->label && !strcmp(a->kvm_class, "kvm-hw")) ||
			(!strcmp(ret->vm->label, "kvm-nested") && !strcmp(a->kvm_class, "kvm-nested"));
	return true;
}

static bool has_side(const struct analysis *a, enum analysis_kind kind)
{
	for (size_t i = 0; i < a->subject_count; i++)
		if (rank_of(&a->subjects[i], kind, false))
			return true;
	return false;
}

static void decide_floor(const struct sides *sides, size_t row, struct claim_result *r)
{
	rows[row].decide(sides, r);
	if (!strcmp(rows[row].kind, "floor") && !is_tuned(sides->vm)) {
		size_t used = strlen(r->caveat);

		(void)snprintf(r->caveat + used, sizeof(r->caveat) - used, "%s%s is not the fastest VM that tare has.",
			       used ? " " : "", sides->vm->title);
	}
}

static struct claim_result *claim_of(struct claim_result *results, const char *id)
{
	while (strcmp(results->id, id) != 0)
		results++;
	return results;
}

struct claim_result *claims_decide(const struct analysis *analysis, size_t *ret_count)
{
	struct claim_result *results = alloc_zero(ROW_COUNT, sizeof(*results));

	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct claim_result *r = &results[i];
		struct sides sides;

		*r = (struct claim_result){.id = rows[i].id,
					   .kind = rows[i].kind,
					   .text = rows[i].text,
					   .measured_by = rows[i].measured_by,
					   .verdict = CLAIM_NOT_MEASURED,
					   .amount_verdict = CLAIM_NOT_MEASURED,
					   .effect = NO_ESTIMATE,
					   .amount = NO_ESTIMATE};
		if (rows[i].decide && sides_find(analysis, !strcmp(rows[i].kind, "usual"), &sides))
			decide_floor(&sides, i, r);
		else if (rows[i].decide && strcmp(rows[i].kind, "usual") && has_side(analysis, KIND_CONTAINER) &&
			 has_side(analysis, KIND_VM))
			(void)snprintf(r->caveat, sizeof(r->caveat), "Different root trees are never compared.");
		else
			(void)snprintf(r->caveat, sizeof(r->caveat), "%s", rows[i].missing);
	}
	claim_decide_system(analysis, claim_of(results, "other-system"));
	*ret_count = ROW_COUNT;
	return results;
}
