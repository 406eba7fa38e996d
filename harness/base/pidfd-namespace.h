/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of a pidfd that open its process's namespaces, for a C library that is older than they are (Linux 6.11). */
#pragma once

#include <sys/ioctl.h>

#ifndef PIDFD_GET_IPC_NAMESPACE
#define PIDFD_GET_IPC_NAMESPACE _IO(0xFF, 2)
#endif
