# gnuplot -c profiles.gnuplot PROFILES.tsv PICTURE.png: data profiles, a panel for each accuracy.
set datafile separator "\t"
stats ARG1 nooutput
panels = int(STATS_blocks)
set terminal pngcairo size 360 * panels + 40, 420 font "sans,10"
set output ARG2
set multiplot layout 1, panels
set logscale x
set xrange [0.0025:50]
set yrange [0:1]
set grid
set xlabel "Jacobian columns / (n + 1)"
set ylabel "fraction of runs solved"
names = "1e-1 1e-3 1e-5"
do for [k = 0:panels - 1] {
  set title "accuracy " . word(names, k + 1)
  if (k < panels - 1) { unset key } else { set key left top font "sans,8" samplen 1.5 noenhanced }
  if (k > 0) { unset ylabel }
  plot for [c = 2:11] ARG1 index k using 1:(column(c)) with lines \
       linewidth (c == 2 || c == 11 ? 2.5 : 1.3) \
       linecolor rgb word("black #b30000 #e34a33 #fc8d59 #fdbb84 #a6bddb #3690c0 #034e7b #238b45 #6a3d9a", c - 1) \
       title word("full p/n=.05 p/n=.1 p/n=.2 p/n=.3 p/n=.5 p/n=.75 p/n=1 p/n=.2-recall hybrid", c - 1)
}
unset multiplot
