# SPDX-License-Identifier: Apache-2.0
# Our containers against bubblewrap, crun, runc, a plain process, and a straight line of the same system calls. A build of
# the harness of its own, in build/bench, with the runtimes that only this comparison has.

BENCH_OBJECTS := $(patsubst %,$(O)/tests/bench/%.o,table bubblewrap straight engine-straight)
STRAIGHT_OBJECTS := $(O)/tests/bench/straight-line.o $(patsubst %,$(O)/harness/%.o,keeper/clone keeper/home keeper/network keeper/stub base/clock base/packet)

$(B)/bench/tare-harness: $(O)/harness/cli/main.o $(BENCH_OBJECTS) $(O)/libtare.a
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS)

$(B)/bench/straight: $(STRAIGHT_OBJECTS)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $^

$(B)/bench/tare: $(B)/tare
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(B)/bench/enter: tests/bench/enter.c
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) -static -s -Os $(WARNINGS) -o $@ $<

$(B)/bench/crowd: $(O)/tests/bench/crowd.o $(PRIVILEGED_SHARED) $(O)/libtare.a
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS) -lcmocka

.PHONY: bench-start bench-start-programs
bench-start-programs: all root $(B)/bench/tare $(B)/bench/tare-harness $(B)/bench/enter $(B)/bench/straight $(B)/bench/crowd

bench-start:
	$(Q)scripts/setup start
	$(Q)$(MAKE) -s --no-print-directory bench-start-programs
	$(Q)tests/bench/bench-start
