#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The code base itself: layers, style, static checks, scripts, scenarios against their schema.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

ok 'the arrows between the folders point one way' scripts/check-layers
ok 'the house rules hold' scripts/check-style
if command -v cppcheck >/dev/null; then
	ok 'cppcheck finds nothing' cppcheck -q --std=c11 --enable=warning,performance,portability --suppress=varFuncNullUB --inline-suppr \
		-j2 -I. --error-exitcode=1 harness runtimes scenarios/payload
else
	skip 'cppcheck finds nothing' 'cppcheck is not installed'
fi
mapfile -t scripts < <(git ls-files scripts tests .ci | xargs grep -lE '^#!/bin/(ba)?sh' /dev/null)
if command -v shellcheck >/dev/null; then
	ok 'shellcheck finds nothing' shellcheck -x -P SCRIPTDIR "${scripts[@]}"
else
	skip 'shellcheck finds nothing' 'shellcheck is not installed'
fi
# shellcheck disable=SC2016
ok 'the scenarios follow their schema' /usr/bin/python3 -c '
import glob, json, jsonschema
schema = json.load(open("scenarios/scenario.schema.json"))
files = [f for f in glob.glob("scenarios/*.json") if not f.endswith(".schema.json") and f != "scenarios/claims.json"]
assert len(files) >= 2
for f in files: jsonschema.validate(json.load(open(f)), schema)
jsonschema.validate(json.load(open("scenarios/claims.json")), json.load(open("scenarios/claims.schema.json")))'
unexpected=$(git ls-files | cut -d/ -f1 | sort -u | grep -vE '^\.' |
	grep -vxE 'harness|runtimes|scenarios|results|scripts|tests|Makefile|README\.md|LICENSE')
is "$unexpected" '' 'the top level holds what the design says'
plan
