# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets. `make` only builds, into build/; `make deps` is the one target that may need root.

CC := gcc
MUSL_CC ?= musl-gcc
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
comma := ,

# Warnings: always on; errors where WERROR=1 (as `make check` sets it).
WERROR ?= 0
WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wwrite-strings -Wpointer-arith \
	-Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations -Wold-style-definition \
	-Wredundant-decls -Wimplicit-fallthrough -Wcast-qual

# Every sanitizer setting has a folder of its own, so that none is built with another's objects.
SANITIZE ?=
B := build
O := $(B)/obj$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
BIN := $(if $(SANITIZE),$(O),$(B))

LIBRARIES := libvirt libvirt-qemu hwloc libcjson libxml-2.0 libseccomp nettle libcurl libnl-route-3.0
LIBRARY_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES))
LIBRARY_LIBS = $(shell pkg-config --libs $(LIBRARIES)) -lpthread -lm
CFLAGS ?= -O2 -g
COMPILE = $(CC) -std=gnu17 -D_GNU_SOURCE -I. -I$(B)/gen -fno-omit-frame-pointer $(WARNINGS) \
	$(if $(filter 1,$(WERROR)),-Werror) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(CFLAGS)

# tare is the keeper and needs little but the C library; tare-harness is everything else.
KEEPER_BASE := alloc box clock error file log mounts overlay packet tree sweep
KEEPER_OBJECTS := $(patsubst %.c,$(O)/%.o,$(wildcard harness/keeper/*.c)) \
	$(patsubst %,$(O)/harness/base/%.o,$(KEEPER_BASE))
HARNESS_SOURCES := $(filter-out harness/keeper/%,$(wildcard harness/*/*.c)) $(wildcard runtimes/*.c)
HARNESS_OBJECTS := $(patsubst %.c,$(O)/%.o,$(filter-out harness/cli/main.c,$(HARNESS_SOURCES)))
UNIT_TESTS := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/test-*.c))
PRIVILEGED_TESTS := $(patsubst %.c,$(O)/%,$(wildcard tests/privileged/test-*.c))
PRIVILEGED_SHARED := $(patsubst %.c,$(O)/%.o,$(filter-out tests/privileged/test-%,$(wildcard tests/privileged/*.c)))

# Objects of test programs are kept, so that a second run links nothing again.
.SECONDARY:

.PHONY: all
all: $(BIN)/tare $(BIN)/tare-harness $(B)/payload $(B)/bare

$(BIN)/tare: $(KEEPER_OBJECTS)
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^

$(BIN)/tare-harness: $(O)/harness/cli/main.o $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS)

$(O)/libtare.a: $(HARNESS_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

# What a build is, for every output; rewritten only when it changes.
$(B)/gen/version.gen.h: FORCE
	@mkdir -p $(@D)
	@printf '#pragma once\n#define VERSION_COMMIT "%s"\n#define VERSION_CFLAGS "%s"\n' \
		'$(shell cat .commit 2>/dev/null || git describe --always --dirty --tags 2>/dev/null || echo unknown)' '$(CFLAGS)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(O)/harness/base/version.o: $(B)/gen/version.gen.h

.PHONY: FORCE
FORCE:

$(O)/%.o: %.c
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(LIBRARY_CFLAGS) -MMD -MP -c -o $@ $<

# The charts' templates, and the page's style and script, are built in.
$(O)/harness/report/plot-template.o: $(wildcard scripts/plots/*.gp)
$(O)/harness/report/html.o: $(wildcard scripts/page/page.*)
$(O)/harness/analyze/claims-table.o: scenarios/claims.json

$(O)/tests/unit/%: $(O)/tests/unit/%.o $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS) -lcmocka

# Tests that need root: each runs as the harness of a keeper.
$(O)/tests/privileged/%: $(O)/tests/privileged/%.o $(PRIVILEGED_SHARED) $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS) -lcmocka

.PHONY: programs unit
programs: $(UNIT_TESTS)
unit: $(UNIT_TESTS)
	$(Q)scripts/prove $(UNIT_TESTS)

# The one comparison, from nothing to the summary and the report.
.PHONY: bench
bench:
	$(Q)scripts/setup
	$(Q)$(MAKE) -s --no-print-directory all root guest
	$(BIN)/tare run compare

# Everything that can be tested here: the unit tests under the sanitizers, then the real programs.
.PHONY: check
check:
	$(Q)scripts/setup check
	-$(Q)$(MAKE) -s --no-print-directory deps-page
	$(Q)$(MAKE) -s --no-print-directory WERROR=1 all root guest $(PRIVILEGED_TESTS)
	$(Q)$(MAKE) -s --no-print-directory WERROR=1 SANITIZE=address,undefined programs
	$(Q)scripts/prove $(UNIT_TESTS:$(O)/%=$(B)/obj-address-undefined/%) \
		$(REPLAY_PROGRAMS:$(O)/%=$(B)/obj-address-undefined/%) $(PRIVILEGED_TESTS) tests/blackbox/*.t

# The long loops behind tests that `make check` runs in short: forty kills of whole runs, forty boots of every guest.
.PHONY: check-long
check-long:
	$(Q)scripts/setup check
	$(Q)$(MAKE) --no-print-directory WERROR=1 all root guest
	$(Q)TARE_KILLS=40 scripts/prove -v tests/blackbox/test-kill.t
	$(Q)tests/bench/boots

.PHONY: lint format compile_commands.json
lint:
	$(Q)scripts/prove tests/blackbox/test-lint.t

format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i

compile_commands.json:
	$(Q){ echo '['; for f in $(HARNESS_SOURCES) $(wildcard harness/keeper/*.c tests/*/*.c); do \
		printf '%s{"directory": "%s", "file": "%s", "command": "%s -c %s"}\n' "$$separator" "$(CURDIR)" "$$f" \
			"$(COMPILE) $(LIBRARY_CFLAGS)" "$$f"; separator=,; done; echo ']'; } > $@

.PHONY: help
help:
	@echo 'make            build tare, tare-harness and the payload into build/; installs nothing'
	@echo 'make bench      install what is missing, build, prepare the guest, run the comparison, show the report'
	@echo 'make check      the same set-up, then all tests that this machine can run (MUST_RUN=1: a skip is a failure)'
	@echo 'make check-long the long loops: ten minutes of fuzzing for each reader, forty kills, forty boots of each guest (TARE_SEED repeats them)'
	@echo 'make bench-aa   one subject under two names, live: false alarms, power and noise floor of this host'
	@echo 'make bench-analyze  how long large journals take to analyse, against the budget and jq'
	@echo 'make bench-density  a thousand containers and sixty guests at once, and what one more takes'
	@echo 'make bench-footprint memory and disk of one more of everything, private engines too'
	@echo 'make bench-engines  what tare adds to an engine, and its ratios against a measurement by hand'
	@echo 'make bench-start  our containers against bubblewrap, crun, runc, a process and a straight line of system calls'
	@echo 'make bench-workloads  the workloads in a process against sysbench, fio and perf bench'
	@echo 'make bench-overhead  the workloads in every box, private engines too'
	@echo 'make bench-vm   what libvirt costs over QEMU alone, what tuning is worth, how much sooner a saved guest answers'
	@echo 'make deps       only install what building and running need; the one target that may ask for root'
	@echo 'make root guest only the root tree, and the guest kernel with its images'
	@echo 'make unit       only the unit tests; SANITIZE=address,undefined builds them with the sanitizers'
	@echo 'make lint       layers, style, static checks'
	@echo 'make fuzz       fuzzes the readers of files and messages, FUZZ_TIME=60 seconds each'
	@echo 'make install    puts what is built into DESTDIR and PREFIX=/usr/local; make uninstall removes it'
	@echo 'make reference-charts  reports and charts of the recorded runs, from their journals'
	@echo 'make dist       the sources as an archive in build/; make deb a Debian package of what is built'
	@echo 'make format     lays out all C files; make compile_commands.json is for editors'
	@echo 'make clean      removes build/'
	@echo 'variables: V=1 shows commands, WERROR=1 makes warnings errors, CFLAGS, CC, MUSL_CC'

include scenarios/payload/payload.mk
include scenarios/bare/bare.mk
include scripts/setup.mk
include scripts/install.mk
include scripts/page/page.mk
include tests/escape/escape.mk
include tests/fuzz/fuzz.mk
include tests/bench/analyze.mk
include tests/bench/density.mk
include tests/bench/engines.mk
include tests/bench/start.mk
include tests/bench/vm.mk
include tests/bench/workloads.mk

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
