# SPDX-License-Identifier: Apache-2.0
# The guest without an operating system: a few kilobytes that QEMU loads as a kernel.

BARE_OBJECTS := $(patsubst %,$(B)/obj-bare/%.o,scenarios/bare/start.S scenarios/bare/main.c scenarios/payload/text.c)
BARE_CFLAGS := -std=gnu17 -I. -Os -m64 -ffreestanding -mgeneral-regs-only -fno-pic -fno-pie -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-ident -ffunction-sections \
	-fno-tree-loop-distribute-patterns

$(B)/bare: $(BARE_OBJECTS) scenarios/bare/bare.ld
	@echo "  LD    $@"
	$(Q)$(CC) -nostdlib -static -no-pie -s -Wl,--build-id=none -Wl,-n -Wl,--no-warn-rwx-segments \
		-Wl,--gc-sections -Wl,-z,noexecstack -T scenarios/bare/bare.ld -o $@ $(BARE_OBJECTS)

$(B)/obj-bare/%.o: %
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(BARE_CFLAGS) $(WARNINGS) $(if $(filter 1,$(WERROR)),-Werror) -MMD -MP -c -o $@ $<

-include $(BARE_OBJECTS:.o=.d)
