/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people read them, in ASCII: "1.59 ms", "122 MiB", "1 240 times". Three significant digits; the
 * exact number is in the report's JSON.
 */
#pragma once

enum units {
	UNITS_NS,    /**< nanoseconds: ns, us, ms, s */
	UNITS_BYTES, /**< B, KiB, MiB, GiB, TiB */
	UNITS_TIMES, /**< a ratio: "28.3 times" */
};

#define UNITS_MAX 64

/** "1.59 ms". NaN: "unknown"; infinite: "inf" or "-inf". Returns `text`. */
char *units_text(enum units units, double value, char text[UNITS_MAX]);
/**
 * "[1.50, 1.70]": both ends in the unit in which units_text() shows `value`, the name of the unit left out. Where
 * `value` is not finite, each end has its own: "[900 ms, inf]". An end that is NaN: "no interval".
 */
char *units_interval(enum units units, double value, double lo, double hi, char text[UNITS_MAX]);
/** A whole number in groups of three: "1 240 000". */
char *units_count(unsigned long long count, char text[UNITS_MAX]);
