# gnuplot -c bars.gnuplot ROWS.tsv TITLE PICTURE.png: one bar per case, the reference's time over ours.
set datafile separator "\t"
rows = ARG1
stats rows using 2 nooutput
count = STATS_records
longest = STATS_max
set terminal pngcairo size 1000, 110 + 22 * count font "sans,11"
set output ARG3
set title ARG2 noenhanced
set xlabel "time of the reference / ours"
set logscale x
set xrange [0.02:longest * 2]
set yrange [-0.7:count - 0.3]
set style fill solid
set boxwidth 0.7
set grid xtics
set key off
set ytics noenhanced font "sans,9"
set xtics (0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20)
set arrow from 1, graph 0 to 1, graph 1 nohead dashtype 2 linewidth 1.5
# Two threads dark, one thread light.
plot rows using (sqrt(0.02 * $2)):0:(0.02):2:($0 - 0.35):($0 + 0.35):($1 > 1 ? 0x1f5a8c : 0x8fbbe0):yticlabels(3) \
       with boxxyerror linecolor rgb variable, \
     rows using 2:0:(sprintf("  %.3g", $2)) with labels left font "sans,9"
