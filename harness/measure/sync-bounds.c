/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/measure/sync-bounds.h"

struct sync_bounds sync_bounds_none(void)
{
	return (struct sync_bounds){.lo_ns = INT64_MIN, .hi_ns = INT64_MAX, .rtt_min_ns = INT64_MAX};
}

static void lower(struct sync_bounds *bounds, int64_t offset_ns)
{
	if (offset_ns > bounds->lo_ns)
		bounds->lo_ns = offset_ns;
}

static void upper(struct sync_bounds *bounds, int64_t offset_ns)
{
	if (offset_ns < bounds->hi_ns)
		bounds->hi_ns = offset_ns;
}

void sync_bounds_exchange(struct sync_bounds *bounds, int64_t sent_ns, int64_t received_ns, int64_t answered_ns,
			  int64_t arrived_ns)
{
	int64_t rtt_ns = (arrived_ns - sent_ns) - (answered_ns - received_ns);

	lower(bounds, sent_ns - received_ns);
	upper(bounds, arrived_ns - answered_ns);
	if (rtt_ns < bounds->rtt_min_ns)
		bounds->rtt_min_ns = rtt_ns;
	bounds->count++;
}

void sync_bounds_seen(struct sync_bounds *bounds, int64_t done_ns, int64_t seen_ns)
{
	upper(bounds, seen_ns - done_ns);
}

bool sync_bounds_offset(const struct sync_bounds *bounds, int64_t *ret_offset_ns, int64_t *ret_err_ns)
{
	if (!bounds->count || bounds->lo_ns > bounds->hi_ns)
		return false;
	*ret_offset_ns = bounds->lo_ns + (bounds->hi_ns - bounds->lo_ns) / 2;
	*ret_err_ns = (bounds->hi_ns - bounds->lo_ns + 1) / 2;
	return true;
}
