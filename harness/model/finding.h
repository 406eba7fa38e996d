/* SPDX-License-Identifier: Apache-2.0 */
/* What was found about this host: by a doctor's check, or by a runtime that asked whether it can work here. */
#pragma once

enum finding_level {
	FINDING_OK,   /**< checked, nothing to say */
	FINDING_INFO, /**< worth knowing beside the numbers */
	FINDING_WARN, /**< bends the numbers: the flag is printed beside each one that it touches */
	FINDING_FAIL, /**< the numbers (or the runtime) are not usable as they are */
};

/** One row. Texts are whole sentences without markup; empty where there is nothing to say. */
struct finding {
	char id[32];       /**< "D-KVM" for the doctor, the runtime's name for a probe */
	enum finding_level level;
	char value[128];   /**< what was read, short: "kvm-software", "performance" */
	char reason[512];  /**< why it matters, or why it cannot work */
	char remedy[512];  /**< what the user can do about it */
};

/** "ok", "info", "warn" or "fail". */
const char *finding_level_name(enum finding_level level);
/** Fills everything but the id; texts that are too long are cut. */
void finding_say(struct finding *finding, enum finding_level level, const char *value, const char *reason,
		 const char *remedy);
