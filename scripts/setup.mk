# SPDX-License-Identifier: Apache-2.0
# What has to be there before a run: packages, and what the subjects start from.

# The one target that may ask for root.
.PHONY: deps deps-check
deps:
	scripts/setup

deps-check:
	scripts/setup check

# One root tree for every subject; for guests a kernel and the tree as a disk.
.PHONY: root guest
root: $(B)/root.sha256
guest: $(B)/guest/guest.json

$(B)/root.sha256: $(B)/payload scripts/root-tree scripts/base.bash
	@echo "  ROOT  $(B)/root"
	$(Q)scripts/root-tree $(B)

$(B)/guest/kernel.conf: scripts/guest-kernel scripts/base.bash
	@echo "  GUEST $(B)/guest/vmlinuz"
	$(Q)scripts/guest-kernel $(B)

# The empty layer names the disk by its whole path: a folder that was moved needs a new one.
.PHONY: force
$(B)/guest/place: force
	@mkdir -p $(@D)
	@echo '$(abspath $(B))' | cmp -s - $@ || echo '$(abspath $(B))' >$@

$(B)/guest/guest.json: $(B)/guest/kernel.conf $(B)/guest/place $(B)/root.sha256 scripts/guest-images
	@echo "  GUEST $@"
	$(Q)scripts/guest-images $(B)
