/* SPDX-License-Identifier: Apache-2.0 */
/* What a pointer shows on a chart: gnuplot's hypertext, which plot-svg.c turns into titles of SVG. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/report/escape.h"
#include "harness/report/plot-script.h"

void script_hover(struct script *script, double x, double y, size_t panel, const char *format, ...)
{
	char text[256];
	va_list args;

	if (!isfinite(x) || !isfinite(y))
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cleanup_free char *clean = escape_text(ESCAPE_TERMINAL, text);

	/* gnuplot puts it between quotes of a script, and leaves ">" as it is. */
	for (char *at = clean; *at; at++)
		*at = strchr("'\"\\>", *at) ? ' ' : *at;
	if (!script->hover)
		script->hover = open_memstream(&script->hover_rows, &script->hover_size);
	(void)fprintf(script->hover, "%.12g\t%.12g\t%zu\t%s\n", x, y, panel, clean);
	script->hovers++;
}

void script_hover_end(struct script *script)
{
	script_number(script, (double)script->hovers, "hover_count");
	script_number(script, (double)script->tables, "hover_index");
	if (!script->hover)
		return;
	(void)fclose(script->hover);
	script_table(script, "What a pointer shows.", SCRIPT_HOVER " x\ty\tpanel\ttext");
	(void)fwrite(script->hover_rows, 1, script->hover_size, script->data);
	script->rows += script->hovers;
	free(script->hover_rows);
	script->hover = NULL;
}
