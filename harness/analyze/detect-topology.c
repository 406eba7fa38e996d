/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest of several CPUs whose topology is flat (each CPU a package, as QEMU makes them where nothing is said), or
 * without the host's threads: one side of a comparison then knows which CPUs share a cache or a core, the other does
 * not. Felter et al. (2015) found that this alone moved a VM's results.
 */
#include "harness/analyze/detect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGES "Package:"

/* The host's, as hwloc tells it: "Package:1 ... L2Cache:2 ... Core:1 PU:2"; 0: not known. */
static long host_packages(const struct json *cpu)
{
	const char *text = json_get_text(cpu, "topology", ""), *at = strstr(text, PACKAGES);

	return at ? strtol(at + strlen(PACKAGES), NULL, 10) : 0;
}

void detect_topology(struct analysis *a, struct analysis_flag *flag)
{
	const struct json *cpu = json_path(a->recording->host, "host.cpu");
	double cpus = json_get_number(cpu, "allowed_count", NAN), cores = json_get_number(cpu, "core_count", NAN);
	long packages = host_packages(cpu);
	bool threads = cpus > cores, known = false;

	for (size_t i = 0; i < a->subject_count; i++) {
		const struct json *guest = json_path(a->subjects[i].json, "config.topology");
		int64_t sockets = json_get_int(guest, "sockets", 0), per_core = json_get_int(guest, "threads", 0);

		if (!guest || packages < 1 || isnan(cpus) || isnan(cores))
			continue;
		known = true;
		if (sockets * json_get_int(guest, "cores", 0) * per_core < 2 ||
		    (sockets <= packages && (per_core > 1) == threads))
			continue;
		flag_touch(flag, i);
		(void)snprintf(flag->detail, sizeof(flag->detail),
			       "guest: %lld packages, %lld threads a core; host: %ld packages, %.0f cores, %.0f CPUs",
			       (long long)sockets, (long long)per_core, packages, cores, cpus);
	}
	if (!known)
		flag_unchecked(flag, "no guest tells of its CPUs' topology");
}
