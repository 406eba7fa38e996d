#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installed below a DESTDIR, moved to its PREFIX, and run there while the checkout cannot be reached: as root
# and as an ordinary user. Uninstalling leaves no file.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

checkout=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 0755 "$scratch"
prefix=$scratch/opt user=65534

ok 'make install' make -s install PREFIX="$prefix" DESTDIR="$scratch/stage"
staged=$scratch/stage$prefix
ok 'nothing lies outside of DESTDIR' test ! -e "$prefix"
for file in bin/tare libexec/tare/tare-harness share/tare/scenarios/compare.json \
	share/man/man1/tare.1 share/bash-completion/completions/tare share/zsh/site-functions/_tare \
	share/tare/results/schema/report.schema.json share/tare/artifacts/payload; do
	ok "$file is there" test -s "$staged/$file"
done
is "$(find "$staged" ! -type l ! -perm -o=r)" '' 'everybody can read all of it'
is "$(grep -rlF "$checkout" "$staged" --include='*.json' --include='*.sha256' | sort)" '' 'no text names the checkout'
mv "$staged" "$prefix"

mkdir -p "$scratch/state" "$scratch/home"
[[ $EUID -ne 0 ]] || chown "$user:$user" "$scratch/home"

# away COMMAND...: runs it in a mount namespace in which the checkout is an empty folder
away() {
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare -m -- bash -c 'mount -t tmpfs -o ro none "$1" && cd / && shift && exec "$@"' away "$checkout" "$@"
}

if [[ $EUID -ne 0 ]] || ! away true 2>/dev/null; then
	skip 'runs from the installed place' 'needs root and mount namespaces'
else
	cat >"$scratch/small.json" <<-'END'
		{"name": "small", "blocks": {"latency": {"count": 2}, "footprint": {"count": 1}},
		 "settle": {"min_ns": 100000000, "max_ns": 2000000000},
		 "subjects": [{"name": "process", "runtime": "process"}, {"name": "namespace", "runtime": "namespace"},
			{"name": "vm", "runtime": "vm"}]}
	END
	printf '{"name": "mini", "blocks": {"latency": {"count": 3}}, "subjects": [%s, %s]}\n' \
		'{"name": "process", "runtime": "process"}' '{"name": "mock", "runtime": "mock"}' >"$scratch/mini.json"
	root=(env -i PATH="$PATH" HOME=/root XDG_STATE_HOME="$scratch/state" timeout 120 "$prefix/bin/tare")
	nobody=(setpriv --reuid "$user" --regid "$user" --clear-groups
		env -i PATH="$PATH" HOME="$scratch/home" timeout 120 "$prefix/bin/tare")

	ok 'list finds the scenarios' away "${root[@]}" list scenarios
	like "$(away "${root[@]}" list scenarios)" 'compare ' 'list shows the scenario compare'
	ok 'root runs process, container and VM' away "${root[@]}" run "$scratch/small.json" --quiet --plots svg
	run=$(find "$scratch/state/tare/runs" -mindepth 1 -maxdepth 1)
	is "$(jq -r '[.subject, .status] | join(" ")' <(grep '"sample"' "$run/samples.jsonl") | sort | uniq -c | tr -s ' ')" \
		$' 3 namespace ok\n 3 process ok\n 3 vm ok' 'each sample is ok, and lies in the state folder'
	ok 'the charts were drawn from built-in templates' test -s "$run/plots/startup.svg"
	ok 'root makes the report again' away "${root[@]}" report "$run" --plots none
	ok 'a user runs process and mock' away "${nobody[@]}" run "$scratch/mini.json" --quiet --plots none
	run=$(find "$scratch/home/.local/state/tare/runs" -mindepth 1 -maxdepth 1)
	is "$(grep -c '"status":"ok"' "$run/samples.jsonl")" 6 "a user's samples lie below the home folder"
	is "$(find "$prefix" -newer "$scratch/mini.json")" '' 'runs write nothing into the installed place'
	ok 'the program was there as a whole' cmp "$checkout/build/tare-harness" "$prefix/libexec/tare/tare-harness"
fi

ok 'make uninstall' make -s uninstall PREFIX="$prefix"
is "$(find "$prefix" ! -type d -o -name 'tare*')" '' 'uninstall leaves no file and no folder of its own'
plan
