/* SPDX-License-Identifier: Apache-2.0 */
/* host.kernel, host.memory, host.devices and host.daemons. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/digest.h"
#include "harness/host/facts-parts.h"
#include "harness/host/hostfs.h"

#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"
#define KIB 1024

static struct json *kernel_config_sha256(const char *release)
{
	cleanup_free char *packed = hostfs_path("/proc/config.gz");
	cleanup_free char *boot = hostfs_path("/boot/config-%s", release);
	char hex[DIGEST_HEX];

	if (digest_file(packed, hex, NULL) == 0 || digest_file(boot, hex, NULL) == 0)
		return json_new_text(hex);
	return json_new_text(NULL);
}

/* Names in a folder, sorted; -1 where it cannot be read. The caller frees each and the array. */
static int list_folder(const char *folder, int (*filter)(const struct dirent *), struct dirent ***ret_names)
{
	cleanup_free char *path = hostfs_path("%s", folder);

	*ret_names = NULL;
	return scandir(path, ret_names, filter, alphasort);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int is_process(const struct dirent *entry)
{
	return isdigit((unsigned char)entry->d_name[0]);
}

static struct json *kernel_vulnerabilities(void)
{
	struct dirent **names;
	int count = list_folder(VULNERABILITIES, is_visible, &names);
	struct json *vulnerabilities = json_object();
	char line[256];

	for (int i = 0; i < count; i++) {
		(void)hostfs_line(line, sizeof(line), VULNERABILITIES "/%s", names[i]->d_name);
		json_add_text(vulnerabilities, names[i]->d_name, line);
		free(names[i]);
	}
	free(names);
	return vulnerabilities;
}

/* What the command line says of mitigations, "default" if nothing. */
static struct json *kernel_mitigations(const char *cmdline)
{
	static const char key[] = "mitigations=";
	const char *at = strstr(cmdline, key);
	char value[128];

	if (!at)
		return json_new_text("default");
	at += sizeof(key) - 1;
	(void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, " "), at);
	return json_new_text(value);
}

/* The kernel's own parameters: not what is for init, and not the names of disks and images, which only
 * identify. */
static void kernel_cmdline(char *text, size_t size)
{
	static const char *const names[] = {"BOOT_IMAGE=", "initrd=", "root=", "resume=", "init=",
					    "rdinit=",	   "rd.luks", "crypt", "ip=",	  "nfsroot="};
	char line[4096];
	char *cursor = line, *word;
	size_t end = 0;

	text[0] = '\0';
	(void)hostfs_line(line, sizeof(line), "/proc/cmdline");
	while ((word = strsep(&cursor, " ")) && strcmp(word, "--")) {
		bool identifies = !word[0];

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			identifies = identifies || !strncmp(word, names[i], strlen(names[i]));
		if (!identifies && end < size)
			end += (size_t)snprintf(text + end, size - end, "%s%s", end ? " " : "", word);
	}
}

static struct json *kernel_distribution(void)
{
	cleanup_free char *text = hostfs_read("/etc/os-release");
	static const char key[] = "PRETTY_NAME=\"";
	const char *at = text ? strstr(text, key) : NULL;
	char name[128];

	if (!at)
		return json_new_text(NULL);
	at += sizeof(key) - 1;
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\"\n"), at);
	return json_new_text(name);
}

struct json *facts_kernel(void)
{
	static const struct hostfs_row rows[] = {
		{"release", "/proc/sys/kernel/osrelease", HOSTFS_TEXT},
		{"version", "/proc/sys/kernel/version", HOSTFS_TEXT},
		{"cmdline", "/proc/cmdline", HOSTFS_TEXT},
		{"lsm", "/sys/kernel/security/lsm", HOSTFS_TEXT},
		{0},
	};
	struct json *kernel = json_object();
	char cmdline[4096];

	kernel_cmdline(cmdline, sizeof(cmdline));
	hostfs_add_rows(kernel, rows);
	json_add_text(kernel, "cmdline", cmdline);
	json_add(kernel, "distribution", kernel_distribution());
	json_add(kernel, "config_sha256", kernel_config_sha256(json_get_text(kernel, "release", "")));
	json_add(kernel, "mitigations", kernel_mitigations(cmdline));
	json_add(kernel, "vulnerabilities", kernel_vulnerabilities());
	return kernel;
}

struct json *facts_memory(void)
{
	static const char *const fields[][2] = {
		{"total_bytes", "MemTotal"},
		{"available_bytes", "MemAvailable"},
		{"swap_bytes", "SwapTotal"},
		{"swap_free_bytes", "SwapFree"},
	};
	static const struct hostfs_row rows[] = {
		{"thp", "/sys/kernel/mm/transparent_hugepage/enabled", HOSTFS_CHOICE},
		{"thp_defrag", "/sys/kernel/mm/transparent_hugepage/defrag", HOSTFS_CHOICE},
		{"thp_shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled", HOSTFS_CHOICE},
		{"ksm_run", "/sys/kernel/mm/ksm/run", HOSTFS_NUMBER},
		{"ksm_pages_sharing", "/sys/kernel/mm/ksm/pages_sharing", HOSTFS_NUMBER},
		{"overcommit", "/proc/sys/vm/overcommit_memory", HOSTFS_NUMBER},
		{"swappiness", "/proc/sys/vm/swappiness", HOSTFS_NUMBER},
		{"min_free_kib", "/proc/sys/vm/min_free_kbytes", HOSTFS_NUMBER},
		{0},
	};
	cleanup_free char *meminfo = hostfs_read("/proc/meminfo");
	struct json *memory = json_object();
	char text[64];
	int nodes = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (hostfs_field(meminfo, fields[i][1], text, sizeof(text)))
			json_add_int(memory, fields[i][0], strtoll(text, NULL, 10) * KIB);
		else
			json_add_null(memory, fields[i][0]);
	}
	hostfs_add_rows(memory, rows);
	while (hostfs_exists("/sys/devices/system/node/node%d", nodes))
		nodes++;
	json_add(memory, "numa_nodes", nodes ? json_new_int(nodes) : json_new_text(NULL));
	return memory;
}

struct json *facts_devices(void)
{
	static const struct hostfs_row rows[] = {
		{"kvm", "/dev/kvm", HOSTFS_THERE},
		{"vhost_net", "/dev/vhost-net", HOSTFS_THERE},
		{"vhost_vsock", "/dev/vhost-vsock", HOSTFS_THERE},
		{"tun", "/dev/net/tun", HOSTFS_THERE},
		{"fuse", "/dev/fuse", HOSTFS_THERE},
		{0},
	};
	struct json *devices = json_object();

	hostfs_add_rows(devices, rows);
	return devices;
}

struct json *facts_daemons(void)
{
	/* As /proc/PID/comm cuts them: 15 characters. */
	static const char known[] =
		"cron crond anacron atd unattended-upgr packagekitd apt-get dnf yum snapd fwupd "
		"updatedb plocate tracker-miner-f baloo_file mandb logrotate clamd freshclam "
		"dockerd containerd libvirtd irqbalance tuned thermald auditd";
	struct dirent **names;
	int count = list_folder("/proc", is_process, &names);
	struct json *daemons = json_array();
	char comm[32], seen[1024] = "";

	for (int i = 0; i < count; i++) {
		if (hostfs_line(comm, sizeof(comm), "/proc/%s/comm", names[i]->d_name) &&
		    hostfs_has_word(known, comm) && !hostfs_has_word(seen, comm) &&
		    strlen(seen) + sizeof(comm) < sizeof(seen)) {
			size_t end = strlen(seen);

			(void)snprintf(seen + end, sizeof(seen) - end, " %s", comm);
			json_append(daemons, json_new_text(comm));
		}
		free(names[i]);
	}
	free(names);
	return daemons;
}
