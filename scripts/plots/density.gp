# Four panels over one logarithmic axis of how many live: each start, the memory of all, the share of failed starts, each end.
array panel_high_px[4] = [190, 150, 56, 130]
panel_gap_px = 34
bottom_px = 84
legend_px = 20 * curve_count
first_px = top_px + 8 + legend_px + 22
panel_top(p) = first_px + (p < 2 ? 0 : sum [q=1:p - 1] (panel_high_px[q] + panel_gap_px))
canvas_height = panel_top(4) + panel_high_px[4] + bottom_px
left_edge = 84
right_edge = canvas_width - 168
axis_of(p) = p == 4 ? 3 : p
legend_y(k) = top_px + 8 + 20 * (k - 0.5)
array panel_name[4] = ["Each start", "Memory of all together", "Failed starts", "Each end, while so many lived"]

set lmargin at screen px(left_edge)
set rmargin at screen px(right_edge)
set border 3 lc rgb grey
set grid xtics ytics lt 1 lw 1 lc rgb pale
set logscale x
set xrange [0.9:n_high]
size_of(e) = sprintf("%g %s", 2.0**(e % 10), substr("KiBMiBGiBTiB", int(e / 10) * 3 - 2, int(e / 10) * 3))
sign(k) = curve_wide[k] ? hollow(subject_sign(curve_subject[k])) : subject_sign(curve_subject[k])
dash(k) = curve_wide[k] ? 2 : 1

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	# The texts belong to the whole picture: they go with the first panel.
	eval set_texts
	set label 21 "instances at once; logarithmic axes, but for the failed starts" center \
		at screen px((left_edge + right_edge) / 2), screen py(canvas_height - bottom_px + 44) font small textcolor rgb ink
	set for [k=1:curve_count] label 30 + k "" \
		at screen px(24), screen py(legend_y(k)) point pt sign(k) ps 1.1 * dot lw 1.4 lc rgb subject_colour(curve_subject[k])
	set for [k=1:curve_count] label 60 + k curve_text[k] \
		at screen px(38), screen py(legend_y(k)) font small textcolor rgb ink
	set for [p=1:4] label 90 + p panel_name[p] at screen px(left_edge), screen py(panel_top(p) - 10) font bold textcolor rgb ink
	do for [p=1:4] {
		if (p != 3) {
			set for [k=1:curve_count] label 100 + 40 * p + k substr(curve_name[k], 1, 26) \
				at screen px(right_edge + 10), \
				screen py(label_px[(axis_of(p) - 1) * curve_count + k] < 0 ? -99 : \
					panel_top(p) + label_px[(axis_of(p) - 1) * curve_count + k]) \
				font small textcolor rgb subject_colour(curve_subject[k])
		}
	}
	set for [p=1:4] label (300 + p) (p != 3 && !axis_any[axis_of(p)] ? "not recorded" : "") center \
		at screen px((left_edge + right_edge) / 2), screen py(panel_top(p) + panel_high_px[p] / 2) textcolor rgb grey
	set multiplot
	do for [p=1:4] {
		set tmargin at screen py(panel_top(p))
		set bmargin at screen py(panel_top(p) + panel_high_px[p])
		panel = p
		if (p < 4) { set xtics format "" (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000) } \
		else { set xtics format "%g" (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000) }
		if (p == 3) {
			unset logscale y
			set yrange [-4:104]
			set ytics ("0 %%" 0, "50 %%" 50, "100 %%" 100)
			plot for [k=1:curve_count] data index 4 * k - 1 using 1:4 with linespoints pt sign(k) ps 0.8 * dot lw 1.4 \
					dt dash(k) lc rgb subject_colour(curve_subject[k]), \
			     @hover
		} else {
			set logscale y
			set yrange [axis_low[axis_of(p)]:axis_high[axis_of(p)]]
			if (p == 2) {
				set ytics ("" axis_low[2] 1)
				step = axis_high[2] / axis_low[2] > 100 ? 4 : 1
				set for [e=12:48:step] ytics add (size_of(e) 2.0**e)
				plot for [k=1:curve_count] data index 4 * k - 3 using 1:2 with points pt sign(k) ps 0.9 * dot \
						lc rgb subject_colour(curve_subject[k]), \
				     @hover
			} else {
				set ytics ("" axis_low[axis_of(p)] 1)
				steps = axis_high[axis_of(p)] / axis_low[axis_of(p)] > 100 ? "1" : "1 2 5"
				set for [e=3:12] for [m in steps] ytics add (tick_of(m * 10.0**e / 1e6) m * 10.0**e)
				first = p == 1 ? 4 : 2
				column_of = p == 1 ? 2 : 3
				plot for [k=1:curve_count] data index 4 * k - first using 1:2 with points pt sign(k) ps 0.5 * dot \
						lc rgb clear(curve_subject[k], 120), \
				     for [k=1:curve_count] data index 4 * k - 1 using 1:column_of with lines lw 1.8 dt dash(k) \
						lc rgb subject_colour(curve_subject[k]), \
				     for [k=1:curve_count] data index 4 * k - 1 using (p == 1 && curve_knee[k] > 0 ? curve_knee[k] : NaN):(axis_low[1] * 1.3) \
						every ::0::0 with points pt 3 ps 1.6 * dot lw 2 lc rgb subject_colour(curve_subject[k]), \
				     @hover
			}
		}
		unset label
		unset object
	}
	unset multiplot
	set output
}
