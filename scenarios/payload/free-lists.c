/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/payload/free-lists.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/payload/text.h"

#define COUNT "count:" /* of pages; the only lines that begin so, after blanks */

/* One line; what does not fit of a longer one is not looked at. */
struct line {
	char text[64];
	size_t length;
};

static uint64_t line_pages(struct line *line)
{
	const char *at = line->text + strspn(line->text, " ");
	uint64_t pages = 0;

	if (strncmp(at, COUNT, sizeof(COUNT) - 1) != 0 || !text_read_number(at + sizeof(COUNT) - 1, &pages))
		return 0;
	return pages;
}

_Bool free_lists_bytes(uint64_t *ret_bytes)
{
	int fd = open("/proc/zoneinfo", O_RDONLY | O_CLOEXEC);
	struct line line = {.length = 0};
	uint64_t pages = 0;
	char piece[512];
	ssize_t got;

	if (fd < 0)
		return 0;
	while ((got = read(fd, piece, sizeof(piece))) > 0)
		for (ssize_t i = 0; i < got; i++)
			if (piece[i] == '\n') {
				line.text[line.length] = '\0';
				pages += line_pages(&line);
				line.length = 0;
			} else if (line.length < sizeof(line.text) - 1) {
				line.text[line.length++] = piece[i];
			}
	close(fd);
	*ret_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return got == 0;
}
