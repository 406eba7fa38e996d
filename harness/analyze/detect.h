/* SPDX-License-Identifier: Apache-2.0 */
/* The detectors of fairness.c: each looks at one threat and fills its flag, which comes with `checked` set. */
#pragma once

#include "harness/analyze/analysis.h"

#define READY_METRIC "request_to_ready_ns"

/** The flag is triggered, and touches this subject; calls come in the order of subjects. */
void flag_touch(struct analysis_flag *flag, size_t subject);
/** The recording does not hold what the detector needs: `format` says what. */
void flag_unchecked(struct analysis_flag *flag, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From the plan, the host and what the samples say of themselves: detect-host.c */
void detect_always(struct analysis *a, struct analysis_flag *flag);
void detect_tcg(struct analysis *a, struct analysis_flag *flag);
void detect_softkvm(struct analysis *a, struct analysis_flag *flag);
void detect_nested(struct analysis *a, struct analysis_flag *flag);
void detect_kernel(struct analysis *a, struct analysis_flag *flag);
void detect_both_kinds(struct analysis *a, struct analysis_flag *flag);
void detect_limits(struct analysis *a, struct analysis_flag *flag);
void detect_pin(struct analysis *a, struct analysis_flag *flag);
void detect_resumed(struct analysis *a, struct analysis_flag *flag);
void detect_concurrent(struct analysis *a, struct analysis_flag *flag);

/* From the profiles of running payloads: detect-profile.c */
void detect_confinement(struct analysis *a, struct analysis_flag *flag);

/* From configurations, and from what the doctor found: detect-config.c */
void detect_cpuid(struct analysis *a, struct analysis_flag *flag);
void detect_topology(struct analysis *a, struct analysis_flag *flag);
void detect_init(struct analysis *a, struct analysis_flag *flag);
void detect_first_use(struct analysis *a, struct analysis_flag *flag);
void detect_network(struct analysis *a, struct analysis_flag *flag);
void detect_balloon(struct analysis *a, struct analysis_flag *flag);
void detect_level(struct analysis *a, struct analysis_flag *flag);
void detect_huge(struct analysis *a, struct analysis_flag *flag);
void detect_doubtful(struct analysis *a, struct analysis_flag *flag);
void detect_load(struct analysis *a, struct analysis_flag *flag);
void detect_ksm(struct analysis *a, struct analysis_flag *flag);
void detect_host_times(struct analysis *a, struct analysis_flag *flag);
void detect_host_weights(struct analysis *a, struct analysis_flag *flag);

/* From the page cache and the clocks: detect-cache.c, detect-clock.c */
void detect_warm(struct analysis *a, struct analysis_flag *flag);
void detect_cold(struct analysis *a, struct analysis_flag *flag);
void detect_drift(struct analysis *a, struct analysis_flag *flag);
void detect_slew(struct analysis *a, struct analysis_flag *flag);
void detect_step(struct analysis *a, struct analysis_flag *flag);
void detect_sync(struct analysis *a, struct analysis_flag *flag);

/* From the experiment `work`: detect-work.c */
void detect_guest_clock(struct analysis *a, struct analysis_flag *flag);
void detect_short(struct analysis *a, struct analysis_flag *flag);

/* From the device below the workloads on files: detect-device.c */
void detect_device(struct analysis *a, struct analysis_flag *flag);

/* From the numbers: detect-numbers.c */
void detect_swap(struct analysis *a, struct analysis_flag *flag);
void detect_unsettled(struct analysis *a, struct analysis_flag *flag);
void detect_residue(struct analysis *a, struct analysis_flag *flag);
void detect_lower_bound(struct analysis *a, struct analysis_flag *flag);
void detect_steal(struct analysis *a, struct analysis_flag *flag);
void detect_build(struct analysis *a, struct analysis_flag *flag);
void detect_interrupted(struct analysis *a, struct analysis_flag *flag);
void detect_fail(struct analysis *a, struct analysis_flag *flag);
void detect_notify(struct analysis *a, struct analysis_flag *flag);
void detect_libvirt(struct analysis *a, struct analysis_flag *flag);
void detect_precision(struct analysis *a, struct analysis_flag *flag);
void detect_warmup(struct analysis *a, struct analysis_flag *flag);
void detect_modes(struct analysis *a, struct analysis_flag *flag);
void detect_floor(struct analysis *a, struct analysis_flag *flag);
void detect_autocorrelation(struct analysis *a, struct analysis_flag *flag);
