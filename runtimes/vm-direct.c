/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime `qemu-direct`, a control (method R1.3): the same guest as `vm` with the same options, under the very
 * command line that libvirt itself would use, but started by the keeper like any program. What `vm` takes longer is
 * the cost of libvirt. Nobody asks QEMU anything on its way: it has no monitor, and runs its CPUs at once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/start.h"
#include "runtimes/command-line.h"
#include "runtimes/started.h"
#include "runtimes/vm.h"

/** The subject's state; the guest first, so that it is one for all that `vm` shares. */
struct direct {
	struct vm vm;
	struct command_line line; /**< of the instance `name`, for others to be made from */
	char *name, *socket, *disk;
};

/** What libvirt's line has for libvirt alone. Each is dropped with its value; `value` NULL: it has none. */
static const struct part {
	const char *option, *value;
} parts_of_libvirt[] = {
	{"-S", NULL},				  /* waits for the monitor to say go */
	{"-no-shutdown", NULL},			  /* waits for the monitor to say the end */
	{"-object", "\"id\":\"masterKey0\""},	  /* for secrets that there are none of */
	{"-chardev", "id=charmonitor"},
	{"-mon", "chardev=charmonitor"},
};

/** How many words from `at` on are libvirt's alone. */
static size_t part_length(const struct command_line *line, size_t at)
{
	for (size_t i = 0; i < sizeof(parts_of_libvirt) / sizeof(parts_of_libvirt[0]); i++) {
		const struct part *part = &parts_of_libvirt[i];

		if (strcmp(line->words[at], part->option) != 0)
			continue;
		if (!part->value)
			return 1;
		if (at + 1 < line->word_count && strstr(line->words[at + 1], part->value))
			return 2;
	}
	return 0;
}

/** Keeps what makes the guest. libvirt's variables name folders of the domain, which nobody makes here. */
static void line_reduce(struct command_line *line)
{
	size_t kept = 0, variables = 0;

	for (size_t at = 0; at < line->word_count;) {
		bool variable = at < line->variable_count;
		bool foreign = variable && strncmp(line->words[at], "PATH=", 5) != 0 &&
			       strncmp(line->words[at], "LC_ALL=", 7) != 0;
		size_t drop = foreign ? 1 : variable ? 0 : part_length(line, at);

		for (size_t i = 0; i < drop; i++)
			free(line->words[at + i]);
		at += drop;
		if (drop)
			continue;
		line->words[kept++] = line->words[at++];
		variables += variable;
	}
	line->word_count = kept;
	line->variable_count = variables;
}

/** `word` with every `from` replaced, for free(). */
static char *word_replace(const char *word, const char *from, const char *to)
{
	char *result = alloc_text("");

	for (const char *hit; (hit = strstr(word, from)); word = hit + strlen(from)) {
		char *longer = alloc_format("%s%.*s%s", result, (int)(hit - word), word, to);

		free(result);
		result = longer;
	}
	char *whole = alloc_format("%s%s", result, word);

	free(result);
	return whole;
}

/** The line of a guest with names that stand for each instance's own. */
static int line_make(const struct run *run, struct direct *direct, struct error *err)
{
	direct->name = alloc_format("tare-%s-INSTANCE", run->id);
	direct->socket = alloc_format("%s/CHANNEL", run->private_folder);
	direct->disk = alloc_format("%s/INSTANCE.qcow2", run->storage);
	struct domain domain =
		vm_domain(&direct->vm, direct->name, direct->socket, direct->vm.template ? direct->disk : NULL);
	cleanup_free const char *serial = domain.socket_serial;
	cleanup_free char *xml = domain_xml_build(&domain);
	cleanup_free char *text = libvirt_command_line(direct->vm.libvirt, xml, err);

	if (!text)
		return err ? err->code : -EIO;
	int rc = command_line_parse(text, &direct->line, err);

	if (!rc)
		line_reduce(&direct->line);
	return rc;
}

/** What differs from `vm` in the facts: who starts it, and the line as it is for each instance. */
static void facts_correct(const struct direct *direct, struct json *facts)
{
	struct json *engine = json_copy(json_get(facts, "engine")), *config = json_copy(json_get(facts, "config"));
	struct json *words = json_array();

	json_add_text(engine, "name", "qemu");
	json_add_text(engine, "version", json_get_text(engine, "qemu_version", NULL));
	for (size_t i = direct->line.variable_count; i < direct->line.word_count; i++)
		json_append(words, json_new_text(direct->line.words[i]));
	json_add(config, "command_line", words);
	json_add(facts, "engine", engine);
	json_add(facts, "config", config);
}

static int direct_prepare(const struct run *run, struct subject *subject, struct error *err)
{
	struct direct *direct = alloc_zero(1, sizeof(*direct));
	int rc;

	subject->state = direct;
	(void)snprintf(subject->class, sizeof(subject->class), SUBJECT_CONTROL);
	if (vm_option_is(subject, "start", "restore"))
		return error_input(err, "%s: only libvirt restores guests; it takes start=boot", subject->name);
	if (!vm_option_is(subject, "network", "none"))
		return error_input(err, "%s: only libvirt connects guests; it takes network=none", subject->name);
	if (vm_option_is(subject, "thp", "off"))
		return error_input(err, "%s: thp=off goes with `vm` alone", subject->name);
	rc = vm_prepare(run, subject, err);
	if (!rc)
		rc = line_make(run, direct, err);
	if (!rc)
		facts_correct(direct, subject->facts);
	return rc;
}

/** instance->state. */
struct direct_instance {
	char *disk;
	struct start_program program;
};

static int program_make(const struct instance *in, const struct direct *direct, struct direct_instance *own,
			struct error *err)
{
	const struct command_line *line = &direct->line;
	struct start_program *program = &own->program;
	size_t used = 0, first = line->variable_count;
	int rc = start_program_add(program, &used, line->words[first], err);

	/* The program's order: arguments, then variables. */
	for (size_t i = 0; !rc && i < line->word_count; i++) {
		const char *word = line->words[(first + i) % line->word_count];
		cleanup_free char *named = word_replace(word, direct->name, in->name);
		cleanup_free char *placed = word_replace(named, direct->socket, in->socket);
		cleanup_free char *whole = word_replace(placed, direct->disk, own->disk ? own->disk : "");

		rc = start_program_add(program, &used, whole, err);
	}
	program->argument_count = (uint32_t)(line->word_count - first);
	program->variable_count = (uint32_t)first;
	return rc;
}

static int direct_create(struct instance *in, struct error *err)
{
	struct direct_instance *own = alloc_zero(1, sizeof(*own));

	in->state = own;
	int rc = vm_storage_make(in, &own->disk, err);

	return rc ? rc : program_make(in, in->subject->state, own, err);
}

static int direct_start(struct instance *in, struct error *err)
{
	struct direct_instance *own = in->state;
	struct started started = {.pidfd = -1};
	int rc = start_program(in->run->keeper, &own->program, -1, &started, err);

	/* It may have opened its channel by now, and be known from there. */
	if (in->pidfd >= 0 && started.pidfd >= 0) {
		(void)close(started.pidfd);
		started.pidfd = in->pidfd;
	}
	started_record(in, &started);
	return rc;
}

static void direct_destroy(struct instance *in)
{
	struct direct_instance *own = in ? in->state : NULL;

	if (in)
		(void)started_end(in, NULL);
	if (own) {
		free(own->disk);
		free(own);
		in->state = NULL;
	}
	vm_storage_remove(in);
}

static void direct_finish(struct subject *subject)
{
	struct direct *direct = subject ? subject->state : NULL;

	if (direct) {
		command_line_free(&direct->line);
		free(direct->name);
		free(direct->socket);
		free(direct->disk);
	}
	vm_finish(subject);
}

const struct runtime runtime_qemu_direct = {
	.name = "qemu-direct",
	.summary = "the same guest without libvirt: a control that shows libvirt's own cost",
	.kind = RUNTIME_VM,
	.options = vm_options,
	.probe = vm_probe,
	.prepare = direct_prepare,
	.artefacts = vm_artefacts,
	.create = direct_create,
	.start = direct_start,
	.inspect = vm_inspect,
	.stop = started_kill,
	.destroy = direct_destroy,
	.finish = direct_finish,
};
