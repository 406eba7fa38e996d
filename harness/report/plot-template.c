/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/plot-template.h"

#include "harness/base/embed.h"

EMBED(plot_template_common, "scripts/plots/common.gp");
EMBED(plot_template_startup, "scripts/plots/startup.gp");
EMBED(plot_template_ecdf, "scripts/plots/ecdf.gp");
EMBED(plot_template_waterfall, "scripts/plots/waterfall.gp");
EMBED(plot_template_class, "scripts/plots/class.gp");
EMBED(plot_template_weight, "scripts/plots/weight.gp");
EMBED(plot_template_cow, "scripts/plots/cow.gp");
EMBED(plot_template_dots, "scripts/plots/dots.gp");
EMBED(plot_template_work, "scripts/plots/work.gp");
EMBED(plot_template_ramp, "scripts/plots/ramp.gp");
EMBED(plot_template_density, "scripts/plots/density.gp");
