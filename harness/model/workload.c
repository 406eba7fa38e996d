/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/workload.h"

#include <string.h>

#include "harness/model/protocol.h"

#define MIB (1u << 20)
/* A file must fit into what the smallest root disk has left. */
#define FILE_MIB_MAX 16

const struct workload workload_table[] = {
	{"cpu_int", WORKLOAD_CPU, "SHA-256 of 32 KiB",
	 "integer arithmetic in the caches: nothing is virtualised but the CPU itself", 0, 32768, DEVICE_NONE},
	{"cpu_prime", WORKLOAD_CPU, "count of the primes up to 10000",
	 "division, as sysbench's cpu test does it", 0, 0, DEVICE_NONE},
	{"cpu_fp", WORKLOAD_CPU, "product of two 64 x 64 matrices, sqrt and exp",
	 "floating point; an emulated CPU does it in software", 0, 0, DEVICE_NONE},
	{"mem_bw", WORKLOAD_MEMORY, "3 MiB moved by the triad of STREAM",
	 "memory bandwidth beyond the caches", 0, 3 * MIB, DEVICE_NONE},
	{"mem_write", WORKLOAD_MEMORY, "1 MiB written in words of 8 bytes",
	 "stores over 64 MiB, as sysbench's memory test does them", 0, MIB, DEVICE_NONE},
	{"mem_lat_16k", WORKLOAD_MEMORY, "load", "a dependent load that hits the first cache", 0, 0, DEVICE_NONE},
	{"mem_lat_1m", WORKLOAD_MEMORY, "load", "a dependent load that hits the second cache", 0, 0, DEVICE_NONE},
	{"mem_lat_64m", WORKLOAD_MEMORY, "load",
	 "a dependent load that misses caches and TLB: a guest walks two sets of page tables", 0, 0, DEVICE_NONE},
	{"mem_lat_huge", WORKLOAD_MEMORY, "load", "the same in huge pages: what the page walks cost", 0, 0,
	 DEVICE_NONE},
	{"page_fault", WORKLOAD_MEMORY, "page of 4 KiB touched first",
	 "new memory: a guest's page needs one of the host's as well", 0, 0, DEVICE_NONE},
	{"syscall", WORKLOAD_KERNEL, "system call (getppid)",
	 "the way into a kernel and back: the host's own, behind a filter, or a guest's", 0, 0, DEVICE_NONE},
	{"clock_vdso", WORKLOAD_KERNEL, "reading of the clock",
	 "reading the time without a system call, where the clock allows it", 0, 0, DEVICE_NONE},
	{"clock_syscall", WORKLOAD_KERNEL, "reading of the clock", "reading the time by system call", 0, 0,
	 DEVICE_NONE},
	{"pipe_1cpu", WORKLOAD_KERNEL, "round of one byte there and back",
	 "switching between two processes on one CPU", 0, 0, DEVICE_NONE},
	{"pipe_2cpu", WORKLOAD_KERNEL, "round of one byte there and back",
	 "waking a process on another CPU: in a guest that is an exit", 0, 0, DEVICE_NONE},
	{"spawn", WORKLOAD_KERNEL, "process (fork, exec, wait)",
	 "page tables, the look-up of a program, a new process", 0, 0, DEVICE_NONE},
	{"timer", WORKLOAD_KERNEL, "sleep of 1 ms, what it takes longer",
	 "timers, and waking a CPU that sleeps", 0, 0, DEVICE_NONE},
	{"file_meta", WORKLOAD_STORAGE, "empty file made, looked up, removed",
	 "names: an overlay of two trees against a guest's own file system", 0, 0, DEVICE_NONE},
	{"file_fsync", WORKLOAD_STORAGE, "4 KiB written and synced",
	 "what a database waits for: the way to the disk", 0, 4096, DEVICE_WRITES},
	{"file_write", WORKLOAD_STORAGE, "1 MiB written, with its part of the sync",
	 "the image format and the cache mode, in a row", FILE_MIB_MAX, MIB, DEVICE_WRITES},
	{"file_read_cold", WORKLOAD_STORAGE, "1 MiB read from the device",
	 "reading what no kernel has in its cache, neither the guest's nor the host's", FILE_MIB_MAX, MIB,
	 DEVICE_READS},
	{"file_read_warm", WORKLOAD_STORAGE, "1 MiB read from the cache",
	 "reading what its own kernel has cached", FILE_MIB_MAX, MIB, DEVICE_NONE},
	{"net_rr", WORKLOAD_NETWORK, "request and answer of one byte (TCP)",
	 "the network stack inside the box, over its own loopback", 0, 0, DEVICE_NONE},
	{"net_rr_open", WORKLOAD_NETWORK, "request and answer (TCP) from when it was due, one every ms",
	 "the same as an open loop: a stall counts for each request that came due meanwhile", 0, 0, DEVICE_NONE},
	{"net_connect", WORKLOAD_NETWORK, "connection made and closed (TCP)",
	 "the box's own loopback, setting up connections", 0, 0, DEVICE_NONE},
	{"net_host_rr", WORKLOAD_OUTSIDE, "request and answer of one byte (TCP)",
	 "the way out of the box and back: veth or virtio-net and a bridge, or a user-mode network", 0, 0, DEVICE_NONE},
	{"net_host_stream", WORKLOAD_OUTSIDE, "1 MiB sent, and its receipt (TCP)",
	 "the same way for much at once: what packets cost, and how large they may be", 0, MIB, DEVICE_NONE},
};

const struct workload workload_program = {
	PROTOCOL_WORKLOAD_PROGRAM, WORKLOAD_PROGRAM, "run of the program from its start to its end",
	"your own static binary, and what it measures: \"workload\": {\"binary\": \"./mine\"} in a scenario", 1, 0,
	DEVICE_NONE};

const size_t workload_count = sizeof(workload_table) / sizeof(workload_table[0]);

const struct workload *workload_find(const char *name)
{
	for (size_t i = 0; i < workload_count; i++)
		if (!strcmp(workload_table[i].name, name))
			return &workload_table[i];
	return NULL;
}

const char *workload_class_name(enum workload_class class)
{
	static const char *const names[] = {
#define WORKLOAD_NAME(id, name) [WORKLOAD_##id] = name,
		WORKLOAD_CLASSES(WORKLOAD_NAME)
#undef WORKLOAD_NAME
	};

	return names[class];
}
