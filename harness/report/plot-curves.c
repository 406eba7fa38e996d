/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-curves.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/alloc.h"

#define PLOT_PX 380.0 /* as the template has it */
#define LABEL_PX 15.0 /* from one label to the next */
#define MARGIN 1.6    /* factor of both axes beyond the numbers */

void plot_curves_take(struct plot_curves *curves, double n, double value)
{
	if (!(n > 0) || !(value > 0))
		return;
	curves->n_high = fmax(curves->n_high, n);
	curves->low = curves->low > 0 ? fmin(curves->low, value) : value;
	curves->high = fmax(curves->high, value);
}

void plot_curves_add(struct plot_curves *curves, size_t subject, const char *name, double n, double value, char *text)
{
	curves->all = alloc_grow(curves->all, curves->count + 1, sizeof(*curves->all));
	curves->all[curves->count++] = (struct plot_curve){subject, name, n, value, 0, text};
}

/* One name while they are put in order. */
struct label {
	double end, px;
	size_t curve;
};

static int compare_ends(const void *a, const void *b)
{
	const struct label *x = a, *y = b;

	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return x->curve < y->curve ? -1 : 1;
}

void plot_curves_place(const double *ends, size_t count, double low, double high, double px, double *ret_px)
{
	struct label *labels = alloc_zero(count + 1, sizeof(*labels));
	double limit = px;

	for (size_t i = 0; i < count; i++)
		labels[i] = (struct label){ends[i] > 0 ? ends[i] : 0, 0, i};
	qsort(labels, count, sizeof(*labels), compare_ends);
	for (size_t i = 0; i < count; i++) {
		double own = labels[i].end > 0 ? px * log(high / labels[i].end) / log(high / low) : px;

		labels[i].px = i ? fmax(own, labels[i - 1].px + LABEL_PX) : own;
	}
	for (size_t i = count; i-- > 0; limit = labels[i].px - LABEL_PX) {
		labels[i].px = fmin(labels[i].px, limit);
		ret_px[labels[i].curve] = labels[i].px;
	}
	free(labels);
}

static void labels_place(struct plot_curves *curves)
{
	double *ends = alloc_zero(curves->count + 1, sizeof(*ends)), *px = alloc_zero(curves->count + 1, sizeof(*px));

	for (size_t i = 0; i < curves->count; i++)
		ends[i] = curves->all[i].value;
	plot_curves_place(ends, curves->count, curves->low / MARGIN, curves->high * MARGIN, PLOT_PX, px);
	for (size_t i = 0; i < curves->count; i++)
		curves->all[i].label_px = px[i];
	free(ends);
	free(px);
}

void plot_curves_end(struct script *script, struct plot_curves *curves)
{
	labels_place(curves);
	script_arrays(script, curves->count ? curves->count : 1,
		      "curve_name curve_text curve_subject curve_end curve_label_px");
	for (size_t i = 0; i < curves->count; i++) {
		const struct plot_curve *curve = &curves->all[i];

		script_text(script, curve->name, "curve_name[%zu]", i + 1);
		script_text(script, curve->text, "curve_text[%zu]", i + 1);
		script_number(script, (double)(curve->subject + 1), "curve_subject[%zu]", i + 1);
		script_number(script, curve->n > 0 ? curve->n : 1, "curve_end[%zu]", i + 1);
		script_number(script, curve->label_px, "curve_label_px[%zu]", i + 1);
		free(curve->text);
	}
	script_number(script, (double)curves->count, "curve_count");
	script_number(script, fmax(curves->n_high * 1.15, 2), "n_high");
	script_number(script, curves->low / MARGIN, "y_low");
	script_number(script, curves->high * MARGIN, "y_high");
	script_number(script, curves->bytes, "y_bytes");
	script_text(script, curves->what, "x_what");
	script_number(script, 10, "name_width");
	free(curves->all);
}
