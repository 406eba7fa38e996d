/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that make the payload weigh more: memory that it holds, files that it changes. */
#pragma once

/**
 * "BYTES": holds just so much anonymous memory, each page written; 0: gives it back. Answers what it holds. 0 or
 * negative errno of the channel.
 */
int weight_touch(const char *arguments);

/**
 * "FILE OFFSET BYTES": writes so many bytes (at most WEIGHT_WRITE_MAX) there and waits until they are on the disk; a
 * file that is not there is made. Answers how long it took by its own clock, or the error. 0 or negative errno of the
 * channel.
 */
int weight_write(char *arguments);

#define WEIGHT_WRITE_MAX (64u << 20)
