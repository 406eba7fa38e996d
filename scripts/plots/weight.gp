
# Bars split into parts, in panels below one another: each has a linear axis from 0 of its own.
row_px = 46 + 14 * row_tall
panel_top_px = 34
panel_bottom_px = 40
legend_rows = 1 + int((part_count - 1) / 3)
bottom_px = 40 + 20 * legend_rows
panel_px(p) = panel_top_px + row_px * panel_rows[p] + panel_bottom_px
rows_before(p) = p < 2 ? 0 : sum [q=1:p - 1] panel_rows[q]
panel_y(p) = top_px + (p < 2 ? 0 : sum [q=1:p - 1] panel_px(q))
panel_of(i) = 1 + sum [q=1:panel_count] (i > rows_before(q) + panel_rows[q])
row_top(i) = panel_y(panel_of(i)) + panel_top_px + row_px * (i - 1 - rows_before(panel_of(i)))
canvas_height = panel_y(panel_count) + panel_px(panel_count) + bottom_px
value_px = canvas_width - right_px + 22
legend_x(k) = 22 + 250 * ((k - 1) % 3)
legend_y(k) = canvas_height - 20 - 20 * (legend_rows - int((k - 1) / 3))

set lmargin at screen px(left_px)
set rmargin at screen px(canvas_width - right_px)
unset ytics
unset grid

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	# The texts belong to the whole picture: they go with the first panel.
	eval set_texts
	set for [p=1:panel_count] label 50 + p panel_title[p] \
		at screen px(16), screen py(panel_y(p) + 16) font bold textcolor rgb ink
	set for [i=1:row_count] label 100 + i row_name[i] right \
		at screen px(left_px - 14), screen py(row_top(i) + 15 - 8 * (row_lines[i] > 2) * (row_lines[i] - 1)) textcolor rgb ink
	set for [i=1:row_count] label 1100 + i row_value[i] \
		at screen px(value_px), screen py(row_top(i) + 15) font bold textcolor rgb ink
	set for [i=1:row_count] label 2100 + i row_interval[i] \
		at screen px(value_px), screen py(row_top(i) + 32) font small textcolor rgb grey
	set for [i=1:row_count] label 3100 + i row_trouble[i] \
		at screen px(value_px), screen py(row_top(i) + 46) font small textcolor rgb alarm
	set for [i=1:row_count] label 4100 + i row_message[i] \
		at screen px(left_px + 6), screen py(row_top(i) + (row_empty[i] ? 15 : 34)) font small textcolor rgb (row_empty[i] ? alarm : grey)
	set for [k=1:part_count] object k rectangle center screen px(legend_x(k)), screen py(legend_y(k)) \
		size screen px(14), screen 14.0 / canvas_height fc rgb colour(part_colour[k]) fs solid 1 noborder
	set for [k=1:part_count] label 30 + k part_name[k] \
		at screen px(legend_x(k) + 12), screen py(legend_y(k)) font small textcolor rgb ink
	set multiplot
	do for [p=1:panel_count] {
		set tmargin at screen py(panel_y(p) + panel_top_px)
		set bmargin at screen py(panel_y(p) + panel_px(p) - panel_bottom_px)
		set xrange [0:panel_high[p]]
		set yrange [panel_rows[p] + 0.5:0.5]
		set xtics 0, panel_step[p]
		set format x panel_format[p]
		unit = panel_unit[p]
		panel = p
		hover_unit = unit
		hover_size = 3
		plot for [k=1:panel_bars[p] > 0] data index 2 * p - (panel_bars[p] > 0 ? 2 : 1) \
				using (($2 + $3) / 2 / unit):1:($2 / unit):($3 / unit):($1 - 0.42):($1 - 0.08):(panel_bars[p] > 0 ? colour($4) : 0) \
				with boxxyerror lc rgb variable, \
		     for [k=1:panel_whiskers[p] > 0] data index 2 * p - 1 \
				using ($2 / unit):($1 - 0.25):(($4 > $3 ? $3 : NaN) / unit):($4 / unit) \
				with xerrorbars pt 13 ps 0.7 * dot lw 1.4 lc rgb ink, \
		     @hover, \
		     -9 with lines
		unset label
		unset object
	}
	unset multiplot
	set output
}
