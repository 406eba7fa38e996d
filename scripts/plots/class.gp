# A class: one row per subject and kind of machine, every machine a point, a line for the median of the machines.
row_px = 52
bottom_px = 76
canvas_height = top_px + row_px * row_count + bottom_px
row_y(i) = top_px + row_px * (i - 0.5)
value_px = canvas_width - right_px + 22

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
set tmargin at screen py(top_px)
set bmargin at screen py(canvas_height - bottom_px)
set yrange [row_count + 0.5:0.5]
unset ytics

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	eval set_time_axis
	set for [i=1:row_count] label 100 + i row_name[i] right \
		at screen px(left_px - 14), screen py(row_y(i) - 8) font small textcolor rgb ink
	set for [i=1:row_count] label 1100 + i row_value[i] \
		at screen px(value_px), screen py(row_y(i) - 8) font bold textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_interval[i] \
		at screen px(value_px), screen py(row_y(i) + 8) font small textcolor rgb grey
	set for [i=1:row_count] arrow 100 + i from row_median[i], i - 0.3 to row_median[i], i + 0.3 nohead lw 2 lc rgb ink
	plot data index 0 using 2:1:(subject_colour($1)) with points pt 7 ps 0.8 * dot lc rgb variable, @hover
	set output
}
