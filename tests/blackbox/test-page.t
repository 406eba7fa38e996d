#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# report.html in a real browser: it opens without network, error or request; tables sort and filter; nothing that a name
# or an error text holds is run; axe-core finds nothing to object to.
cd "$(dirname "$0")/../.." || exit
source tests/tap.bash

tare=${TARE:-build/tare} axe=build/npm/node_modules/axe-core/axe.min.js
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [[ -z $(command -v chromium-headless-shell chromium chromium-browser google-chrome) ]]; then
	skip 'the report in a browser' 'no Chromium'
	plan
fi

# browse RUN OPTION...: opens its page; the answer is in $said
browse() {
	said=$(timeout 120 tests/blackbox/browser "$scratch/$1/report.html" "${@:2}") || said='{}'
}

# Experiments too: recorded runs, with a subject whose name means something to HTML, SVG, gnuplot and terminals.
for run in cow density; do
	mkdir "$scratch/$run"
	cp "results/reference/$run/host.json" "$scratch/$run"
	for file in plan.json samples.jsonl; do
		jq -c --arg name $'<b onclick=alert(1)>]]>{/=9 x}\e[31m' 'if .subject == "namespace" then .subject = $name else . end |
			if .subjects then .subjects |= map(if .name == "namespace" then .name = $name else . end) else . end' \
			"results/reference/$run/$file" >"$scratch/$run/$file"
	done
done
# More subjects than a chart draws.
mkdir "$scratch/many"
jq -c '.subjects = [range(45) as $i | .subjects[0] | .name = "s\($i)"]' tests/data/runs/one/plan.json >"$scratch/many/plan.json"
jq -c 'if .record == "sample" then range(45) as $i | .subject = "s\($i)" | .id = $i | .position = $i else . end' \
	tests/data/runs/one/samples.jsonl >"$scratch/many/samples.jsonl"
cp tests/data/runs/one/host.json "$scratch/many"
for run in tcg one failures hostile cow density many; do
	[[ -d $scratch/$run ]] || cp -r "tests/data/runs/$run" "$scratch/$run"
	timeout 60 "$tare" report "$scratch/$run" --plots svg >"$scratch/said" || true
	is "$(grep -vE '^ *(Report:|Charts:|are in )' "$scratch/said" | awk 'length > 80' | wc -l)" 0 "$run: the summary fits 80 columns"
	options=(--eval 'document.querySelectorAll("script, iframe, object, img, [onload], [onerror], [onmousemove]").length'
		--eval 'document.querySelectorAll("main h2").length > 8' --eval 'document.documentElement.scrollWidth <= innerWidth'
		--width 390 --height 844)
	[[ ! -r $axe ]] || options+=(--axe "$axe")
	browse "$run" "${options[@]}"
	is "$(jq -c '.console' <<<"$said")" '[]' "$run: nothing on the console"
	is "$(jq -c '.requests' <<<"$said")" '[]' "$run: nothing is requested"
	is "$(jq -c '.values' <<<"$said")" '[1,true,true]' "$run: one script, its own; all sections; as wide as a phone"
	if [[ -r $axe ]]; then
		is "$(jq -c '.axe' <<<"$said")" '[]' "$run: axe-core finds no violation"
	else
		skip "$run: axe-core" 'axe-core could not be installed (make deps-page)'
	fi
done

# The column of start-up times of the samples' table, read after a click on its head.
# shellcheck disable=SC2016
column='(() => { const t = [...document.querySelectorAll("table")].at(-1);
	const heads = [...t.tHead.rows[0].cells].map(h => h.textContent);
	return {t, at: heads.indexOf("start-up")}; })()'
sort_by="(() => { const {t, at} = $column; t.tHead.rows[0].cells[at].firstChild.click();
	return [...t.tBodies[0].rows].map(r => r.cells[at].textContent).filter(x => x).slice(0, 40); })()"
filter='(() => { const i = [...document.querySelectorAll("input")].at(-1); i.value = "tcg latency";
	i.dispatchEvent(new Event("input"));
	return [...document.querySelectorAll("table")].at(-1).querySelectorAll("tbody tr:not([hidden])").length; })()'
browse tcg --eval "$sort_by" --eval "$sort_by" --eval "$filter"
up=$(jq -c '.values[0]' <<<"$said") down=$(jq -c '.values[1]' <<<"$said")
is "$(jq -c 'map(split(" ") | (.[0] | tonumber) * {"us": 1, "ms": 1000, "s": 1000000}[.[1]]) | . == sort' <<<"$up")" true \
	'a click sorts times by their size, not their letters'
is "$(jq -c 'reverse' <<<"$down")" "$up" 'a second click turns the order'
is "$(jq '.values[2]' <<<"$said")" "$(grep '"kind":"latency"' "$scratch/tcg/samples.jsonl" | grep -c '"subject":"vm"')" \
	'the filter leaves the rows with all words'
browse tcg --no-script
is "$(jq -c '.console' <<<"$said")" '[]' 'without scripts it opens all the same'
is "$(grep -c '<tr>' "$scratch/tcg/report.html" | awk '{print ($1 > 100)}')" 1 'and the tables are in the page itself'
is "$(grep -coE '(src|href)="(https?:|//)' "$scratch/tcg/report.html")" 0 'the page names no address'

cp "$scratch/tcg/report.html" "$scratch/before.html"
rm -r "$scratch/tcg/plots"
timeout 60 "$tare" report "$scratch/tcg" --plots svg >/dev/null || true
ok 'the same journal gives the same bytes' cmp "$scratch/before.html" "$scratch/tcg/report.html"
plan
