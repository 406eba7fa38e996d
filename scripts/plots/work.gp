# Identical work: one row per subject below each workload; a dot is how many times the reference's cost it is. A class of
# workloads begins with a row (row_head 2) that has the axis' numbers again, as the chart may be higher than a screen.
row_px = 18
bottom_px = 84
canvas_height = top_px + 34 + row_px * row_count + bottom_px
row_y(i) = top_px + 34 + row_px * (i - 0.5)
value_px = canvas_width - right_px + 66
interval_px = canvas_width - right_px + 178

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
set tmargin at screen py(top_px + 34)
set bmargin at screen py(canvas_height - bottom_px)
set yrange [row_count + 0.5:0.5]
set xrange [times_low:times_high]
set logscale x
unset ytics
array tick_of_k[3] = [1, 2, 5]
set xtics ("1" 1)
wide = times_high / times_low > 150
set for [e=-6:9] xtics add (sprintf("%.10g", 10.0**e) 10.0**e)
set for [e=-6:9] for [m=2:9] xtics add (!wide && (m == 2 || m == 5) ? sprintf("%.10g", m * 10.0**e) : "" m * 10.0**e)
is_tick(e, m) = 10.0**e * m >= times_low && 10.0**e * m <= times_high && (m == 1 || !wide)
set arrow 20 from first 1, graph 0 to first 1, graph 1 nohead back lw 1.5 lc rgb ink

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	set label 21 "cost of one operation over its cost in the reference; logarithmic axis; 1: no difference" center \
		at screen px((left_px + canvas_width - right_px) / 2), screen py(canvas_height - bottom_px + 44) font small textcolor rgb ink
	set label 22 "times" right at screen px(value_px), screen py(top_px + 18) font bold textcolor rgb ink
	set label 23 "95 %" right at screen px(interval_px), screen py(top_px + 18) font bold textcolor rgb ink
	set for [i=1:row_count] label 100 + i "".(row_head[i] == 2 ? "" : row_name[i]) right \
		at screen px(left_px - 12), screen py(row_y(i)) font (row_head[i] ? bold : small) textcolor rgb (row_head[i] ? ink : grey)
	do for [i=1:row_count] {
		if (row_head[i] == 2) {
			set object 100 + i rectangle from screen px(16), screen py(row_y(i) - row_px / 2.0) \
				to screen px(canvas_width - 16), screen py(row_y(i) + row_px / 2.0) behind fc rgb pale fs solid noborder
			set label 3100 + i row_name[i] left at screen px(22), screen py(row_y(i)) font bold textcolor rgb ink
			set for [e=-6:9] for [k=1:3] label 4000 + 50 * i + 3 * (e + 6) + k \
				"".(is_tick(e, tick_of_k[k]) ? sprintf("%.10g", 10.0**e * tick_of_k[k]) : "") \
				center at first 10.0**e * tick_of_k[k], screen py(row_y(i)) font small textcolor rgb ink
		}
	}
	set for [i=1:row_count] label 1100 + i row_value[i] right \
		at screen px(value_px), screen py(row_y(i)) font small textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_interval[i] right \
		at screen px(interval_px), screen py(row_y(i)) font small textcolor rgb grey
	set for [i=2:row_count] arrow 100 + i from screen px(16), screen py(row_y(i) - row_px / 2.0) \
		rto screen px(canvas_width - 32), 0 nohead back lw (row_head[i] ? 0.8 : 0.01) lc rgb (row_head[i] ? pale : 0xFFFFFF)

	plot data index 0 using 3:1:($4 - $3):(0):(subject_colour($5)) with vectors nohead lw 3 lc rgb variable, \
	     data index 0 using 2:1:(subject_colour($5)) with points pt 7 ps 1.1 * dot lc rgb variable, \
	     @hover
	set output
}
