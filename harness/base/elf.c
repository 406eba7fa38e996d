/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/cleanup.h"

#if !defined(__x86_64__)
#error "name the machine of this CPU here"
#endif
#define MACHINE EM_X86_64
#define MACHINE_NAME "x86-64"
#define RIGHT "a static program for " MACHINE_NAME
#define HEADERS_MAX 512u

static const struct {
	unsigned int machine;
	const char *name;
} machines[] = {
	{EM_386, "32-bit x86"},	  {EM_ARM, "32-bit ARM"}, {EM_AARCH64, "ARM64"}, {EM_RISCV, "RISC-V"},
	{EM_PPC64, "64-bit PowerPC"}, {EM_S390, "S/390"},     {EM_X86_64, "x86-64"},
};

static int check_file(const char *path, int fd, struct error *err)
{
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? error_input(err, "%s: no such file; " RIGHT, path)
			       : error_input(err, "%s: cannot be read (%s); " RIGHT, path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return error_input(err, "%s: is no regular file; " RIGHT, path);
	if (!(st.st_mode & S_IXUSR))
		return error_input(err, "%s: is not executable; chmod +x makes it so", path);
	return 0;
}

static int check_machine(const char *path, const Elf64_Ehdr *header, struct error *err)
{
	if (header->e_machine == MACHINE && header->e_ident[EI_CLASS] == ELFCLASS64)
		return 0;
	if (header->e_machine == MACHINE)
		return error_input(err, "%s: is built for the 32-bit ABI of x86-64; " RIGHT, path);
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == header->e_machine)
			return error_input(err, "%s: is built for %s; " RIGHT, path, machines[i].name);
	return error_input(err, "%s: is built for another CPU (ELF machine %u); " RIGHT, path, header->e_machine);
}

/* "?" where the file lies about it. */
static void read_interpreter(int fd, const Elf64_Phdr *header, char *name, size_t size)
{
	(void)memset(name, 0, size);
	if (pread(fd, name, size - 1, (off_t)header->p_offset) <= 0 || !*name)
		name[0] = '?';
	for (char *c = name; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* `interpreter` is "" for a static program. */
static int check_program(const char *path, int fd, const Elf64_Ehdr *header, char *interpreter, size_t size,
			 struct error *err)
{
	bool loads = false;

	*interpreter = '\0';

	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return error_input(err, "%s: is an object or a core file; " RIGHT, path);
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > HEADERS_MAX)
		return error_input(err, "%s: its ELF header is broken; " RIGHT, path);
	for (size_t i = 0; i < header->e_phnum; i++) {
		Elf64_Phdr program;
		off_t at = (off_t)(header->e_phoff + i * sizeof(program));

		if (pread(fd, &program, sizeof(program), at) != (ssize_t)sizeof(program))
			return error_input(err, "%s: is cut off; " RIGHT, path);
		if (program.p_type == PT_INTERP)
			read_interpreter(fd, &program, interpreter, size);
		loads |= program.p_type == PT_LOAD;
	}
	return loads ? 0 : error_input(err, "%s: has nothing to load; " RIGHT, path);
}

int elf_check_program(const char *path, char *interpreter, size_t size, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf64_Ehdr header = {0};
	int rc = check_file(path, fd, err);

	if (rc < 0)
		return rc;
	ssize_t count = pread(fd, &header, sizeof(header), 0);

	if (count < SELFMAG || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return error_input(err, "%s: is no ELF program (a script needs an interpreter too); " RIGHT, path);
	if (count < EI_NIDENT + 4 || header.e_ident[EI_DATA] != ELFDATA2LSB)
		return error_input(err, "%s: is cut off, or built for a big-endian CPU; " RIGHT, path);
	rc = check_machine(path, &header, err);
	if (!rc && count < (ssize_t)sizeof(header))
		rc = error_input(err, "%s: is cut off; " RIGHT, path);
	return rc < 0 ? rc : check_program(path, fd, &header, interpreter, size, err);
}

int elf_check_static(const char *path, struct error *err)
{
	char interpreter[128];
	int rc = elf_check_program(path, interpreter, sizeof(interpreter), err);

	if (rc < 0 || !*interpreter)
		return rc;
	return error_input(err,
			   "%s: is dynamic, it needs the interpreter %s, which no box has; a static program "
			   "(cc -static)",
			   path, interpreter);
}
