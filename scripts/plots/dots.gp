# Times as dots: one row for each, a subject's below its name.
row_px = 18
bottom_px = 84
canvas_height = top_px + 34 + row_px * row_count + bottom_px
row_y(i) = top_px + 34 + row_px * (i - 0.5)
value_px = canvas_width - right_px + 84
time_px = canvas_width - right_px + 178

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
set tmargin at screen py(top_px + 34)
set bmargin at screen py(canvas_height - bottom_px)
set yrange [row_count + 0.5:0.5]
unset ytics

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	eval set_time_axis
	set label 22 head_value right at screen px(value_px), screen py(top_px + 18) font bold textcolor rgb ink
	set label 23 head_time right at screen px(time_px), screen py(top_px + 18) font bold textcolor rgb ink
	set for [i=1:row_count] label 100 + i row_name[i] right \
		at screen px(left_px - 12), screen py(row_y(i)) font (row_head[i] ? bold : small) textcolor rgb (row_head[i] ? ink : grey)
	set for [i=1:row_count] label 1100 + i row_value[i] right \
		at screen px(value_px), screen py(row_y(i)) font small textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_time[i] right \
		at screen px(time_px), screen py(row_y(i)) font small textcolor rgb grey
	set for [i=2:row_count] arrow 100 + i from screen px(16), screen py(row_y(i) - row_px / 2.0) \
		rto screen px(canvas_width - 32), 0 nohead back lw (row_head[i] ? 0.8 : 0.01) lc rgb (row_head[i] ? pale : 0xFFFFFF)

	plot data index 0 using 2:1:(subject_colour($3)) with points pt 7 ps 1.1 * dot lc rgb variable
	set output
}
