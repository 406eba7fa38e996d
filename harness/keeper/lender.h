/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a starter does where the user is not root. It enters a user namespace in which this user is root and nobody
 * else exists, and only it can mount there: so it lends the harness what boxes are made of, as detached mounts.
 * For that it keeps a namespace with the host's mounts beside its own.
 */
#pragma once

#include "harness/base/packet.h"
#include "harness/base/start.h"

/** Enters the user namespace. `host` becomes the descriptor of a mount namespace with the host's mounts. 0 or a
 * negative errno. */
int lender_enter(int host);
/** In the stub: `stub` becomes the descriptor of the mount namespace that lend() returns to. */
int lender_return_to(int stub);
/**
 * Does what the loan asks; returns the detached mount's descriptor, 0 where none was asked for, or a negative errno.
 * -ENOTRECOVERABLE: it could not come back to the stub, and the starter must end.
 */
int lend(const struct start_loan *loan, size_t size, const struct packet_fds *fds, int host, int stub);
