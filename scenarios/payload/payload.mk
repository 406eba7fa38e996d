# SPDX-License-Identifier: Apache-2.0
# The payload: one static program on musl, the same bytes for every subject and each time it is built:
# no build id, no path, no date gets in. Sections are packed tightly, as every page of it is idle memory.

PAYLOAD_DIR := scenarios/payload
PAYLOAD_SOURCES := $(wildcard $(PAYLOAD_DIR)/*.c) $(PAYLOAD_DIR)/entry.S
PAYLOAD_OBJECTS := $(patsubst $(PAYLOAD_DIR)/%,$(B)/obj-payload/%.o,$(PAYLOAD_SOURCES))
PAYLOAD_CFLAGS := -std=gnu17 -D_GNU_SOURCE -I. -Os -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-ident -ffunction-sections -fdata-sections \
	-fno-tree-loop-distribute-patterns
PAYLOAD_LDFLAGS := -static -no-pie -s -Wl,-e,payload_entry -Wl,--build-id=none -Wl,--gc-sections \
	-Wl,-z,noexecstack -Wl,-z,noseparate-code -Wl,-z,norelro

# The workloads are programs as people build them.
$(B)/obj-payload/work-%.o $(B)/obj-payload/sha256%.o: PAYLOAD_SPEED := -O2

$(B)/payload: $(PAYLOAD_OBJECTS)
	@echo "  LD    $@"
	$(Q)$(MUSL_CC) $(PAYLOAD_LDFLAGS) -o $@ $^ -lm

$(B)/obj-payload/%.o: $(PAYLOAD_DIR)/%
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(PAYLOAD_CFLAGS) $(PAYLOAD_SPEED) $(WARNINGS) $(if $(filter 1,$(WERROR)),-Werror) -MMD -MP -c -o $@ $<

-include $(PAYLOAD_OBJECTS:.o=.d)
