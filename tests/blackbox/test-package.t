#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Debian package is installed below a root of its own, and what it holds runs there; the archive of the sources is whole.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [[ -z $(command -v dpkg-deb) || -z $(command -v dpkg-shlibdeps) ]]; then
	skip 'the Debian package' 'this is no Debian'
	plan
fi
version=$(build/tare --version | cut -d' ' -f2)
package=$(scripts/package deb build 2>"$scratch/err")
is "$package" "build/tare_${version}_$(dpkg --print-architecture).deb" 'it is named as Debian wants it'
is "$(dpkg-deb -f "$package" Version)" "$version" 'it has the version of the program'
like "$(dpkg-deb -f "$package" Depends)" 'libvirt0.*' 'it depends on the libraries that it was linked with'
is "$(dpkg-deb -c "$package" | awk '{print $2}' | sort -u)" root/root 'everything belongs to root'
mkdir -p "$scratch/root/var/lib/dpkg/info" "$scratch/root/var/lib/dpkg/updates"
: >"$scratch/root/var/lib/dpkg/status"
installing=(dpkg --root="$scratch/root" --force-depends --force-not-root --force-script-chrootless)
ok 'dpkg installs it' "${installing[@]}" --log="$scratch/log" -i "$package"
tare=$scratch/root/usr/bin/tare
ok 'man page and completions are where Debian looks' test -s "$scratch/root/usr/share/man/man1/tare.1.gz" \
	-a -s "$scratch/root/usr/share/zsh/vendor-completions/_tare" -a -s "$scratch/root/usr/share/bash-completion/completions/tare"
run=(env -i PATH="$PATH" HOME="$scratch" XDG_STATE_HOME="$scratch/state" timeout 120 "$tare")
like "$("${run[@]}" --version)" "^tare $version \\(" 'the program runs'
like "$("${run[@]}" lab)" 'startup' 'it finds the labs'
printf '{"name": "mini", "blocks": {"latency": {"count": 2}}, "subjects": [{"name": "a", "runtime": "mock"}]}' >"$scratch/mini.json"
ok 'it measures' "${run[@]}" run "$scratch/mini.json" --quiet --plots none
ok 'and the report is there' bash -c "test -s $scratch/state/tare/runs/*/report.html"
ok 'dpkg removes it' "${installing[@]}" --log="$scratch/log" -r tare
is "$(find "$scratch/root/usr" -type f 2>/dev/null | wc -l)" 0 'and leaves no file'

if [[ ! -e .git || -n $(git status --porcelain 2>/dev/null) ]]; then
	skip 'the archive of the sources' 'the tree has changes, or is no checkout'
	plan
fi
archive=$(scripts/package dist build)
mkdir "$scratch/dist"
ok 'the archive can be unpacked' tar -xf "$archive" -C "$scratch/dist"
is "$(cat "$scratch/dist/tare-$version/.commit")" "$(git describe --always --tags)" 'it knows its commit'
is "$(cd "$scratch/dist/tare-$version" && find . -type f ! -name .commit | sort)" "$(git ls-files | sed 's|^|./|' | LC_ALL=C sort)" \
	'it holds every file of the commit'
like "$(make -n -C "$scratch/dist/tare-$version" all 2>&1)" 'CC|gcc' 'and can be built'
plan
