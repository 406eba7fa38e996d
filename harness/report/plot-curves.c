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

void plot_curves_add(struct plot_curves *curves, size_t subject, double n, double value, char *text)
{
	curves->all = alloc_grow(curves->all, curves->count + 1, sizeof(*curves->all));
	curves->all[curves->count++] = (struct plot_curve){subject, n, value, 0, text};
}

static int compare_values(const void *a, const void *b)
{
	const struct plot_curve *x = *(struct plot_curve *const *)a, *y = *(struct plot_curve *const *)b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return x < y ? -1 : 1;
}

/* Each name at the end of its curve, from the top; those that would touch move down, and back up from the foot. */
static void labels_place(struct plot_curves *curves)
{
	struct plot_curve **sorted = alloc_zero(curves->count + 1, sizeof(*sorted));
	double high = log(curves->high * MARGIN), low = log(curves->low / MARGIN), limit = PLOT_PX;

	for (size_t i = 0; i < curves->count; i++)
		sorted[i] = &curves->all[i];
	qsort(sorted, curves->count, sizeof(struct plot_curve *), compare_values);
	for (size_t i = 0; i < curves->count; i++) {
		double own = sorted[i]->value > 0 ? PLOT_PX * (high - log(sorted[i]->value)) / (high - low) : PLOT_PX;

		sorted[i]->label_px = i ? fmax(own, sorted[i - 1]->label_px + LABEL_PX) : own;
	}
	for (size_t i = curves->count; i-- > 0; limit -= LABEL_PX)
		sorted[i]->label_px = fmin(sorted[i]->label_px, limit);
	free(sorted);
}

void plot_curves_end(struct script *script, const struct analysis *analysis, struct plot_curves *curves)
{
	labels_place(curves);
	script_arrays(script, curves->count ? curves->count : 1,
		      "curve_name curve_text curve_colour curve_end curve_label_px");
	for (size_t i = 0; i < curves->count; i++) {
		const struct plot_curve *curve = &curves->all[i];

		script_text(script, analysis->subjects[curve->subject].title, "curve_name[%zu]", i + 1);
		script_text(script, curve->text, "curve_text[%zu]", i + 1);
		script_number(script, (double)(curve->subject + 1), "curve_colour[%zu]", i + 1);
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
