/* SPDX-License-Identifier: Apache-2.0 */
/* The checks, each a function of the `host` object, and what they share. For doctor*.c only. */
#pragma once

#include "harness/base/json.h"
#include "harness/model/finding.h"

/* doctor-cpu.c */
void check_kvm(const struct json *host, struct finding *ret);
void check_virt(const struct json *host, struct finding *ret);
void check_steal(const struct json *host, struct finding *ret);
void check_load(const struct json *host, struct finding *ret);
void check_governor(const struct json *host, struct finding *ret);
void check_smt(const struct json *host, struct finding *ret);
void check_idle(const struct json *host, struct finding *ret);
void check_cpus(const struct json *host, struct finding *ret);
void check_numa(const struct json *host, struct finding *ret);

/* doctor-memory.c */
void check_memory(const struct json *host, struct finding *ret);
void check_swap(const struct json *host, struct finding *ret);
void check_thp(const struct json *host, struct finding *ret);
void check_ksm(const struct json *host, struct finding *ret);
void check_fs(const struct json *host, struct finding *ret);
void check_io(const struct json *host, struct finding *ret);
void check_cache(const struct json *host, struct finding *ret);

/* doctor-kernel.c */
void check_clock(const struct json *host, struct finding *ret);
void check_resolution(const struct json *host, struct finding *ret);
void check_ntp(const struct json *host, struct finding *ret);
void check_cgroup(const struct json *host, struct finding *ret);
void check_aslr(const struct json *host, struct finding *ret);
void check_mitigations(const struct json *host, struct finding *ret);
void check_perf(const struct json *host, struct finding *ret);
void check_vhost(const struct json *host, struct finding *ret);
void check_privileges(const struct json *host, struct finding *ret);
void check_quiet(const struct json *host, struct finding *ret);

/** Sets level and value. */
void check_value(struct finding *ret, enum finding_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** Sets reason and remedy; a remedy that is a shell line starts with "sudo ". */
void check_say(struct finding *ret, const char *reason, const char *remedy);
/** INFO, "unknown", and why. */
void check_unknown(struct finding *ret, const char *reason);
/** The text, number or truth at "member.key"; the fallback (NaN for numbers) where it is null. */
const char *check_text(const struct json *host, const char *dotted);
double check_number(const struct json *host, const char *dotted);
bool check_bool(const struct json *host, const char *dotted);
/** The words of the array at "member.key" joined by spaces; "" for none. */
void check_words(const struct json *host, const char *dotted, char *text, size_t size);
/** "250 GiB", "64 MiB": three significant digits. */
void check_size(double bytes, char text[32]);
