/* SPDX-License-Identifier: Apache-2.0 */
/* The host's memory as a whole, at one instant. */
#pragma once

#include <stdint.h>

/** In bytes; UNKNOWN (model/sample.h) where the kernel does not say. */
struct hostmem {
	int64_t total, available;
	int64_t kernel;	       /**< Slab + PageTables + KernelStack + Percpu (method 2.1) */
	int64_t sec_pagetables; /**< of guests, by the host's KVM */
	int64_t swap_used;
	int64_t swapped_out;   /**< since boot */
	int64_t ksm_shared;    /**< pages that KSM has merged away */
	double pressure;       /**< PSI memory, some, avg10, in percent; NAN */
};

void hostmem_read(struct hostmem *ret_memory);
/** Pss of one process; 0 where it cannot be read. */
int64_t hostmem_process_pss(int pid);
/** Its anonymous memory alone: who else runs the same program or library does not move it. 0 as above. */
int64_t hostmem_process_anon(int pid);
/** User and system time of one process so far, in ns; 0 where it cannot be read. */
int64_t hostmem_process_cpu_ns(int pid);
