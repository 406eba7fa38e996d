/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML of every kind of guest against tests/data/domain-xml/. REGENERATE=1 writes these files anew, for review;
 * tests/blackbox/test-domain-xml.t checks them against libvirt's schema.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/cleanup.h"
#include "harness/base/file.h"
#include "harness/base/file.h"
#include "runtimes/domain-xml.h"

#define GOLDEN "tests/data/domain-xml"

/** One of all combinations, by its number. */
static struct domain domain_at(unsigned number)
{
	return (struct domain){
		.name = "tare-0123456789abcdef-7",
		.machine = (enum domain_machine)(number >> 3),
		.kvm = number & 1,
		.host_cpu = number & 1,
		.skip_flag_query = !(number & 2),
		.keep_owners = !(number & 2),
		.acpi = number >> 3 != DOMAIN_MICROVM || number & 4,
		.disk = number & 4 ? "/storage/tare-0123456789abcdef-7/disk.qcow2" : NULL,
		.memory_bytes = 256u << 20,
		.vcpus = 1 + (number & 1),
		.cpus = number & 1 ? "1-3" : NULL,
		.kernel = "/build/guest/vmlinux",
		.initrd = number & 4 ? "/build/guest/initrd-mmio.cpio" : "/build/guest/initrd-none.cpio",
		.cmdline = "quiet panic=-1 reboot=t TARE_CHANNEL=isa",
		.socket_ready = "/run/tare-0123456789abcdef/7",
		.socket_serial = "/run/tare-0123456789abcdef/7.s",
	};
}

static char *golden_path(const struct domain *domain)
{
	return alloc_format(GOLDEN "/%s-%s-%s-%s.xml", domain_machine_name(domain->machine),
			    domain->kvm ? "kvm" : "tcg", domain->disk ? "image" : "none",
			    domain->skip_flag_query ? "tuned" : "stock");
}

static void golden_file_matches(const char *path, const struct domain *domain)
{
	struct error err = {0};
	cleanup_free char *xml = domain_xml_build(domain);

	if (getenv("REGENERATE"))
		assert_int_equal(file_write(path, xml, strlen(xml), &err), 0);
	cleanup_free char *golden = file_read(path, NULL, &err);

	if (!golden)
		fail_msg("%s", err.text);
	assert_string_equal(xml, golden);
}

static void golden_files_match(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8 * DOMAIN_MACHINE_COUNT; i++) {
		struct domain domain = domain_at(i);
		cleanup_free char *path = golden_path(&domain);

		golden_file_matches(path, &domain);
	}
}

/** Without an operating system: a kernel, and nothing for it. */
static void bare_guests_match(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DOMAIN_MACHINE_COUNT; i++) {
		struct domain domain = domain_at(i << 3 | 1);
		cleanup_free char *path =
			alloc_format(GOLDEN "/%s-kvm-bare-stock.xml", domain_machine_name(domain.machine));

		domain.host_cpu = false;
		domain.kernel = "/build/bare";
		domain.initrd = domain.cmdline = NULL;
		golden_file_matches(path, &domain);
	}
}

/** One link, on the bridge or to a user-mode network; on a PCI machine without the ROM that would boot from it. */
static void links_are_as_asked(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DOMAIN_MACHINE_COUNT; i++) {
		struct domain domain = domain_at(i << 3 | 4);
		cleanup_free char *path =
			alloc_format(GOLDEN "/%s-tcg-bridge-tuned.xml", domain_machine_name(domain.machine));
		cleanup_free char *user =
			alloc_format(GOLDEN "/%s-tcg-user-tuned.xml", domain_machine_name(domain.machine));

		domain.bridge = "tare0";
		domain.hardware_address = "52:54:0a:53:01:07";
		golden_file_matches(path, &domain);
		domain.bridge = NULL;
		domain.user_net = true;
		domain.hardware_address = "52:54:0a:00:02:0f";
		golden_file_matches(user, &domain);
	}
}

/** Each kind of balloon on each machine, and memory that is not shared; a microvm has its virtio devices elsewhere. */
static void memory_is_as_asked(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DOMAIN_MACHINE_COUNT; i++) {
		struct domain domain = domain_at(i << 3 | 4);
		const char *name = domain_machine_name(domain.machine);
		cleanup_free char *merging = domain_xml_build(&domain);
		cleanup_free char *plain = alloc_format(GOLDEN "/%s-tcg-image-balloon.xml", name);
		cleanup_free char *whole = alloc_format(GOLDEN "/%s-tcg-image-reporting-unmerged.xml", name);

		assert_null(strstr(merging, "memoryBacking"));
		domain.balloon = DOMAIN_BALLOON_VIRTIO;
		golden_file_matches(plain, &domain);
		domain.balloon = DOMAIN_BALLOON_REPORTING;
		domain.no_merge = true;
		golden_file_matches(whole, &domain);
	}
}

/** A disk without a layer, past the host's page cache; one CPU has no topology to speak of. */
static void disks_are_as_asked(void **state)
{
	struct domain domain = domain_at(4);

	(void)state;
	domain.raw_disk = true;
	domain.cache = "none";
	cleanup_free char *xml = domain_xml_build(&domain);

	assert_non_null(strstr(xml, "type=\"raw\" cache=\"none\""));
	assert_null(strstr(xml, "<topology"));
	domain.vcpus = 3;
	cleanup_free char *wide = domain_xml_build(&domain);

	assert_non_null(strstr(wide, "<topology sockets=\"1\" cores=\"3\" threads=\"1\"/>"));
}

/** A saved domain's description as libvirt writes it becomes that of another instance, and only that changes. */
static void saved_domains_are_renamed(void **state)
{
	struct domain first = domain_at(4), second = domain_at(4);

	(void)state;
	first.uuid = "11111111-1111-4111-8111-111111111111";
	second.uuid = "22222222-1111-4111-8111-111111111111";
	second.name = "tare-0123456789abcdef-8";
	second.disk = "/a&b/\"disk\".qcow2";
	second.socket_ready = "/run/tare-0123456789abcdef/8";
	second.socket_serial = "/run/tare-0123456789abcdef/8.s";
	cleanup_free char *xml = domain_xml_build(&first), *expected = domain_xml_build(&second);
	cleanup_free char *renamed = domain_xml_rename(xml, &first, &second, NULL);

	assert_string_equal(renamed, expected);
	cleanup_free char *back = domain_xml_rename(renamed, &second, &first, NULL);

	assert_string_equal(back, xml);
}

static void texts_are_escaped(void **state)
{
	struct domain domain = domain_at(4);

	(void)state;
	domain.cmdline = "quiet A=<&>\"' </cmdline><evil/>";
	domain.disk = "/a&b/<c>\"'.qcow2";
	cleanup_free char *xml = domain_xml_build(&domain);
	cleanup_free char *cmdline = domain_xml_value(xml, "os/cmdline", NULL);
	cleanup_free char *disk = domain_xml_value(xml, "devices/disk/source", "file");

	assert_string_equal(cmdline, domain.cmdline);
	assert_string_equal(disk, domain.disk);
	assert_null(strstr(xml, "<evil"));
}

static void containers_match(void **state)
{
	static const char *const variables[] = {"TARE_CHANNEL=unix:/run/tare.sock", "A=<&>\"'=", "EMPTY"};
	const struct container_domain domain = {
		.name = "tare-0123456789abcdef-7",
		.memory_bytes = 256 << 20,
		.cpus = "1-3",
		.root = "/storage/a&b/rootfs",
		.socket = "/run/tare-0123456789abcdef/7",
		.variables = variables,
		.variable_count = 3,
	};
	cleanup_free char *xml = domain_xml_container(&domain);
	cleanup_free char *expected = file_read("tests/data/domain-xml/container-lxc.xml", NULL, NULL);

	(void)state;
	assert_non_null(expected);
	assert_string_equal(xml, expected);
}

static void instances_normalise_to_the_same(void **state)
{
	struct domain first = domain_at(4), second = domain_at(4), other = domain_at(4);

	(void)state;
	second.name = "tare-fedcba9876543210-8";
	second.kernel = "/elsewhere/guest/vmlinux";
	second.disk = "/other/tare-fedcba9876543210-8/disk.qcow2";
	second.socket_ready = "/run/tare-fedcba9876543210/7";
	second.socket_serial = "/run/tare-fedcba9876543210/7.s";
	other.memory_bytes *= 2;
	cleanup_free char *a = domain_xml_build(&first), *b = domain_xml_build(&second), *c = domain_xml_build(&other);
	cleanup_free char *normal_a = domain_xml_normalise(a, NULL), *normal_b = domain_xml_normalise(b, NULL);
	cleanup_free char *normal_c = domain_xml_normalise(c, NULL);

	assert_string_equal(normal_a, normal_b);
	assert_string_not_equal(normal_a, normal_c);
	assert_null(strstr(normal_a, "0123456789abcdef"));
}

static void uuid_id_and_comments_go(void **state)
{
	(void)state;
	cleanup_free char *normal =
		domain_xml_normalise("<domain id='3' type='qemu'><!-- x --><name>n</name><uuid>u</uuid>"
				     "<devices><emulator>/usr/bin/qemu</emulator><uuid>kept</uuid></devices></domain>",
				     NULL);

	assert_string_equal(normal, "<?xml version=\"1.0\"?>\n<domain type=\"qemu\">\n  <devices>\n"
				    "    <emulator>qemu</emulator>\n    <uuid>kept</uuid>\n  </devices>\n</domain>\n");
}

static void not_a_domain_is_an_error(void **state)
{
	static const char *const texts[] = {"", "no XML", "<domain", "<network/>"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error err = {0};

		assert_null(domain_xml_normalise(texts[i], &err));
		assert_int_equal(err.code, -22);
		assert_null(domain_xml_value(texts[i], "os/type", "machine"));
		assert_null(domain_xml_rename(texts[i], &(struct domain){0}, &(struct domain){0}, NULL));
	}
}

static void values_are_found_by_path(void **state)
{
	static const struct {
		const char *path, *attribute, *value;
	} rows[] = {
		{"os/type", "machine", "q35"},
		{"os/type", NULL, "hvm"},
		{"devices/memballoon", "model", "none"},
		{"os/type", "nothing", NULL},
		{"os/nothing", NULL, NULL},
		{"devi", NULL, NULL},
		{"", "type", "kvm"},
	};
	struct domain domain = domain_at(DOMAIN_Q35 << 3 | 1);
	cleanup_free char *xml = domain_xml_build(&domain);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *value = domain_xml_value(xml, rows[i].path, rows[i].attribute);

		if (rows[i].value)
			assert_string_equal(value, rows[i].value);
		else
			assert_null(value);
	}
}

static void machines_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DOMAIN_MACHINE_COUNT; i++)
		assert_int_equal(domain_machine_find(domain_machine_name((enum domain_machine)i)), i);
	assert_int_equal(domain_machine_find("q36"), DOMAIN_MACHINE_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_files_match),
		cmocka_unit_test(bare_guests_match),
		cmocka_unit_test(links_are_as_asked),
		cmocka_unit_test(memory_is_as_asked),
		cmocka_unit_test(disks_are_as_asked),
		cmocka_unit_test(saved_domains_are_renamed),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(containers_match),
		cmocka_unit_test(instances_normalise_to_the_same),
		cmocka_unit_test(uuid_id_and_comments_go),
		cmocka_unit_test(not_a_domain_is_an_error),
		cmocka_unit_test(values_are_found_by_path),
		cmocka_unit_test(machines_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
