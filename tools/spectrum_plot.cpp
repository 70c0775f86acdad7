#include "tools/spectrum_plot.hpp"

#include <algorithm>

#include "tools/number_text.hpp"
#include "tools/run_gnuplot.hpp"
#include "tools/text_file.hpp"

namespace croquis::tools {
namespace {

// 1: x, 2: density, 3: values of at least x, 4 and 5: the ends of their bar. A logarithmic axis begins at a half.
std::string points_block(const SpectrumSummary& spectrum, double least_count) {
  std::string text = "$points << EOD\n";
  for (const SpectrumPoint& point : spectrum.points) {
    text.append(all_digits(point.x)).append(" ").append(all_digits(point.density));
    for (const double count : {point.at_least.value, point.at_least.low, point.at_least.high})
      text.append(" ").append(all_digits(std::max(least_count, count)));
    text += "\n";
  }
  return text + "EOD\n";
}

// 1: value, 2: how many are as large or larger, where the largest were computed.
std::string values_block(const SpectrumSummary& spectrum) {
  std::string text = "$values << EOD\n";
  for (std::size_t j = 0; j < spectrum.top.size(); ++j)
    text.append(all_digits(spectrum.top[j].value)).append(" ").append(std::to_string(j + 1)).append("\n");
  return text + "EOD\n";
}

std::string panel(const std::string& title, double left, double right) {
  return "set lmargin at screen " + all_digits(left) + "\nset rmargin at screen " + all_digits(right) +
         "\nset label 2 " + quoted(title) + " at screen " + all_digits(left - 0.045) +
         ",0.88 font ',13.5' textcolor rgb ink\n";
}

}  // namespace

void draw_spectrum(const std::filesystem::path& path, const ProfiledMatrix& matrix, const SpectrumSummary& spectrum) {
  const std::string kind = spectrum.symmetric ? "eigenvalue" : "singular value";
  const double least_count = spectrum.logarithmic ? 0.5 : 0;
  std::string script = picture_settings(path, 1240, 600) + points_block(spectrum, least_count) + values_block(spectrum);
  script += "set multiplot\nset label 1 " + quoted("Spectrum of " + matrix.title()) +
            " noenhanced at screen 0.018,0.95 font ',16' textcolor rgb ink\n";
  script += "set bmargin at screen 0.14\nset tmargin at screen 0.84\nset grid linecolor rgb '#dddddd' linetype 1\n";
  script += "set xtics nomirror\nset ytics nomirror\nset format x '%g'\nset format y '%g'\nset xlabel " + quoted(kind) +
            " textcolor rgb ink\n";
  script += "set xrange [" + all_digits(spectrum.points.front().x) + ":" + all_digits(spectrum.points.back().x) + "]\n";
  if (spectrum.logarithmic) script += "set logscale x\nset format x '10^{%L}'\n";
  script += "set key top left samplen 2 spacing 1.2 font ',11.5' textcolor rgb ink\n";

  script += panel(spectrum.logarithmic ? "Density of the logarithm" : "Density", 0.065, 0.485) + "set yrange [0:*]\n";
  script +=
      "plot $points using 1:2 with filledcurves y1=0 notitle fillcolor rgb '#9ecae1' fillstyle solid 0.6, "
      "$points using 1:2 with lines notitle linecolor rgb '#0072b2' linewidth 2, "
      "$values using 1:(0) with points title 'computed' pointtype 9 pointsize 1.3 linecolor rgb '#d55e00'\n";

  script +=
      "unset label 1\nset key bottom left\n" + panel("How many are at least so large, and error bars", 0.565, 0.985);
  script += spectrum.logarithmic ? "set logscale y\nset yrange [0.5:" : "set yrange [0:";
  script += all_digits(1.1 * static_cast<double>(spectrum.count)) + "]\n";
  script +=
      "plot $points using 1:4:5 with filledcurves notitle fillcolor rgb '#9ecae1' fillstyle solid 0.6, "
      "$points using 1:3 with lines notitle linecolor rgb '#0072b2' linewidth 2";
  if (spectrum.which == SpectrumEnd::largest)
    script += ", $values using 1:2 with points title 'computed' pointtype 7 pointsize 0.9 linecolor rgb '#d55e00'";
  write_text_file(path, run_gnuplot(script + "\nunset multiplot\n"));
}

}  // namespace croquis::tools
