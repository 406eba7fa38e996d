/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enters cgroups, opens files as descriptors 3 and up, and becomes another program: what bubblewrap lacks for the same
 * limits and the same filter as its neighbours'. Static, so that it costs next to nothing.
 *
 *	enter CGROUP_FILE... -- FILE... -- PROGRAM ARGUMENT...
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp)
{
	char **at = argv + 1;

	for (; argc > 1 && *at && strcmp(*at, "--") != 0; at++) {
		int fd = open(*at, O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "0", 1) != 1 || close(fd) < 0)
			return 125;
	}
	for (at += *at != NULL; *at && strcmp(*at, "--") != 0; at++)
		if (open(*at, O_RDONLY) < 0)
			return 126;
	if (!*at || !at[1])
		return 124;
	(void)execve(at[1], at + 1, envp);
	return 127;
}
