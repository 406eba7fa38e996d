# Where the time of a start-up goes, from the request until ready
# Draw it again, here: gnuplot waterfall.gp
chart = "waterfall"
formats = "svg png"
chart_title = "Where the time of a start-up goes, from the request until ready"
array note[8]
array note_warns[8]
note[1] = "Scenario aa: The same subject under two names: what this host and this method call different"
note_warns[1] = 0
note[2] = "the middle sample of each subject: its whole is the median; its parts add up"
note_warns[2] = 0
row_count = 16
name_width = 12
array row_name[16]
array row_value[16]
array row_share[16]
array row_head[16]
x_low = 0.005
x_high = 5
x_log = 1
axis_title = "logarithmic axis: each ten times longer takes the same width"
row_name[1] = "process-a"
row_value[1] = "338 us"
row_share[1] = ""
row_head[1] = 1
row_name[2] = "own storage"
row_value[2] = "1.14 us"
row_share[2] = "0.3 \045"
row_head[2] = 0
row_name[3] = "the engine"
row_value[3] = "266 us"
row_share[3] = "78.7 \045"
row_head[3] = 0
row_name[4] = "notification"
row_value[4] = "71.0 us"
row_share[4] = "21.0 \045"
row_head[4] = 0
row_name[5] = "process-b"
row_value[5] = "336 us"
row_share[5] = ""
row_head[5] = 1
row_name[6] = "own storage"
row_value[6] = "972 ns"
row_share[6] = "0.3 \045"
row_head[6] = 0
row_name[7] = "the engine"
row_value[7] = "279 us"
row_share[7] = "83.1 \045"
row_head[7] = 0
row_name[8] = "notification"
row_value[8] = "55.7 us"
row_share[8] = "16.6 \045"
row_head[8] = 0
row_name[9] = "namespace-a"
row_value[9] = "2.05 ms"
row_share[9] = ""
row_head[9] = 1
row_name[10] = "own storage"
row_value[10] = "100 us"
row_share[10] = "4.9 \045"
row_head[10] = 0
row_name[11] = "the engine"
row_value[11] = "1.94 ms"
row_share[11] = "94.6 \045"
row_head[11] = 0
row_name[12] = "notification"
row_value[12] = "11.0 us"
row_share[12] = "0.5 \045"
row_head[12] = 0
row_name[13] = "namespace-b"
row_value[13] = "2.03 ms"
row_share[13] = ""
row_head[13] = 1
row_name[14] = "own storage"
row_value[14] = "81.1 us"
row_share[14] = "4.0 \045"
row_head[14] = 0
row_name[15] = "the engine"
row_value[15] = "1.93 ms"
row_share[15] = "95.5 \045"
row_head[15] = 0
row_name[16] = "notification"
row_value[16] = "10.0 us"
row_share[16] = "0.5 \045"
row_head[16] = 0
note[3] = "Flags (explained in the report): F-NESTED, F-NOTIFY"
note_warns[3] = 0
note_count = 3
foot = "host 2aa208e7e6e9 (AMD EPYC, kernel 6.18.44-fc-v782)   run 4787164c33db837a   tare 0.1.0, method 1"
hover_count = 16
hover_index = 1

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
part_colours = "8 2 3 4 5 7 6 1 2 4 3 2 2 1 3 4 3 6 7"
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
