/* SPDX-License-Identifier: Apache-2.0 */
/* What the payload knows about where it runs, as lines KEY=VALUE and a last line ".". */
#pragma once

/** Every fact of protocol.h. What cannot be read is said as PROTOCOL_FACT_UNKNOWN. 0 or negative errno. */
int facts_send(void);

/** The payload's own view of memory, as it is now. 0 or negative errno. */
int facts_send_memory(void);

/** What a guest's kernel says of its own boot; all unknown where the kernel is not the payload's own. 0 or negative
 * errno. */
int facts_send_boot(void);
