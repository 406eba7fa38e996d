/* SPDX-License-Identifier: Apache-2.0 */
/* The gnuplot templates of scripts/plots/, built into the program: nothing to find at run time. */
#pragma once

extern const char plot_template_common[], plot_template_startup[], plot_template_ecdf[],
	plot_template_waterfall[], plot_template_weight[], plot_template_class[],
	plot_template_cow[], plot_template_dots[], plot_template_work[], plot_template_ramp[],
	plot_template_density[];
