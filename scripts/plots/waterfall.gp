
# Where the time of a start-up goes: one row per part, each subject's parts below its whole.
row_px = 17
bottom_px = 84
canvas_height = top_px + 8 + row_px * row_count + bottom_px
row_y(i) = top_px + 8 + row_px * (i - 0.5)
value_px = canvas_width - right_px + 78
share_px = canvas_width - right_px + 150

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
set tmargin at screen py(top_px + 8)
set bmargin at screen py(canvas_height - bottom_px)
set yrange [row_count + 0.5:0.5]
unset ytics
axis_title = "since the request; logarithmic axis: each ten times longer takes the same width"

# What lies left of the axis is shorter than can be shown: it has its number only.
left_end(x) = x < x_low ? x_low : x
# One of the palette for each part (in the order of PARTS), such that neighbours differ.
part_colours = "8 2 3 4 5 7 6 1 5 2 4 3 2 2 1 3 4 3 6 7"
bar_colour(i) = i < 0 ? 0xD0D0D0 : palette[int(word(part_colours, int(i) + 1))]

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	eval set_time_axis
	set for [i=1:row_count] label 100 + i row_name[i] right \
		at screen px(left_px - 12), screen py(row_y(i)) font (row_head[i] ? bold : small) textcolor rgb (row_head[i] ? ink : grey)
	set for [i=1:row_count] label 1100 + i row_value[i] right \
		at screen px(value_px), screen py(row_y(i)) font (row_head[i] ? bold : small) textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_share[i] right \
		at screen px(share_px), screen py(row_y(i)) font small textcolor rgb grey
	set for [i=2:row_count] arrow 100 + i from screen px(16), screen py(row_y(i) - row_px / 2.0) \
		rto screen px(canvas_width - 32), 0 nohead back lw (row_head[i] ? 0.8 : 0.01) lc rgb (row_head[i] ? pale : 0xFFFFFF)

	plot data index 0 using (left_end($2)):1:(left_end($2)):(left_end($3)):($1 - 0.36):($1 + 0.36):(bar_colour($4)) \
		with boxxyerror lc rgb variable, \
	     @hover
	set output
}
