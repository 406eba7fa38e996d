# SPDX-License-Identifier: Apache-2.0
# The program that tries to get out of a container: static, as it runs alone in an empty root tree.

$(B)/escape: $(wildcard tests/escape/*.c tests/escape/*.h)
	@echo "  CC    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -I. -O1 -static $(WARNINGS) $(if $(filter 1,$(WERROR)),-Werror) \
		-o $@ $(filter %.c,$^)

$(O)/tests/privileged/test-escape: | $(B)/escape
