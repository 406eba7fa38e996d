/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the payload and the harness say to each other. The only header of the harness that the
 * payload includes: no types, no functions, only the words.
 *
 * The channel is a byte stream (a unix socket for processes and containers; for a guest the ready
 * byte on the debug port, everything else on the first serial port, both driven by port I/O):
 *
 *	payload  H                              a guest that is to be saved: it now waits for any byte on its
 *						serial port, and is then ready
 *	payload  R                              the ready byte: the end of the headline (method R1.13)
 *	payload  KEY=VALUE\n ...                facts, one a line, in any order
 *	payload  .\n                            end of the facts; from here on it answers commands
 *	harness  ping\n     payload  p RX TX\n  two guest time stamps in hex, taken at receipt and before answering
 *	harness  memory\n   payload  KEY=VALUE\n ... .\n   the payload's own view of memory
 *	harness  boot\n     payload  KEY=VALUE\n ... .\n   when a guest's kernel reached stages of its boot
 *	harness  touch BYTES\n  payload  KEY=VALUE\n .\n   it holds so much memory, each page written
 *	harness  write FILE OFFSET BYTES\n   payload  KEY=VALUE\n .\n   it has written to that file, and synced it
 *	harness  exec\n     payload  KEY=VALUE\n .\n   it has run itself in a child, which ended at once
 *	harness  work ID COUNT WARMUP ITERATIONS LIMIT_MS FOLDER\n
 *	payload  < > < > ... KEY=VALUE\n ... .\n   identical work: for each iteration one byte before and one after
 *	                                           it, which the harness stamps; then what came of it
 *	harness  quit\n     payload ends with status 0 (a guest resets, which ends the VM)
 */
#pragma once

#define PROTOCOL_VERSION 1

/* The payload's environment. A guest gets the same words on its kernel command line. */
#define PROTOCOL_ENV_CHANNEL "TARE_CHANNEL" /* "unix:/run/tare.sock", or "isa" for a guest */
#define PROTOCOL_ENV_ROOT "TARE_ROOT"       /* guest only: its root device; absent: stay in the initramfs */
#define PROTOCOL_ENV_ROOT_MODE "TARE_ROOT_MODE" /* guest only: "ro": nothing is written before a command does */
#define PROTOCOL_ENV_STAGE "TARE_STAGE"     /* set by the first stage for the second: its own clock stamps */
#define PROTOCOL_ENV_FAULT "TARE_FAULT"     /* for tests: what goes wrong instead of the ready byte (fault.h) */
#define PROTOCOL_ENV_HOLD "TARE_HOLD"       /* guest only: "1": send H and wait before the ready byte */
#define PROTOCOL_ENV_PEER "TARE_PEER"       /* "ADDRESS:PORT" of the network workloads' peer; absent: no network */
#define PROTOCOL_ENV_DELAY "TARE_DELAY_NS"  /* for tests: sleep this long before the ready byte */

/* For tests, how workloads fail. 1: wrong result, 2: dies, 3: hangs, 4: garbage. */
#define PROTOCOL_ENV_WORK_FAULT "TARE_WORK_FAULT"
#define PROTOCOL_ARGUMENT_TRUE "true"        /* the payload with this argument ends at once, with status 0 */

#define PROTOCOL_UNIX_PREFIX "unix:"
#define PROTOCOL_ISA "isa"
#define PROTOCOL_CONTAINER_FOLDER "/run"
#define PROTOCOL_CONTAINER_SOCKET PROTOCOL_CONTAINER_FOLDER "/tare.sock" /* where every container finds the channel */
#define PROTOCOL_PAYLOAD_PATH "/payload"           /* the program inside every root tree */

#define PROTOCOL_PORT_READY 0xe9   /* isa-debugcon */
#define PROTOCOL_PORT_SERIAL 0x3f8 /* 16550, 8N1 */

#define PROTOCOL_READY 'R'
#define PROTOCOL_HELD 'H'
/* To a restored guest. A byte that comes before its state is loaded is lost; the payload passes over empty lines. */
#define PROTOCOL_GREETING "\n\n\n\n\n\n\n\n"
#define PROTOCOL_END "."
#define PROTOCOL_LINE_MAX 512 /* longer lines are an error of the payload */
#define PROTOCOL_FACTS_MAX 16384

#define PROTOCOL_COMMAND_PING "ping"
#define PROTOCOL_COMMAND_MEMORY "memory"
#define PROTOCOL_COMMAND_BOOT "boot"
#define PROTOCOL_COMMAND_TOUCH "touch"
#define PROTOCOL_COMMAND_WRITE "write"
#define PROTOCOL_COMMAND_EXEC "exec"
#define PROTOCOL_COMMAND_WORK "work"
#define PROTOCOL_COMMAND_QUIT "quit"

/* Facts. Clock stamps are "MONOTONIC_ns BOOTTIME_ns TSC", decimal. */
#define PROTOCOL_FACT_VERSION "protocol"
#define PROTOCOL_FACT_STAGE "init"            /* first instruction of /init, where there were two stages */
#define PROTOCOL_FACT_MAIN "user_main"        /* first instruction of this program; of a restored guest, of this life */
#define PROTOCOL_FACT_READY "ready_src"       /* immediately before the ready byte */
#define PROTOCOL_FACT_SHA256 "sha256"         /* of its own file, read after ready */
#define PROTOCOL_FACT_PID "pid"               /* its process id as it sees it */
#define PROTOCOL_FACT_RELEASE "kernel_release"
#define PROTOCOL_FACT_BOOT_ID "boot_id"
#define PROTOCOL_FACT_CLOCKSOURCE "clocksource"
#define PROTOCOL_FACT_MEM_TOTAL "mem_total_bytes"
#define PROTOCOL_FACT_MEM_AVAILABLE "mem_available_bytes"
#define PROTOCOL_FACT_MEM_FREE "mem_free_bytes"
#define PROTOCOL_FACT_MEM_LISTS "mem_lists_bytes" /* free pages on lists of single CPUs: in none of the others */
#define PROTOCOL_FACT_HOSTNAME "hostname"
#define PROTOCOL_FACT_LOG_INIT "log_init"     /* when the kernel's log says that it runs init, by its own clock in ns */
#define PROTOCOL_FACT_LOG_SYNC "log_sync"     /* "LOG_ns BEFORE_ns AFTER_ns": a record of ours, between two BOOTTIMEs */
#define PROTOCOL_FACT_CLOCK "clock"           /* "TSC BOOTTIME_ns TSC": the narrowest of some readings */
#define PROTOCOL_FACT_ERROR "error"           /* instead of the answer to a command: errno */
#define PROTOCOL_FACT_TOUCHED "touched_bytes" /* that it holds */
#define PROTOCOL_FACT_WRITE_NS "write_ns"     /* from open to the end of fsync, by its own clock */
#define PROTOCOL_FACT_EXEC_NS "exec_ns"       /* from fork to the end of the child, by its own clock */
#define PROTOCOL_RELEASE_BARE "bare"          /* the release of a guest that has no kernel at all */
#define PROTOCOL_FACT_UNKNOWN "-" /* value of a fact that the payload cannot read */

/*
 * A work order (method 4.1): the payload runs the workload in a child of its own, WARMUP + ITERATIONS times COUNT
 * operations, and kills it after LIMIT_MS. FOLDER is where files may be made. The two bytes are no text, so that
 * nothing else can hold them.
 */
#define PROTOCOL_WORK_START '\x02'
#define PROTOCOL_WORK_END '\x03'
#define PROTOCOL_WORK_ITERATIONS_MAX 24 /* warm-up ones too */

#define PROTOCOL_WORK_STATUS "status"       /* one of the following */
#define PROTOCOL_WORK_OK "ok"
#define PROTOCOL_WORK_WRONG "wrong_checksum" /* the result is not what these operations give */
#define PROTOCOL_WORK_CRASH "crash"         /* the child died: "error" says how */
#define PROTOCOL_WORK_TIMEOUT "timeout"
#define PROTOCOL_WORK_CANNOT "cannot"       /* not here: "error" says why */
#define PROTOCOL_WORK_ERROR "error"         /* WHAT: ERRNO, decimal */
#define PROTOCOL_WORK_COUNT "ops"           /* operations of one iteration */
#define PROTOCOL_WORK_CHECKSUM "checksum"   /* of the last iteration, hex: the same for the same work everywhere */
#define PROTOCOL_WORK_NS "ns"               /* how long each iteration took by CLOCK_MONOTONIC, blanks between */
#define PROTOCOL_WORK_COST "cost_ns"        /* the part of it that is the cost, where that is not all */
#define PROTOCOL_WORK_CLAIMED "bytes"       /* that each iteration says it moved to or from storage */
#define PROTOCOL_WORK_GARBAGE "garbage"     /* of a user's program: it says what is no metric */
#define PROTOCOL_WORK_OUTPUT "output"       /* of a user's program: one line that it wrote, what is no text as '?' */
#define PROTOCOL_WORK_OUTPUT_END "output_end" /* the lines before are those of the iteration of this number */
#define PROTOCOL_WORK_READ "read_bytes"     /* that the child caused to be read from storage (/proc/self/io) in all */
#define PROTOCOL_WORK_WRITTEN "write_bytes" /* the same, written */

/* The built-in workloads; each has a row in scenarios/payload/work-*.c. */
#define PROTOCOL_WORKLOADS(X)                                                                                     \
	X(cpu_int) X(cpu_prime) X(cpu_fp) X(mem_bw) X(mem_write) X(mem_lat_16k) X(mem_lat_1m) X(mem_lat_64m)       \
	X(mem_lat_huge) X(page_fault) X(syscall) X(clock_vdso) X(clock_syscall) X(pipe_1cpu) X(pipe_2cpu) X(spawn) \
	X(timer) X(file_meta) X(file_fsync) X(file_write) X(file_read_cold) X(file_read_warm) X(net_rr) X(net_rr_open) \
	X(net_connect) X(net_host_rr) X(net_host_stream)

/*
 * The network of a box that has a peer outside: one link, whose address is the last four bytes of its hardware address.
 * Who connects to the peer says first what he wants: all back that he sends, or PROTOCOL_PEER_DONE for each
 * chunk that has arrived.
 */
#define PROTOCOL_NETWORK_LINK "eth0"
#define PROTOCOL_NETWORK_PREFIX "10.83" /* addresses, in decimal */
#define PROTOCOL_NETWORK_BITS 16
#define PROTOCOL_NETWORK_HARDWARE "52:54:0a:53"
/* Of a user-mode network, which is each instance's own: the guest's, and the host's as seen from there. */
#define PROTOCOL_NETWORK_USER_HARDWARE "52:54:0a:00:02:0f" /* 10.0.2.15 */
#define PROTOCOL_NETWORK_USER_HOST "10.0.2.2"
#define PROTOCOL_PEER_ECHO 'e'
#define PROTOCOL_PEER_TAKE 't'
#define PROTOCOL_PEER_DONE '.'
#define PROTOCOL_PEER_CHUNK (1u << 20) /* bytes */

/*
 * A user's own program is a workload too: in every root tree, beside the payload, with its arguments in a file, each
 * ended by a NUL. One operation is one run of it. What it writes may take so many bytes in all iterations together.
 */
#define PROTOCOL_WORKLOAD_PROGRAM "program"
#define PROTOCOL_PROGRAM_FILE "workload"
#define PROTOCOL_PROGRAM_ARGUMENTS "workload.arguments"
#define PROTOCOL_PROGRAM_TOOL "workload.tool" /* what PROTOCOL_PROGRAM_FILE starts, where that is a dynamic linker */
#define PROTOCOL_PROGRAM_BESIDE '\x01' /* first in an argument: stands for the folder that the program is in */
#define PROTOCOL_PROGRAM_ARGUMENTS_MAX 4096 /* bytes of that file */
#define PROTOCOL_OUTPUT_MAX 12288
