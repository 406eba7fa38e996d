/* SPDX-License-Identifier: Apache-2.0 */
/* What only PID 1 of a guest does: find the root, mount, reset. */
#pragma once

/**
 * The first stage, from the initramfs: loads the modules, mounts the root and executes the payload
 * from it, as the same process. Returns only when that failed, after guest_fail().
 */
void guest_enter_root(char *const *environment);

/** Brings up the link with its address; guest_fail() where there is none. */
void guest_connect(void);

/** Mounts /proc and /sys, for the facts. What cannot be mounted shows as an unknown fact. */
void guest_mount(void);

/** Writes what is dirty and resets the machine, which ends the VM. Does not return. */
_Noreturn void guest_reset(void);

/** Says "E: WHAT: ERRNO" on the serial line, and resets. */
_Noreturn void guest_fail(const char *what, int error);
