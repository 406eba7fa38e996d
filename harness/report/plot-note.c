/* SPDX-License-Identifier: Apache-2.0 */
/* The texts around a chart: what it shows, of which host and run, and what bends its numbers. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/report/plot-script.h"

#define NOTE_WIDTH 112 /* characters of the small font across 800 pixels */

/* The blank in "1.59 ms". */
static bool note_is_amount(const char *text, size_t blank)
{
	return text[blank] == ' ' && blank && isdigit((unsigned char)text[blank - 1]) &&
	       isalpha((unsigned char)text[blank + 1]);
}

/* How many bytes of `text` fit into a line of `width` characters. */
static size_t note_break(const char *text, size_t width)
{
	size_t bytes = 0, characters = 0, fit = 0;

	for (; text[bytes] && text[bytes] != '\n'; bytes++) {
		if (((unsigned char)text[bytes] & 0xc0) != 0x80 && characters++ == width)
			return fit ? fit : bytes;
		if (strchr(" -:,;", text[bytes]) && !note_is_amount(text, bytes))
			fit = bytes + 1;
	}
	return bytes;
}

char *script_wrap(const char *text, size_t width, size_t *ret_lines)
{
	char *lines = alloc_zero(strlen(text) * 2 + 1, 1), *to = lines;
	size_t count = 1;

	for (size_t length = note_break(text, width); *text; length = note_break(text, width)) {
		(void)memcpy(to, text, length);
		to += length;
		text += length;
		if (*text == '\n')
			text++;
		while (to > lines && to[-1] == ' ')
			to--;
		if (*text && ++count)
			*to++ = '\n';
	}
	*to = '\0';
	if (ret_lines)
		*ret_lines = count;
	return lines;
}

void script_note(struct script *script, bool warning, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cleanup_free char *lines = script_wrap(text, NOTE_WIDTH, NULL);

	for (char *line = lines, *end; line && script->notes < SCRIPT_NOTES_MAX; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		script->notes++;
		script_text(script, line, "note[%zu]", script->notes);
		script_number(script, warning, "note_warns[%zu]", script->notes);
	}
}

void script_list(char *list, size_t size, const char *item)
{
	size_t used = strlen(list);

	if (used + strlen(item) + 8 < size)
		(void)snprintf(list + used, size - used, "%s%s", used ? ", " : "", item);
	else if (used < 4 || strcmp(list + used - 3, "...") != 0)
		(void)snprintf(list + used, size - used, "...");
}

/* Never let emulation pass for KVM: the subjects whose label says so, by name. */
static void note_emulated(struct script *script, const struct analysis *analysis, const char *emulated)
{
	static const struct {
		const char *label, *what;
	} kinds[] = {
		{"tcg", "TCG (software emulation), not KVM"},
		{"kvm-software", "KVM in software, without the CPU's support"},
	};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		char names[160] = "";
		size_t count = 0;

		for (size_t i = 0; i < analysis->subject_count; i++)
			if (!strcmp(analysis->subjects[i].label, kinds[k].label) && ++count)
				script_list(names, sizeof(names), analysis->subjects[i].name);
		if (count > 2)
			(void)snprintf(names, sizeof(names), "The %zu subjects marked (%s)", count,
				       kinds[k].label);
		if (count)
			script_note(script, true, "%s %s %s%s", names, count > 1 ? "are" : "is",
				    kinds[k].what, k ? "" : emulated);
	}
}

void script_title(struct script *script, const struct analysis *analysis, const char *title,
		  const char *emulated)
{
	const struct json *plan = analysis->recording->plan;
	const char *name = json_text_of(json_path(plan, "run.scenario.name"), "unnamed");
	const char *about = json_text_of(json_path(plan, "run.scenario.title"), "");

	script_text(script, title, "chart_title");
	script_arrays(script, SCRIPT_NOTES_MAX, "note note_warns");
	char line[NOTE_WIDTH + 1];

	if (snprintf(line, sizeof(line), "Scenario %s%s%s", name, *about ? ": " : "", about) >
	    NOTE_WIDTH)
		(void)memcpy(line + NOTE_WIDTH - 3, "...", 3);
	line[strcspn(line, "\n")] = '\0';
	script_note(script, false, "%s", line);
	note_emulated(script, analysis, emulated);
}

static flag_set note_flags(const struct analysis *analysis, const char *metric)
{
	flag_set flags = 0;

	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (analysis->flags[i].triggered && !analysis->flags[i].subject_count)
			flags |= (flag_set)1 << i;
	for (size_t i = 0; i < analysis->subject_count; i++) {
		const struct analysis_summary *summary = analysis_summary_find(analysis, metric, i);

		flags |= summary ? summary->flags : 0;
	}
	return flags;
}

void script_finish(struct script *script, const struct analysis *analysis, const char *metric)
{
	const struct recording *recording = analysis->recording;
	flag_set flags = note_flags(analysis, metric);
	char list[400] = "";

	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flags >> i & 1 && flag_table[i].severity != SEVERITY_NOTE)
			script_list(list, sizeof(list), flag_table[i].id);
	if (*list)
		script_note(script, false, "Flags (explained in the report): %s", list);
	script_number(script, (double)script->notes, "note_count");

	cleanup_free char *foot = alloc_format(
		"host %.12s (%.48s, kernel %.32s)   run %.16s   tare %.16s, method %d",
		json_text_of(json_path(recording->host, "host.fingerprint_sha256"), "unknown"),
		json_text_of(json_path(recording->host, "host.cpu.model"), "CPU not known"),
		json_text_of(json_path(recording->host, "host.kernel.release"), "not known"),
		json_text_of(json_path(recording->plan, "run.id"), "unknown"),
		json_text_of(json_path(recording->plan, "tool.version"), ""),
		(int)json_int_of(json_path(recording->plan, "method_version"), METHOD_VERSION));

	script_text(script, foot, "foot");
}
