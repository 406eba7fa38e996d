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

LIBRARIES := libvirt libvirt-qemu hwloc libcjson libxml-2.0 libseccomp nettle
LIBRARY_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES) cmocka 2>/dev/null)
LIBRARY_LIBS = $(shell pkg-config --libs $(LIBRARIES)) -lpthread -lm
CFLAGS ?= -O2 -g
COMPILE = $(CC) -std=gnu17 -D_GNU_SOURCE -I. -I$(B)/gen -fno-omit-frame-pointer $(WARNINGS) \
	$(if $(filter 1,$(WERROR)),-Werror) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(CFLAGS)

# tare is the keeper and needs little but the C library; tare-harness is everything else.
KEEPER_BASE := alloc box clock error file log packet tree sweep
KEEPER_OBJECTS := $(patsubst %.c,$(O)/%.o,$(wildcard harness/keeper/*.c)) \
	$(patsubst %,$(O)/harness/base/%.o,$(KEEPER_BASE))
HARNESS_SOURCES := $(filter-out harness/keeper/%,$(wildcard harness/*/*.c)) $(wildcard runtimes/*.c)
HARNESS_OBJECTS := $(patsubst %.c,$(O)/%.o,$(filter-out harness/cli/main.c,$(HARNESS_SOURCES)))
UNIT_TESTS := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/test-*.c))
PRIVILEGED_TESTS := $(patsubst %.c,$(O)/%,$(wildcard tests/privileged/test-*.c))

.PHONY: all
all: $(BIN)/tare $(BIN)/tare-harness $(B)/payload

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
		'$(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)' '$(CFLAGS)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(O)/harness/base/version.o: $(B)/gen/version.gen.h

.PHONY: FORCE
FORCE:

$(O)/%.o: %.c
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(LIBRARY_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/tests/unit/%: $(O)/tests/unit/%.o $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS) -lcmocka

.PHONY: unit
unit: $(UNIT_TESTS)
	$(Q)for t in $(UNIT_TESTS); do CMOCKA_MESSAGE_OUTPUT=STDOUT $$t || exit 1; done

# Tests that need root: each runs as the harness of a keeper. Status 77: cannot run here.
$(O)/tests/privileged/%: $(O)/tests/privileged/%.o $(O)/tests/privileged/world.o $(O)/libtare.a
	@echo "  LD    $@"
	$(Q)$(COMPILE) -o $@ $^ $(LIBRARY_LIBS) -lcmocka

.PHONY: privileged
privileged: $(PRIVILEGED_TESTS) $(BIN)/tare $(B)/root.sha256
	$(Q)for t in $(PRIVILEGED_TESTS); do TARE=$(BIN)/tare CMOCKA_MESSAGE_OUTPUT=STDOUT $$t || [ $$? -eq 77 ] || exit 1; done

include scenarios/payload/payload.mk
include scripts/setup.mk

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
