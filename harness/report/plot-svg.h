/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gnuplot's SVG, made fit to be one of several on a page: names that no other chart has, a title and a role for
 * people who cannot see it, values that a pointer shows as <title> elements, no script, no event handler.
 */
#pragma once

/** For free(). `name`: of the chart, before every id. NULL: that is no whole SVG of gnuplot's. */
char *plot_svg_polish(const char *svg, const char *name, const char *title);
