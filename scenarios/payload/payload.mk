# SPDX-License-Identifier: Apache-2.0
# The payload: one static program on musl, the same bytes for every subject.
$(B)/payload:
