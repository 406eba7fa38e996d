
# Start-up: one row per subject, every sample a point, a box for the interval of the median.
row_px = 58
bottom_px = 108
canvas_height = top_px + row_px * row_count + bottom_px
row_y(i) = top_px + row_px * (i - 0.5)
value_px = canvas_width - right_px + 22
legend_px = canvas_height - 38
legend_y = py(legend_px)

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
set tmargin at screen py(top_px)
set bmargin at screen py(canvas_height - bottom_px)
set yrange [row_count + 0.5:0.5]
unset ytics
if (sample_count + warmup_count == 0) {
	unset xtics
	axis_title = "no sample became ready: there is no time to show"
}

# gnuplot looks at the data even where there is nothing to plot, and warns of a table without rows.
filled = sample_count > 0 ? 0 : warmup_count > 0 ? 1 : timeout_count > 0 ? 3 : 4
table(n, count) = count > 0 ? n : filled

pale_of(row) = clear(row_colour[int(row)], 190)
clear_of(row) = clear(row_colour[int(row)], 90)

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	eval set_time_axis
	set for [i=1:row_count] label 100 + i row_name[i] right \
		at screen px(left_px - 14), screen py(row_y(i) - 8 * (row_lines[i] - 1)) textcolor rgb ink
	set for [i=1:row_count] label 1100 + i row_value[i] \
		at screen px(value_px), screen py(row_y(i) - 14) font bold textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_interval[i] \
		at screen px(value_px), screen py(row_y(i) + 3) font small textcolor rgb grey
	set for [i=1:row_count] label 3100 + i row_trouble[i] \
		at screen px(value_px), screen py(row_y(i) + 18) font small textcolor rgb alarm
	set for [i=1:row_count] label 4100 + i row_message[i] \
		at screen px(left_px + 10), screen py(row_y(i) - 7 * (row_message_lines[i] - 1)) font small textcolor rgb alarm
	set for [i=2:row_count] arrow 100 + i from screen px(16), screen py(row_y(i) - row_px / 2.0) \
		rto screen px(canvas_width - 32), 0 nohead back lw 0.5 lc rgb pale

	legend_next = 22
	set label 31 "" at screen legend_at("sample"), screen legend_y point pt 7 ps 0.7 * dot lc rgb grey
	set label 41 "sample" at screen legend_text_at(0), screen legend_y font small textcolor rgb ink
	if (warmup_count > 0) {
		set label 32 "" at screen legend_at("warm-up, not counted"), screen legend_y point pt 6 ps 0.6 * dot lc rgb grey
		set label 42 "warm-up, not counted" at screen legend_text_at(0), screen legend_y font small textcolor rgb ink
	}
	set arrow 1 from screen legend_at("median"), screen py(legend_px + 7) \
		rto screen 0, screen 14.0 / canvas_height nohead lw 2 lc rgb ink
	set label 43 "median" at screen legend_text_at(0), screen legend_y font small textcolor rgb ink
	if (interval_count > 0) {
		set object 1 rectangle center screen legend_at(interval_title), screen legend_y \
			size screen px(14), screen 14.0 / canvas_height fc rgb 0xCCCCCC fs solid 1 noborder
		set label 44 interval_title at screen legend_text_at(0), screen legend_y font small textcolor rgb ink
	}
	if (timeout_count > 0) {
		set label 35 "" at screen legend_at("timed out"), screen legend_y point pt 9 ps 1.1 * dot lc rgb alarm
		set label 45 "timed out" at screen legend_text_at(0), screen legend_y font small textcolor rgb ink
	}
	if (failure_count > 0) {
		set label 36 "" at screen legend_at("failed"), screen legend_y point pt 2 ps 0.9 * dot lw 2 lc rgb alarm
		set label 46 "failed" at screen legend_text_at(0), screen legend_y font small textcolor rgb ink
	}

	plot for [k=1:interval_count > 0] data index table(2, median_count) \
			using 2:1:(interval_count > 0 ? $3 : $2):(interval_count > 0 ? $4 : $2):($1 - 0.32):($1 + 0.32):(pale_of($1)) \
			with boxxyerror lc rgb variable, \
	     for [k=1:median_count > 0] data index table(2, median_count) using 2:($1 - 0.36):(0):(0.72) \
			with vectors nohead lw 2 lc rgb ink, \
	     for [k=1:warmup_count > 0] data index table(1, warmup_count) using 2:($1 + 0.26 * $3):(clear_of($1)) \
			with points pt 6 ps 0.55 * dot lw 0.9 lc rgb variable, \
	     for [k=1:sample_count > 0] data index table(0, sample_count) using 2:($1 + 0.26 * $3):(clear_of($1)) \
			with points pt 7 ps 0.6 * dot lc rgb variable, \
	     for [k=1:timeout_count > 0] data index table(3, timeout_count) using (x_high):($1 - 0.18) \
			with points pt 9 ps 1.1 * dot lc rgb alarm, \
	     for [k=1:failure_count > 0] data index table(4, failure_count) using (x_high):($1 + 0.18) \
			with points pt 2 ps 0.9 * dot lw 2 lc rgb alarm, \
	     @hover, \
	     -9 with lines
	set output
}
