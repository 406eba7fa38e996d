# A number against how many instances live, both axes logarithmic: points, the fitted line, its band.
bottom_px = 84
plot_px = 380
legend_px = 24 * curve_count
canvas_height = top_px + 8 + legend_px + plot_px + bottom_px
left_edge = 96
right_edge = canvas_width - 150

set lmargin at screen px(left_edge)
set rmargin at screen px(right_edge)
set tmargin at screen py(top_px + 8 + legend_px)
set bmargin at screen py(canvas_height - bottom_px)
set border 3 lc rgb grey
set grid xtics ytics lt 1 lw 1 lc rgb pale
set logscale xy
set xrange [0.9:n_high]
set yrange [y_low:y_high]
set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
array sizes[6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
if (y_bytes) {
	set ytics ("64 KiB" 2.0**16, "256 KiB" 2.0**18, "1 MiB" 2.0**20, "4 MiB" 2.0**22, "16 MiB" 2.0**24, "64 MiB" 2.0**26, \
		"256 MiB" 2.0**28, "1 GiB" 2.0**30, "4 GiB" 2.0**32, "16 GiB" 2.0**34, "64 GiB" 2.0**36)
} else {
	set ytics ("10 us" 1e4, "100 us" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8, "1 s" 1e9, "10 s" 1e10, "100 s" 1e11)
}
legend_y(k) = top_px + 8 + 24 * (k - 0.5)

do for [format in formats] {
	eval open_of(format)
	set output chart.".".format
	eval set_texts
	set label 21 x_what."; logarithmic axes" center \
		at screen px((left_edge + right_edge) / 2), screen py(canvas_height - bottom_px + 44) font small textcolor rgb ink
	set for [k=1:curve_count] arrow k from screen px(16), screen py(legend_y(k)) rto screen px(36), screen 0 nohead \
		lw 1.4 dt subject_dash(curve_subject[k]) lc rgb subject_colour(curve_subject[k])
	set for [k=1:curve_count] label 230 + k "" at screen px(34), screen py(legend_y(k)) \
		point pt subject_sign(curve_subject[k]) ps 1.1 * dot lc rgb subject_colour(curve_subject[k])
	set for [k=1:curve_count] label 30 + k curve_name[k].": ".curve_text[k] \
		at screen px(62), screen py(legend_y(k)) font bold textcolor rgb ink

	set for [k=1:curve_count] label 130 + k substr(curve_name[k], 1, 22) \
		at first curve_end[k], screen py(top_px + 8 + legend_px + curve_label_px[k]) offset character 1, 0 \
		font small textcolor rgb subject_colour(curve_subject[k])

	plot for [k=1:curve_count] data index 2 * k - 1 using 1:3:4 with filledcurves \
			fc rgb clear(curve_subject[k], 190) fs solid 1 noborder, \
	     for [k=1:curve_count] data index 2 * k - 1 using 1:2 with lines lw 1.4 \
			dt subject_dash(curve_subject[k]) lc rgb subject_colour(curve_subject[k]), \
	     for [k=1:curve_count] data index 2 * k - 2 using 1:2 with points pt subject_sign(curve_subject[k]) \
			ps 0.8 * dot lc rgb subject_colour(curve_subject[k]), \
	     @hover
	unset label
	unset arrow
	set output
}
