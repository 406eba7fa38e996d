# Start-up time: the share of the samples that were ready after a time
# Draw it again, here: gnuplot ecdf.gp
chart = "ecdf"
formats = "svg png"
chart_title = "Start-up time: the share of the samples that were ready after a time"
array note[8]
array note_warns[8]
note[1] = "Scenario aa: The same subject under two names: what this host and this method call different"
note_warns[1] = 0
interval_title = "95 \045 interval of the median"
note[2] = "n = 60 per subject, 2 of warm-up left out; median, 95 \045 order-statistic interval"
note_warns[2] = 0
row_count = 4
array row_name[4]
array row_lines[4]
array row_colour[4]
row_name[1] = "process-a"
row_lines[1] = 1
row_colour[1] = 1
row_name[2] = "process-b"
row_lines[2] = 1
row_colour[2] = 2
row_name[3] = "namespace-a"
row_lines[3] = 1
row_colour[3] = 3
row_name[4] = "namespace-b"
row_lines[4] = 1
row_colour[4] = 4
name_width = 11
array row_value[4]
array row_interval[4]
array row_trouble[4]
array row_message[4]
array row_message_lines[4]
row_value[1] = "341 us"
row_interval[1] = "[324, 413], n = 60"
row_trouble[1] = ""
row_message[1] = ""
row_message_lines[1] = 1
row_value[2] = "336 us"
row_interval[2] = "[316, 357], n = 60"
row_trouble[2] = ""
row_message[2] = ""
row_message_lines[2] = 1
row_value[3] = "2.06 ms"
row_interval[3] = "[2.01, 2.10], n = 60"
row_trouble[3] = ""
row_message[3] = ""
row_message_lines[3] = 1
row_value[4] = "2.03 ms"
row_interval[4] = "[1.99, 2.04], n = 60"
row_trouble[4] = ""
row_message[4] = ""
row_message_lines[4] = 1
x_low = 0
x_high = 2.86148484
x_log = 0
axis_title = "milliseconds"
array curve_row[4]
curve_row[1] = 1
curve_row[1] = 1
curve_row[2] = 2
curve_row[3] = 3
curve_row[4] = 4
curve_count = 4
censored_count = 0
note[3] = "Flags (explained in the report): F-NESTED, F-NOTIFY"
note_warns[3] = 0
note_count = 3
foot = "host 2aa208e7e6e9 (AMD EPYC, kernel 6.18.44-fc-v782)   run 4787164c33db837a   tare 0.1.0, method 1"
hover_count = 240
hover_index = 5

# What every chart shares. Above are the chart's texts and sizes; its numbers are in the .dat file beside it.
# Positions are pixels from the top left corner of a canvas that is canvas_width wide and canvas_height high.
set encoding utf8
set minussign
set datafile separator "\t"
set datafile missing "?"
data = chart.".dat"
canvas_width = 800
px(x) = real(x) / canvas_width
py(y) = 1 - real(y) / canvas_height

# The palette of Okabe and Ito: told apart by nearly everybody, also with a colour vision deficiency.
array palette[8] = [0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0x444444, 0xAAAAAA]
colour(i) = palette[int(i)]
subject_colour(i) = palette[(int(i) - 1) % 7 + 1]
clear(i, alpha) = (int(alpha) << 24) + subject_colour(i)
ink = 0x222222
grey = 0x666666
pale = 0xDDDDDD
alarm = 0xB03000

# What opens a file of each format; `dot` makes points as large in one as in the other.
open_svg = 'dot = 0.8; set terminal svg size canvas_width, canvas_height font "sans-serif,10" fontscale 1.3333 ' \
	. 'background "white" noenhanced name chart'
open_png = 'dot = 1; set terminal pngcairo size 2 * canvas_width, 2 * canvas_height font "sans-serif,10" ' \
	. 'fontscale 2 linewidth 2 pointscale 2 background "white" noenhanced'
open_pdf = 'dot = 1; set terminal pdfcairo size canvas_width / 96.0, canvas_height / 96.0 ' \
	. 'font "sans-serif,10" background "white" noenhanced'
open_of(format) = format eq "svg" ? open_svg : format eq "png" ? open_png : open_pdf

bold = "sans-serif Bold,10"
small = "sans-serif,9"
right_px = 196
left_px = 34 + 8 * name_width
top_px = 52 + 17 * note_count

set border 1 lc rgb grey
set style fill solid 1 noborder
set tics nomirror out textcolor rgb ink
set grid xtics lt 1 lw 1 lc rgb pale
unset key

# To be evaluated for each file: the title, the notes below it, the line at the foot.
set_texts = 'set label 1 chart_title at screen px(16), screen py(24) font "sans-serif Bold,13" textcolor rgb ink; ' \
	. 'set for [i=1:note_count] label 1 + i note[i] at screen px(16), screen py(32 + 17 * i) font small ' \
	. 'textcolor rgb (note_warns[i] ? alarm : grey); ' \
	. 'set label 20 foot at screen px(16), screen py(canvas_height - 12) font "sans-serif,7.5" textcolor rgb grey'

# What a pointer shows, as the last thing of a plot command: @hover. Only SVG has it.
panel = 1
hover_unit = 1
hover_size = 1.6
hovers(format) = hover_count > 0 && format eq "svg"
hover = 'for [k=1:hovers(format)] data index (hover_count > 0 ? hover_index : 0) ' \
	. 'using (column(3) == panel ? column(1) / hover_unit : NaN):2:(strcol(4)) ' \
	. 'with labels hypertext point pt 7 ps hover_size * dot lc rgb 0xFF222222'

# A legend in one line: legend_at(text) is where the next entry's sign stands, legend_text_at where its text begins.
legend_at(text) = (legend_here = legend_next, legend_next = legend_next + 36 + 6 * strlen(text), px(legend_here))
legend_text_at(text) = px(legend_here + 11)

# An axis of times, in ms. On a logarithmic one every power of ten has its unit, on a short one 2 and 5 too.
tick_of(ms) = ms < 0.9995 ? sprintf("%.10g us", 1000 * ms) \
	: ms < 999.5 ? sprintf("%.10g ms", ms) : sprintf("%.10g s", ms / 1000)
set_time_axis = ''
if (exists("x_log")) {
	set xrange [x_low:x_high]
	set_time_axis = 'set label 21 axis_title center at screen px((left_px + canvas_width - right_px) / 2), ' \
		. 'screen py(canvas_height - bottom_px + 44) font small textcolor rgb ink'
	if (x_log) {
		set logscale x
		over(ms) = log10(ms) - floor(log10(ms) + 1e-9)
		set xtics ("" x_low 1, "" x_high 1)
		set for [e=-6:9] xtics add (tick_of(10.0**e) 10.0**e)
		set for [e=-6:9] for [m=2:9] xtics add ("" m * 10.0**e 1)
		decade_px = (canvas_width - left_px - right_px) / log10(x_high / x_low)
		if (x_high / x_low <= 150) {
			set for [e=-6:9] for [m in "2 5"] xtics add (tick_of(m * 10.0**e) m * 10.0**e)
		} else {
			if ((1 - over(x_low)) * decade_px > 64) { set xtics add (tick_of(x_low) x_low) }
			if (over(x_high) * decade_px > 50) { set xtics add (tick_of(x_high) x_high) }
		}
	} else {
		set format x "%.10g"
	}
}


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

# Names stand in the order of the rows, each with its line: from the eighth on colours come again, with dashes.
entry_y(i) = top_px + 10 + (i < 2 ? 0 : sum [j=1:i - 1] entry_px(j))
entry_x = canvas_width - right_px + 50
dash(i) = i > 7 ? 2 : 1
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
