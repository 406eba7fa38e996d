/* SPDX-License-Identifier: Apache-2.0 */
/* The payload's own program once more, as a child that ends at once: the smallest command there is. */
#pragma once

/** Its path as this process sees it; a static buffer. */
char *child_program(void);
/** fork, execve, wait. 0; 1: it did not end with status 0; negative errno: it could not be made. */
int child_run(char *program);
/** The command `exec`: runs one and answers. 0, or negative errno: no channel. */
int child_command(void);
