# gnuplot -c picture.gnuplot DATA_FOLDER PICTURE.png: what examples/fashion_mnist/main.cpp wrote, as a picture.
data = ARG1
width = 1640
height = 800
set terminal pngcairo size width,height font "DejaVu Sans,13" background "#ffffff"
set output ARG2
stats data."/history.dat" using 1 name "passes" nooutput
array solver[3]
array seconds[3]
array error[3]
stats data."/solvers.dat" using (solver[$0 + 1] = strcol(1), seconds[$0 + 1] = $2, error[$0 + 1] = $3, 1) nooutput

ink = "#333333"
red = "#b2182b"
blue = "#2166ac"
grey = "#7a7a7a"
set border 3 linecolor rgb ink
set multiplot

# Left: the backward error after each pass over A, down to where LAPACK's answers lie.
set lmargin at screen 0.065
set rmargin at screen 0.425
set bmargin at screen 0.10
set tmargin at screen 0.83
set label 1 "{/:Bold Fashion-MNIST: ten classifiers of clothes as one least-squares problem, 60000 × 785}" \
  at screen 0.022,0.955 font ",17" textcolor rgb ink
set label 2 "Backward error after each pass over the data" at screen 0.022,0.885 font ",14" textcolor rgb ink
set logscale y
set format y "10^{%T}"
set yrange [1e-18:2]
set ytics 1e3 nomirror textcolor rgb ink
set mytics 1
set xrange [0:passes_max + 1]
set xtics nomirror textcolor rgb ink
set xlabel "passes over the data" textcolor rgb ink
set grid ytics linecolor rgb "#dddddd" linetype 1
set key top right samplen 3 spacing 1.5 font ",13" textcolor rgb ink
plot data."/history.dat" using 1:2 with linespoints pointtype 7 pointsize 1.1 linewidth 2.5 linecolor rgb red \
       title "croquis", \
     error[2] with lines linewidth 2.5 dashtype 2 linecolor rgb blue title "LAPACK dgels", \
     error[3] with lines linewidth 2.5 dashtype 4 linecolor rgb grey title "LAPACK dgelsy"
unset label 1
unset grid
unset key
unset logscale
unset xlabel
unset tics

# Right, above: one picture for each class.
set label 2 "What each classifier looks for: red pixels speak for the class, blue ones against it" at screen 0.475,0.885
set border 15 linecolor rgb "#bbbbbb"
classes = "T-shirt trousers pullover dress coat sandal shirt sneaker bag 'ankle boot'"
set palette defined (-1 blue, -0.5 "#92c5de", 0 "#ffffff", 0.5 "#f4a582", 1 red)
set cbrange [-0.1:0.1]
unset colorbox
set xrange [-0.5:27.5]
set yrange [27.5:-0.5]
side = 0.094
do for [k = 0:9] {
  left = 0.475 + (k % 5) * (side + 0.0085)
  top = 0.83 - (k / 5) * (side * width / height + 0.05)
  set lmargin at screen left
  set rmargin at screen left + side
  set tmargin at screen top
  set bmargin at screen top - side * width / height
  set title word(classes, k + 1) offset 0,-0.7 font ",13" textcolor rgb ink
  plot data."/weights.dat" index k matrix using 1:2:3 with image
  unset label 2
}
unset title

# Right, below: the time.
set lmargin at screen 0.545
set rmargin at screen 0.93
set tmargin at screen 0.30
set bmargin at screen 0.10
unset border
set xrange [0:1.12 * (seconds[3] > seconds[2] ? seconds[3] : seconds[2])]
set yrange [3.6:0.4]
set style fill solid 1.0 noborder
set label 2 "Seconds to solve it" at screen 0.475,0.335
do for [k = 1:3] {
  set label 10 + k solver[k] at screen 0.538,graph 1 - (k - 0.4) / 3.2 right font ",13" textcolor rgb ink
  set label 20 + k sprintf("%.2f", seconds[k]) at seconds[k],k offset 0.8,0 font ",13" textcolor rgb ink
}
plot "+" using (seconds[1] / 2):(1):(seconds[1] / 2):(0.32) every ::0::0 with boxxyerror linecolor rgb red, \
     "+" using (seconds[2] / 2):(2):(seconds[2] / 2):(0.32) every ::0::0 with boxxyerror linecolor rgb blue, \
     "+" using (seconds[3] / 2):(3):(seconds[3] / 2):(0.32) every ::0::0 with boxxyerror linecolor rgb grey
unset multiplot
