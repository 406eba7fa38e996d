#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The XML of every kind of guest (tests/data/domain-xml/, which the unit test compares with what is built)
# is valid by libvirt's own schema.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

for file in tests/data/domain-xml/*.xml; do
	if command -v virt-xml-validate xmllint >/dev/null; then
		ok "${file##*/} is valid" virt-xml-validate "$file" domain
	else
		skip "${file##*/} is valid" 'virt-xml-validate is not installed (Debian: libvirt-clients)'
	fi
done
plan
