# SPDX-License-Identifier: Apache-2.0
# What the test of the report's page needs: a browser, and axe-core. Where they cannot be had, the test says so and goes on.

AXE := $(B)/npm/node_modules/axe-core/axe.min.js

.PHONY: deps-page
deps-page:
	$(Q)scripts/setup page
	$(Q)test -s $(AXE) || npm install --prefix $(B)/npm --no-audit --no-fund --silent axe-core@4.10.3

# The reports and charts of the recorded runs, from their journals alone.
.PHONY: reference-charts
reference-charts: all
	$(Q)for run in results/reference/*/; do $(BIN)/tare report "$$run" --plots svg,png >/dev/null || exit 1; done
