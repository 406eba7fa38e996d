# Start-up time: from the request until the payload is ready
# Draw it again, here: gnuplot startup.gp
chart = "startup"
formats = "svg png"
chart_title = "Start-up time: from the request until the payload is ready"
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
sample_count = 240
warmup_count = 8
median_count = 4
interval_count = 4
timeout_count = 0
failure_count = 0
note[3] = "Flags (explained in the report): F-NESTED, F-NOTIFY"
note_warns[3] = 0
note_count = 3
foot = "host 2aa208e7e6e9 (AMD EPYC, kernel 6.18.44-fc-v782)   run 4787164c33db837a   tare 0.1.0, method 1"
hover_count = 248
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
