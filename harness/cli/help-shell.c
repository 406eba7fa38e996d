/* SPDX-License-Identifier: Apache-2.0 */
/* Completions for bash and zsh: commands, their options, words to choose from, folders, names of scenarios and labs. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/cli/help.h"

/* "text|md|csv" as "text md csv"; for free(). */
static char *choices_of(const char *value)
{
	char *words = alloc_text(value);

	for (char *at = words; *at; at++)
		*at = *at == '|' ? ' ' : *at;
	return words;
}

/* The words in lower case that stand alone in a text such as "[runtimes|scenarios|RUNTIME]"; for free(). */
static char *words_of(const char *arguments)
{
	char *words = alloc_zero(strlen(arguments) * 2 + 1, 1), *to = words;

	for (const char *at = arguments; *at;) {
		size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
		bool alone = at == arguments || strchr("[| ", at[-1]);

		if (length && alone && (!at[length] || strchr("|] ", at[length]))) {
			(void)memcpy(to, at, length);
			to += length;
			*to++ = ' ';
		}
		at += length ? length : 1;
	}
	return words;
}

/* The names that `tare list` knows, where a command takes them. */
static const char *names_of(const struct command *command)
{
	static const struct {
		const char *arguments, *names;
	} kinds[] = {{"SCENARIO", "$(tare list --names scenarios 2>/dev/null)"},
		     {"RUNTIME", "$(tare list --names runtimes 2>/dev/null)"},
		     {"NAME", "$(tare list --names labs 2>/dev/null)"}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strstr(command->arguments, kinds[i].arguments))
			return kinds[i].names;
	return "";
}

/* What completes the value of an option that takes one. */
static void bash_value(FILE *out, const struct command *command, const struct argp_option *option)
{
	(void)fprintf(out, "\t%s:--%s", command->name, option->name);
	if (option->key > 0 && option->key < 0x80)
		(void)fprintf(out, "|%s:-%c", command->name, option->key);
	if (help_has_choices(option->arg)) {
		cleanup_free char *words = choices_of(option->arg);

		(void)fprintf(out, ") COMPREPLY=($(compgen -W '%s' -- \"$current\")) ;;\n", words);
	} else if (strstr(option->arg, "DIR")) {
		(void)fputs(") COMPREPLY=($(compgen -d -- \"$current\")) ;;\n", out);
	} else {
		(void)fputs(") COMPREPLY=() ;;\n", out);
	}
}

static void bash_words(FILE *out, const struct command *command)
{
	cleanup_free char *words = words_of(command->arguments);

	(void)fprintf(out, "\t\t%s) words=\"%s%s", command->name, words, names_of(command));
	for (const struct argp_option *o = help_next_option(command, NULL); o; o = help_next_option(command, o))
		(void)fprintf(out, " --%s", o->name);
	(void)fputs(" --help\" ;;\n", out);
}

void help_bash(FILE *out)
{
	(void)fputs("# Completion of tare for bash; made by `tare help --bash`.\n"
		    "_tare() {\n"
		    "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
		    "\tif [[ $current == = ]]; then current=; fi\n"
		    "\tif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
		    "\tif ((COMP_CWORD == 1)); then\n\t\tCOMPREPLY=($(compgen -W '", out);
	for (size_t i = 0; command_table[i]; i++)
		(void)fprintf(out, "%s ", command_table[i]->name);
	(void)fputs("--version' -- \"$current\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]}:$before in\n", out);
	for (size_t i = 0; command_table[i]; i++)
		for (const struct argp_option *o = help_next_option(command_table[i], NULL); o;
		     o = help_next_option(command_table[i], o))
			if (o->arg)
				bash_value(out, command_table[i], o);
	(void)fputs("\t*)\n\t\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; command_table[i]; i++)
		bash_words(out, command_table[i]);
	(void)fputs("\t\tesac\n\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\") $(compgen -d -- \"$current\"))\n"
		    "\t\t;;\n\tesac\n}\ncomplete -o filenames -F _tare tare\n", out);
}

/* Text between single quotes and brackets of a zsh specification. */
static void zsh_text(FILE *out, const char *text)
{
	for (; *text && *text != '\n'; text++) {
		if (strchr("[]:\\", *text))
			(void)fputc('\\', out);
		if (*text == '\'')
			(void)fputs("'\\''", out);
		else
			(void)fputc(*text, out);
	}
}

static void zsh_option(FILE *out, const struct argp_option *option)
{
	(void)fprintf(out, " \\\n\t\t\t'--%s%s[", option->name, option->arg ? "=" : "");
	zsh_text(out, option->doc);
	(void)fputc(']', out);
	if (option->arg) {
		cleanup_free char *words = help_has_choices(option->arg) ? choices_of(option->arg) : alloc_text("");

		(void)fputc(':', out);
		zsh_text(out, option->arg);
		if (*words)
			(void)fprintf(out, ":(%s)", words);
		else
			(void)fputs(strstr(option->arg, "DIR") ? ":_files -/" : ":", out);
	}
	(void)fputc('\'', out);
}

static void zsh_command(FILE *out, const struct command *command)
{
	cleanup_free char *words = words_of(command->arguments);

	(void)fprintf(out, "\t%s)\n\t\tnames=(%s%s)\n\t\t_arguments", command->name, words, names_of(command));
	for (const struct argp_option *o = help_next_option(command, NULL); o; o = help_next_option(command, o))
		zsh_option(out, o);
	(void)fputs(" \\\n\t\t\t'*:argument:{ compadd -a names; _files -/ }'\n\t\t;;\n", out);
}

void help_zsh(FILE *out)
{
	(void)fputs("#compdef tare\n# Completion of tare for zsh; made by `tare help --zsh`.\n"
		    "local -a commands names\ncommands=(\n", out);
	for (size_t i = 0; command_table[i]; i++) {
		(void)fprintf(out, "\t'%s:", command_table[i]->name);
		zsh_text(out, command_table[i]->summary);
		(void)fputs("'\n", out);
	}
	(void)fputs(")\nif ((CURRENT == 2)); then\n\t_describe command commands\n\treturn\nfi\n"
		    "local command=$words[2]\nshift words\n((CURRENT--))\ncase $command in\n", out);
	for (size_t i = 0; command_table[i]; i++)
		zsh_command(out, command_table[i]);
	(void)fputs("esac\n", out);
}
