/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/model/timeline.h"

#include <string.h>

#define CLOCK_READ_ERROR_NS 25u /* cost and step of one reading (method R1.31) */

static const struct {
	const char *name, *text;
} event_rows[EVENT_COUNT] = {
#define TIMELINE_ROW(id, name, text) [EVENT_##id] = {name, text},
	TIMELINE_EVENTS(TIMELINE_ROW)
#undef TIMELINE_ROW
};

void timeline_init(struct timeline *t)
{
	(void)memset(t, 0, sizeof(*t));
	(void)pthread_mutex_init(&t->lock, NULL);
}

void timeline_destroy(struct timeline *t)
{
	(void)pthread_mutex_destroy(&t->lock);
}

static void timeline_set(struct timeline *t, enum event_id id, const struct event *event)
{
	(void)pthread_mutex_lock(&t->lock);
	if (!t->events[id].set)
		t->events[id] = *event;
	(void)pthread_mutex_unlock(&t->lock);
}

void timeline_mark(struct timeline *t, enum event_id id, const char *source)
{
	timeline_add(t, id, clock_now_ns(), CLOCK_READ_ERROR_NS, source);
}

void timeline_add(struct timeline *t, enum event_id id, uint64_t t_ns, uint64_t err_ns, const char *source)
{
	timeline_set(t, id, &(struct event){.t_ns = t_ns, .err_ns = err_ns, .source = source, .set = true});
}

void timeline_add_real(struct timeline *t, enum event_id id, uint64_t real_ns, uint64_t err_ns, const char *source)
{
	timeline_set(t, id,
		     &(struct event){
			     .t_ns = real_ns, .err_ns = err_ns, .source = source, .set = true, .real = true});
}

void timeline_map_real(struct timeline *t, const struct clock_bracket *begin, const struct clock_bracket *end)
{
	(void)pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		struct event *event = &t->events[i];
		uint64_t map_err_ns;

		if (!event->set || !event->real)
			continue;
		event->t_ns = clock_from_real(begin, end, event->t_ns, &map_err_ns);
		event->err_ns += map_err_ns;
		event->real = false;
	}
	(void)pthread_mutex_unlock(&t->lock);
}

void timeline_drop_real(struct timeline *t)
{
	(void)pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < EVENT_COUNT; i++)
		if (t->events[i].set && t->events[i].real)
			t->events[i].set = false;
	(void)pthread_mutex_unlock(&t->lock);
}

struct event timeline_get(struct timeline *t, enum event_id id)
{
	(void)pthread_mutex_lock(&t->lock);
	struct event event = t->events[id];

	(void)pthread_mutex_unlock(&t->lock);
	return event;
}

const char *event_name(enum event_id id)
{
	return event_rows[id].name;
}

const char *event_text(enum event_id id)
{
	return event_rows[id].text;
}

enum event_id event_by_name(const char *name)
{
	size_t id = 0;

	while (id < EVENT_COUNT && strcmp(event_rows[id].name, name))
		id++;
	return (enum event_id)id;
}
