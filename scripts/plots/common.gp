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

# A subject has its colour, its sign and its dashes: told apart in grey too.
array more[3] = [0x882255, 0x999933, 0x332288]
place(i, count) = (int(i) - 1) % count + 1
subject_colour(i) = place(i, 10) > 7 ? more[place(i, 10) - 7] : palette[place(i, 10)]
array signs[6] = [7, 5, 9, 13, 11, 15]
subject_sign(i) = signs[place(i, 6)]
hollow(sign) = sign - 1
subject_dash(i) = place(i, 4)
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
