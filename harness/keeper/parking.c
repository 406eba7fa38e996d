/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/keeper/parking.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "harness/keeper/raw.h"

static struct parking *places[PARKING_MAX];

struct parking *parking_ordinary(void)
{
	static struct parking place;

	return &place;
}

/* The kernel clears `alive` also where somebody else ended the child. */
static bool is_free(const struct parking *place)
{
	return !place->pid || !__atomic_load_n(&place->room.alive, __ATOMIC_ACQUIRE);
}

/* Places come as they are needed: most runs park nothing, and the starter stays small. */
static struct parking *place_at(size_t i)
{
	if (places[i])
		return is_free(places[i]) ? places[i] : NULL;
	void *memory = mmap(NULL, sizeof(struct parking), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	places[i] = memory == MAP_FAILED ? NULL : memory;
	return places[i];
}

struct parking *parking_take(const struct box *box)
{
	for (size_t i = 0; i < PARKING_MAX; i++) {
		struct parking *place = place_at(i);

		if (!place)
			continue;
		(void)memcpy(&place->box, box, box_size(box));
		place->pid = 0;
		return place;
	}
	errno = EAGAIN;
	return NULL;
}

struct parking *parking_find(pid_t pid)
{
	for (size_t i = 0; i < PARKING_MAX; i++)
		if (places[i] && pid > 0 && places[i]->pid == pid &&
		    __atomic_load_n(&places[i]->room.alive, __ATOMIC_ACQUIRE) == BOX_WAITING)
			return places[i];
	return NULL;
}

void parking_release(struct parking *place)
{
	__atomic_store_n(&place->run.go, 1, __ATOMIC_RELEASE);
	(void)raw_call(SYS_futex, (long)(uintptr_t)&place->run.go, FUTEX_WAKE_PRIVATE, 1, 0);
	clone_wait(&place->room, BOX_WAITING);
	place->pid = 0;
}
