/* SPDX-License-Identifier: Apache-2.0 */
/* Each claim of claims.json decided: which subjects stand for its two sides, and what their rule says. */
#include "harness/analyze/claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/analyze/claims-decide.h"
#include "harness/analyze/claims-table.h"
#include "harness/base/alloc.h"

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

static void decide_by_sides(const struct sides *sides, const struct claim_row *row, struct claim_result *r)
{
	row->rule->by_sides(sides, r);
	if (!strcmp(row->kind, "floor") && !is_tuned(sides->vm)) {
		size_t used = strlen(r->caveat);

		(void)snprintf(r->caveat + used, sizeof(r->caveat) - used, "%s%s is not the fastest VM that tare has.",
			       used ? " " : "", sides->vm->title);
	}
}

/* Comes as not measured, with what it would take. */
static void decide(const struct analysis *analysis, const struct claim_row *row, struct claim_result *r)
{
	bool usual = !strcmp(row->kind, "usual");
	struct sides sides;

	if (row->rule->by_run) {
		row->rule->by_run(analysis, r);
	} else if (row->rule->by_sides && sides_find(analysis, usual, &sides)) {
		r->caveat[0] = '\0';
		decide_by_sides(&sides, row, r);
	} else if (row->rule->by_sides && !usual && has_side(analysis, KIND_CONTAINER) && has_side(analysis, KIND_VM)) {
		(void)snprintf(r->caveat, sizeof(r->caveat), "Different root trees are never compared.");
	}
}

int claims_decide(const struct analysis *analysis, struct claims *ret_claims, struct error *err)
{
	struct claims claims = {.source = claims_own(err)};
	struct claim_row rows[CLAIMS_MAX];

	if (!claims.source)
		return -EINVAL;
	int rc = claims_read(claims.source, "claims.json", rows, &claims.count, err);

	if (rc < 0) {
		claims_release(&claims);
		return rc;
	}
	claims.rows = alloc_zero(claims.count, sizeof(*claims.rows));
	for (size_t i = 0; i < claims.count; i++) {
		claims.rows[i] = (struct claim_result){.id = rows[i].id,
						       .kind = rows[i].kind,
						       .text = rows[i].text,
						       .measured_by = rows[i].measured_by,
						       .verdict = CLAIM_NOT_MEASURED,
						       .amount_verdict = CLAIM_NOT_MEASURED,
						       .effect = NO_ESTIMATE,
						       .amount = NO_ESTIMATE};
		(void)snprintf(claims.rows[i].caveat, sizeof(claims.rows[i].caveat), "%s", rows[i].how);
		decide(analysis, &rows[i], &claims.rows[i]);
	}
	*ret_claims = claims;
	return 0;
}

void claims_release(struct claims *claims)
{
	free(claims->rows);
	json_free(claims->source);
	*claims = (struct claims){0};
}
