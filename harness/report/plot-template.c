/* SPDX-License-Identifier: Apache-2.0 */
/* The assembler takes the files in, each ended by NUL. Paths are from the repo's root, as those of
 * includes. */
#include "harness/report/plot-template.h"

#define TEMPLATE(symbol, path)                                                                          \
	__asm__(".pushsection .rodata\n"                                                                \
		".global " #symbol "\n"                                                                 \
		".type " #symbol ", @object\n" #symbol ":\n"                                            \
		".incbin \"" path "\"\n"                                                                \
		".byte 0\n"                                                                             \
		".size " #symbol ", . - " #symbol "\n"                                                  \
		".popsection\n")

TEMPLATE(plot_template_common, "scripts/plots/common.gp");
TEMPLATE(plot_template_startup, "scripts/plots/startup.gp");
TEMPLATE(plot_template_ecdf, "scripts/plots/ecdf.gp");
TEMPLATE(plot_template_weight, "scripts/plots/weight.gp");
