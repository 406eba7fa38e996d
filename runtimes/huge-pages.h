/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts of programs that get transparent huge pages, and of such that get none: the setting is that of the process
 * that starts, and is inherited through fork and execve, however often QEMU asks for such pages with madvise.
 */
#pragma once

#include <stdbool.h>

#include "harness/base/error.h"

/** Can they be switched off here? Changes nothing. error_host() where the kernel has no such setting. */
int huge_pages_try(struct error *err);
/**
 * From here until huge_pages_leave() of the same kind, what this process starts may have huge pages, or has none. Any
 * thread, any number at once of one kind; waits while starts of the other kind are under way.
 */
void huge_pages_enter(bool allowed);
void huge_pages_leave(bool allowed);
