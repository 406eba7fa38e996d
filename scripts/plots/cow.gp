# Copy-on-write: one row per write, each subject's writes below its name; the bar is what the layer grew by.
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
set xrange [bytes_low:bytes_high]
set logscale x 2
unset ytics
set xtics ("1 KiB" 2**10, "" 2**12 1, "16 KiB" 2**14, "" 2**16 1, "256 KiB" 2**18, "" 2**20 1, "4 MiB" 2**22, \
	"" 2**24 1, "64 MiB" 2**26, "1 GiB" 2**30)

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	set label 21 "growth of the layer; logarithmic axis: each four times more takes the same width" center \
		at screen px((left_px + canvas_width - right_px) / 2), screen py(canvas_height - bottom_px + 44) font small textcolor rgb ink
	set label 22 "growth" right at screen px(value_px), screen py(top_px + 18) font bold textcolor rgb ink
	set label 23 "time" right at screen px(time_px), screen py(top_px + 18) font bold textcolor rgb ink
	set for [i=1:row_count] label 100 + i row_name[i] right \
		at screen px(left_px - 12), screen py(row_y(i)) font (row_head[i] ? bold : small) textcolor rgb (row_head[i] ? ink : grey)
	set for [i=1:row_count] label 1100 + i row_value[i] right \
		at screen px(value_px), screen py(row_y(i)) font small textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_time[i] right \
		at screen px(time_px), screen py(row_y(i)) font small textcolor rgb grey
	set for [i=2:row_count] arrow 100 + i from screen px(16), screen py(row_y(i) - row_px / 2.0) \
		rto screen px(canvas_width - 32), 0 nohead back lw (row_head[i] ? 0.8 : 0.01) lc rgb (row_head[i] ? pale : 0xFFFFFF)

	plot data index 0 using (bytes_low):1:(bytes_low):($2 > bytes_low ? $2 : bytes_low):($1 - 0.36):($1 + 0.36):(subject_colour($3)) \
		with boxxyerror lc rgb variable, \
	     @hover
	set output
}
