# SPDX-License-Identifier: Apache-2.0
# Fuzzing with libFuzzer: one program for each reader of what others wrote. Whatever is found goes to
# build/fuzz/READER/; add it to the reader's corpus once it is mended. `make check` replays the corpus.

FUZZ_READERS := $(patsubst tests/fuzz/fuzz-%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
FUZZ_TIME ?= 60
FUZZ_CC ?= clang
FUZZ_SANITIZE := fuzzer,address,undefined
FUZZ_PROGRAMS := $(FUZZ_READERS:%=$(O)/tests/fuzz/fuzz-%)
REPLAY_PROGRAMS := $(FUZZ_READERS:%=$(O)/tests/fuzz/replay-%)

$(O)/tests/fuzz/fuzz-%: $(O)/tests/fuzz/fuzz-%.o $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS)

$(O)/tests/fuzz/replay-%: $(O)/tests/fuzz/fuzz-%.o $(O)/tests/fuzz/replay.o $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS)

.PHONY: fuzz fuzz-programs replay-programs
fuzz-programs: $(FUZZ_PROGRAMS)
replay-programs: $(REPLAY_PROGRAMS)
programs: replay-programs

# One reader after the other, FUZZ_TIME seconds each; FUZZ_READERS=scenario for one of them alone.
fuzz:
	$(Q)command -v $(FUZZ_CC) >/dev/null || scripts/setup develop
	$(Q)$(MAKE) --no-print-directory CC=$(FUZZ_CC) SANITIZE=$(FUZZ_SANITIZE) fuzz-programs
	$(Q)tests/fuzz/run $(B)/obj-$(subst $(comma),-,$(FUZZ_SANITIZE))/tests/fuzz $(FUZZ_TIME) $(FUZZ_READERS)

.PHONY: check-long
check-long: FUZZ_TIME = 600
check-long: fuzz
