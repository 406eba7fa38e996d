/* SPDX-License-Identifier: Apache-2.0 */
#include "runtimes/seccomp-oci.h"

#include <errno.h>
#include <sys/socket.h>

#include "runtimes/seccomp-calls.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct json *rule_make(const char *const *names, size_t count, const char *action)
{
	struct json *rule = json_object(), *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_append(list, json_new_text(names[i]));
	json_add(rule, "names", list);
	json_add_text(rule, "action", action);
	return rule;
}

/* One call, allowed where its first argument compares so. */
static struct json *rule_conditional(const char *name, const char *compare, uint64_t value, uint64_t second)
{
	struct json *rule = rule_make(&name, 1, "SCMP_ACT_ALLOW"), *list = json_array(), *argument = json_object();

	json_add_int(argument, "index", 0);
	json_add_int(argument, "value", (int64_t)value);
	json_add_int(argument, "valueTwo", (int64_t)second);
	json_add_text(argument, "op", compare);
	json_append(list, argument);
	json_add(rule, "args", list);
	return rule;
}

static const char *native_architecture(void)
{
#if defined(__x86_64__)
	return "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
	return "SCMP_ARCH_AARCH64";
#else
	return NULL; /* the runtime takes its own */
#endif
}

struct json *seccomp_oci(void)
{
	static const char clone3[] = "clone3";
	struct json *filter = json_object(), *rules = json_array(), *architectures = json_array();
	const char *names[] = {clone3};
	struct json *refused = rule_make(names, COUNT(names), "SCMP_ACT_ERRNO");

	if (native_architecture())
		json_append(architectures, json_new_text(native_architecture()));
	json_add_int(refused, "errnoRet", ENOSYS);
	json_append(rules, rule_make(seccomp_calls, COUNT(seccomp_calls), "SCMP_ACT_ALLOW"));
	json_append(rules, rule_conditional("clone", "SCMP_CMP_MASKED_EQ", SECCOMP_NEW_NAMESPACES, 0));
	json_append(rules, refused);
	json_append(rules, rule_conditional("socket", "SCMP_CMP_NE", AF_VSOCK, 0));
	for (size_t i = 0; i < COUNT(seccomp_personalities); i++)
		json_append(rules, rule_conditional("personality", "SCMP_CMP_EQ", seccomp_personalities[i], 0));
	json_add_text(filter, "defaultAction", "SCMP_ACT_ERRNO");
	json_add_int(filter, "defaultErrnoRet", EPERM);
	json_add(filter, "architectures", architectures);
	json_add(filter, "syscalls", rules);
	return filter;
}
