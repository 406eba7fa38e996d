/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

static uint64_t clock_read(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

struct clock_bracket clock_bracket_read(void)
{
	struct clock_bracket best = {0};

	for (int i = 0; i < 8; i++) {
		struct clock_bracket b;

		b.mono_before_ns = clock_read(CLOCK_MONOTONIC);
		b.real_ns = clock_read(CLOCK_REALTIME);
		b.mono_after_ns = clock_read(CLOCK_MONOTONIC);
		if (!i || b.mono_after_ns - b.mono_before_ns < best.mono_after_ns - best.mono_before_ns)
			best = b;
	}
	return best;
}

static int64_t bracket_offset(const struct clock_bracket *b)
{
	return (int64_t)(b->mono_before_ns + (b->mono_after_ns - b->mono_before_ns) / 2) - (int64_t)b->real_ns;
}

int64_t clock_bracket_shift(const struct clock_bracket *begin, const struct clock_bracket *end)
{
	return bracket_offset(begin) - bracket_offset(end);
}

static uint64_t bracket_error(const struct clock_bracket *b)
{
	return (b->mono_after_ns - b->mono_before_ns + 1) / 2;
}

uint64_t clock_from_real(const struct clock_bracket *begin, const struct clock_bracket *end, uint64_t real_ns,
			 uint64_t *ret_err_ns)
{
	int64_t first = bracket_offset(begin), last = bracket_offset(end);
	uint64_t err = bracket_error(begin) > bracket_error(end) ? bracket_error(begin) : bracket_error(end);
	double share = 0;

	if (end->real_ns > begin->real_ns && real_ns > begin->real_ns)
		share = (double)(real_ns - begin->real_ns) / (double)(end->real_ns - begin->real_ns);
	if (ret_err_ns)
		*ret_err_ns = err;
	return (uint64_t)((int64_t)real_ns + first + (int64_t)((double)(last - first) * share));
}

void clock_utc(char text[32])
{
	struct timespec t;
	struct tm parts;
	char date[24];

	(void)clock_gettime(CLOCK_REALTIME, &t);
	(void)gmtime_r(&t.tv_sec, &parts);
	(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
	(void)snprintf(text, 32, "%s.%03uZ", date, (unsigned)(t.tv_nsec / 1000000) % 1000u);
}

void clock_sleep_until(uint64_t instant_ns)
{
	struct timespec t = {
		.tv_sec = (time_t)(instant_ns / 1000000000u),
		.tv_nsec = (long)(instant_ns % 1000000000u),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

#if defined(__x86_64__)
#define TSC_SPAN_NS 20000000u

static pthread_once_t tsc_once = PTHREAD_ONCE_INIT;
static uint64_t tsc_hz;

/** The narrowest of some brackets of `clock` around a reading of the counter. */
static struct clock_tsc tsc_read(clockid_t clock)
{
	struct clock_tsc best = {.err_ns = UINT64_MAX};

	for (int i = 0; i < 64; i++) {
		uint64_t before = clock_read(clock), tsc = __rdtsc();
		uint64_t width = clock_read(clock) - before;

		if (width / 2 < best.err_ns)
			best = (struct clock_tsc){.tsc = tsc, .t_ns = before + width / 2, .err_ns = width / 2};
	}
	return best;
}

bool clock_tsc_read(struct clock_tsc *ret_reading)
{
	*ret_reading = tsc_read(CLOCK_MONOTONIC);
	return true;
}

static void tsc_measure(void)
{
	struct clock_tsc first = tsc_read(CLOCK_MONOTONIC_RAW);

	clock_sleep_until(clock_now_ns() + TSC_SPAN_NS);
	struct clock_tsc last = tsc_read(CLOCK_MONOTONIC_RAW);

	tsc_hz = (uint64_t)((double)(last.tsc - first.tsc) * 1e9 / (double)(last.t_ns - first.t_ns));
}

uint64_t clock_tsc_hz(void)
{
	(void)pthread_once(&tsc_once, tsc_measure);
	return tsc_hz;
}
#else
bool clock_tsc_read(struct clock_tsc *ret_reading)
{
	(void)ret_reading;
	return false;
}

uint64_t clock_tsc_hz(void)
{
	return 0;
}
#endif
