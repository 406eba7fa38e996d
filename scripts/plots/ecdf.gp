
# Empirical distribution: one curve per subject, at x the share of its samples that were ready by then.
left_px = 76
right_px = 230
bottom_px = 88 + 20 * (censored_count > 0)
entry_px(i) = 46 + 15 * row_lines[i] + 14 * (strlen(row_trouble[i]) > 0)
entries_px = sum [i=1:row_count] entry_px(i)
height_px = entries_px < 300 ? 300 : entries_px
canvas_height = top_px + height_px + bottom_px

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
set tmargin at screen py(top_px)
set bmargin at screen py(canvas_height - bottom_px)
set border 3 lc rgb grey
set yrange [0:1.02]
set ytics ("0" 0, "25 %%" 0.25, "50 %%" 0.5, "75 %%" 0.75, "100 %%" 1)
set grid xtics ytics lt 1 lw 1 lc rgb pale
if (curve_count == 0) {
	unset xtics
	axis_title = "no sample became ready: there is no time to show"
}

# Names stand in the order of the rows, each with its line; from the eleventh on colours come again, with dashes.
entry_y(i) = top_px + 10 + (i < 2 ? 0 : sum [j=1:i - 1] entry_px(j))
entry_x = canvas_width - right_px + 50
dash(i) = i > 10 ? 2 : 1
thick(i) = i > 7 ? 1.2 : 2.2
value_of(i) = strlen(row_message[i]) ? "not measured" : row_value[i]

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	eval set_time_axis
	set for [i=1:curve_count] arrow i from screen px(entry_x - 36), screen py(entry_y(curve_row[i])) \
		rto screen px(28), screen 0 nohead lw thick(curve_row[i]) dt dash(curve_row[i]) lc rgb subject_colour(curve_row[i])
	set for [i=1:row_count] label 100 + i row_name[i] \
		at screen px(entry_x), screen py(entry_y(i)) font small textcolor rgb ink
	set for [i=1:row_count] label 1100 + i value_of(i) \
		at screen px(entry_x), screen py(entry_y(i) + 15 * row_lines[i]) font small textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_interval[i] \
		at screen px(entry_x), screen py(entry_y(i) + 15 * row_lines[i] + 14) font small textcolor rgb grey
	set for [i=1:row_count] label 3100 + i row_trouble[i] \
		at screen px(entry_x), screen py(entry_y(i) + 15 * row_lines[i] + 28) font small textcolor rgb alarm
	if (censored_count > 0) {
		set label 31 "" at screen px(22), screen py(canvas_height - 36) point pt 9 ps 1.1 * dot lc rgb alarm
		set label 41 "the curve stops below 100 %: the other samples timed out" \
			at screen px(34), screen py(canvas_height - 36) font small textcolor rgb ink
	}
	plot for [i=1:curve_count] data index i - 1 using 1:2 \
			with steps lw thick(curve_row[i]) dt dash(curve_row[i]) lc rgb subject_colour(curve_row[i]), \
	     for [k=1:censored_count > 0] data index (censored_count > 0 ? curve_count : 0) using 1:2 \
			with points pt 9 ps 1.1 * dot lc rgb alarm, \
	     @hover, \
	     -9 with lines
	set output
}
