#include "tools/profile_plot.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <croquis/errors.hpp>

#include "tools/number_text.hpp"
#include "tools/run_gnuplot.hpp"
#include "tools/text_file.hpp"

namespace croquis::tools {
namespace {

// Okabe and Ito's colours, which the colour-blind tell apart, without the yellow; and a shape of points for each.
constexpr const char* colours[] = {"#222222", "#0072b2", "#e69f00", "#009e73", "#d55e00",
                                   "#cc79a7", "#56b4e9", "#8a6d3b", "#7a7a7a"};
constexpr int points[] = {7, 5, 9, 11, 13, 4, 6, 8, 10};

using Sizes = std::span<const SketchSizeProfile>;

// The sizes of each family.
std::vector<Sizes> by_family(const SketchProfile& profile) {
  std::vector<Sizes> result;
  for (auto first = profile.sizes.begin(); first != profile.sizes.end();) {
    const auto last = std::find_if(first, profile.sizes.end(), [&](const SketchSizeProfile& size) {
      return size.sketch.family() != first->sketch.family();
    });
    result.emplace_back(first, last);
    first = last;
  }
  return result;
}

// The same for a family in every picture.
std::size_t style_of(SketchFamily family) {
  const std::span<const SketchFamily> all = all_sketch_families();
  const auto place = std::find(all.begin(), all.end(), family) - all.begin();
  return static_cast<std::size_t>(place) % std::size(colours);
}

std::string line_style(SketchFamily family, const std::string& more) {
  const std::size_t style = style_of(family);
  return " linecolor rgb '" + std::string(colours[style]) + "' pointtype " + std::to_string(points[style]) + " " + more;
}

template <class Line>
std::string data_block(const std::string& name, Sizes sizes, const Line& line) {
  std::string text = "$" + name + " << EOD\n";
  for (const SketchSizeProfile& size : sizes) {
    for (const double value : line(size)) text += all_digits(value) + " ";
    text += "\n";
  }
  return text + "EOD\n";
}

// 1: d / n, 2-4: distortion, 5: theory, 6: predicted seconds, 7: measured seconds, 8-10: their phases.
std::vector<double> columns(const SketchSizeProfile& size) {
  const bool solved = size.status.has_value();
  const SketchedSolveSeconds& phases = solved ? size.measured : size.predicted;
  return {
      size.ratio,           size.distortion.low, size.distortion.median, size.distortion.high, size.typical.distortion,
      size.predicted.total, size.measured.total, phases.sketch,          phases.factor,        phases.iterate};
}

double largest_distortion(const SketchProfile& profile) {
  double largest = profile.wanted_distortion;
  for (const SketchSizeProfile& size : profile.sizes)
    if (std::isfinite(size.distortion.high)) largest = std::max(largest, size.distortion.high);
  return largest;
}

struct Range {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  void take(double value) {
    if (!std::isfinite(value)) return;
    least = std::min(least, value);
    most = std::max(most, value);
  }
};

Range seconds_range(const SketchProfile& profile) {
  Range range;
  range.take(profile.direct_seconds);
  for (const SketchSizeProfile& size : profile.sizes) {
    range.take(size.predicted.total);
    range.take(size.measured.total);
  }
  return range;
}

// 1, 2 and 5 of each decade in the range.
std::string decade_tics(const Range& range) {
  std::string tics;
  for (int exponent = -9; exponent < 9; ++exponent) {
    for (const double digit : {1., 2., 5.}) {
      const double tic = digit * std::pow(10, exponent);
      if (tic > 0.6 * range.least && tic < 1.5 * range.most)
        tics.append(tics.empty() ? "" : ",").append(formatted("%.6g", tic));
    }
  }
  return tics;
}

std::string ratio_axis(const SketchProfile& profile) {
  Range ratio;
  for (const SketchSizeProfile& size : profile.sizes) ratio.take(size.ratio);
  std::string tics;
  for (const double tic : {1., 1.5, 2., 3., 4., 6., 8., 12., 16., 24., 32., 48., 64., 128., 256., 512., 1024.})
    if (tic > ratio.least * 0.9 && tic < ratio.most * 1.1) tics.append(tics.empty() ? "" : ",").append(all_digits(tic));
  return "set logscale x 2\nset xrange [" + all_digits(ratio.least * 0.93) + ":" + all_digits(ratio.most * 1.08) +
         "]\n" + "set xtics (" + tics + ") nomirror textcolor rgb ink\nset mxtics 1\n" +
         "set xlabel 'rows of the sketch for each column of A,  d / n' textcolor rgb ink\n";
}

std::string preamble(const std::filesystem::path& path, const ProfiledMatrix& matrix, const SketchProfile& profile) {
  std::string text = picture_settings(path, 1640, 640);
  text += "set multiplot\n";
  text += "set label 1 " + quoted("Sketches of " + matrix.title() + ", rank " + std::to_string(profile.rank)) +
          " noenhanced at screen 0.018,0.955 font ',16' textcolor rgb ink\n";
  return text + "set bmargin at screen 0.2\nset tmargin at screen 0.85\n" + ratio_axis(profile);
}

// One legend for both panels of curves, below them.
std::string legend(const std::vector<Sizes>& families) {
  std::string text;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const SketchFamily family = families[i].front().sketch.family();
    text += "set label " + std::to_string(20 + i) + " " + quoted(to_string(family)) + " at screen " +
            all_digits(0.045 + 0.092 * static_cast<double>(i)) + ",0.035 point" +
            line_style(family, "pointsize 1.3 linewidth 2 offset 1,0 font ',13' textcolor rgb ink\n");
  }
  return text;
}

std::string panel(const char* title, double left, double right) {
  return "set lmargin at screen " + all_digits(left) + "\nset rmargin at screen " + all_digits(right) +
         "\nset label 2 " + quoted(title) + " at screen " + all_digits(left - 0.035) +
         ",0.89 font ',13.5' textcolor rgb ink\n";
}

// A family's theory is drawn where it is not that of independent entries, which all share.
bool has_own_theory(Sizes sizes, std::int64_t rank) {
  return std::any_of(sizes.begin(), sizes.end(), [&](const SketchSizeProfile& size) {
    const double common = std::sqrt(static_cast<double>(rank) / static_cast<double>(size.sketch.rows()));
    return std::abs(size.typical.distortion - common) > 0.01;
  });
}

std::string distortion_panel(const SketchProfile& profile, const std::vector<Sizes>& families) {
  std::string text = panel("Distortion: median and 5-95 % of the draws; dashed: theory", 0.053, 0.335);
  text += "set yrange [0:" + all_digits(1.08 * std::min(1.5, largest_distortion(profile))) + "]\n";
  text += "set ytics nomirror\nset grid ytics linecolor rgb '#dddddd' linetype 1\n";
  text += "set key top right samplen 2.5 spacing 1.25 font ',11.5' textcolor rgb ink\n";
  text += "set arrow 1 from graph 0, first " + all_digits(profile.wanted_distortion) + " to graph 1, first " +
          all_digits(profile.wanted_distortion) + " nohead linecolor rgb '#999999' linewidth 1\n";
  text += "set label 3 'wanted' at graph 0.01, first " + all_digits(profile.wanted_distortion) +
          " offset 0,0.5 font ',10.5' textcolor rgb '#777777'\nplot ";
  for (std::size_t i = 0; i < families.size(); ++i)
    text += "$size" + std::to_string(i) + " using 1:2:4 with filledcurves notitle fillstyle transparent solid 0.18" +
            " linecolor rgb '" + colours[style_of(families[i].front().sketch.family())] + "', ";
  text += "sqrt(" + all_digits(static_cast<double>(profile.rank) / static_cast<double>(profile.cols)) +
          " / x) with lines linewidth 2 dashtype 2 linecolor rgb '#666666' title 'theory, {/Symbol \\326}(n/d)'";
  for (std::size_t i = 0; i < families.size(); ++i) {
    const SketchFamily family = families[i].front().sketch.family();
    const std::string block = ", $size" + std::to_string(i);
    if (has_own_theory(families[i], profile.rank))
      text += block + " using 1:5 with lines notitle" + line_style(family, "linewidth 1.5 dashtype 2");
    text += block + " using 1:3 with linespoints notitle" + line_style(family, "pointsize 0.9 linewidth 2");
  }
  return text + "\nunset arrow 1\nunset label 3\nunset label 1\n";
}

std::string time_panel(const SketchProfile& profile, const std::vector<Sizes>& families) {
  std::string text = panel("Seconds of a full-accuracy solve; dashed: predicted", 0.40, 0.68);
  const Range seconds = seconds_range(profile);
  text += "set logscale y\nset format y '%g'\nset yrange [" + all_digits(0.6 * seconds.least) + ":" +
          all_digits(1.5 * seconds.most) + "]\nset ytics (" + decade_tics(seconds) + ")\nset mytics 1\n";
  if (profile.recommendation.fastest) {
    const SketchSizeProfile& best = profile.sizes[*profile.recommendation.fastest];
    const double height = best.status ? best.measured.total : best.predicted.total;
    text += "set label 3 'recommended' at first " + all_digits(best.ratio) + "," + all_digits(height) +
            " center offset 0,-1.6 font ',11.5' textcolor rgb ink\n";
    text += "set label 4 '' at first " + all_digits(best.ratio) + "," + all_digits(height) +
            " point pointtype 6 pointsize 2.8 linewidth 2 linecolor rgb ink\n";
  }
  text += "plot " + all_digits(profile.direct_seconds) +
          " with lines linewidth 2 dashtype 3 linecolor rgb '#666666' title 'direct, predicted'";
  for (std::size_t i = 0; i < families.size(); ++i) {
    const SketchFamily family = families[i].front().sketch.family();
    const std::string block = ", $size" + std::to_string(i);
    text += block + " using 1:6 with lines notitle" + line_style(family, "linewidth 1.5 dashtype 2");
    text += block + " using 1:7 with linespoints notitle" + line_style(family, "pointsize 0.9 linewidth 2");
  }
  return text + "\nunset label 3\nunset label 4\nunset logscale\nset ytics autofreq\n";
}

std::string phase_panel(const SketchProfile& profile, const std::vector<Sizes>& families) {
  if (!profile.recommendation.fastest) return {};
  const SketchFamily best = profile.sizes[*profile.recommendation.fastest].sketch.family();
  const auto index =
      static_cast<std::size_t>(std::find_if(families.begin(), families.end(),
                                            [&](Sizes sizes) { return sizes.front().sketch.family() == best; }) -
                               families.begin());
  const std::string block = "$size" + std::to_string(index);
  std::string text = "set xlabel 'd / n'\n";
  text += panel(("Where the seconds go with " + to_string(best)).c_str(), 0.745, 0.985);
  text += "set xrange [-0.6:" + all_digits(static_cast<double>(families[index].size()) - 0.4) + "]\n";
  text += "set xtics (";
  for (std::size_t i = 0; i < families[index].size(); ++i)
    text.append(i == 0 ? "" : ",")
        .append(quoted(formatted("%.3g", families[index][i].ratio)))
        .append(" ")
        .append(std::to_string(i));
  Range seconds;
  for (const SketchSizeProfile& size : families[index]) {
    seconds.take(size.predicted.total);
    const std::vector<double> values = columns(size);
    seconds.take(values[7] + values[8] + values[9]);
  }
  text += ")\nset yrange [0:" + all_digits(1.4 * seconds.most) + "]\n";
  text += "set style fill solid 1.0 noborder\nset boxwidth 0.7\nplot ";
  text += block + " using 0:($8+$9+$10) with boxes linecolor rgb '#9ecae1' title 'iterations', ";
  text += block + " using 0:($8+$9) with boxes linecolor rgb '#0072b2' title 'QR', ";
  text += block + " using 0:8 with boxes linecolor rgb '#e69f00' title 'sketch', ";
  text += block + " using 0:6 with points pointtype 2 pointsize 1.3 linewidth 2 linecolor rgb ink title 'predicted'\n";
  return text;
}

}  // namespace

void draw_profile(const std::filesystem::path& path, const ProfiledMatrix& matrix, const SketchProfile& profile) {
  if (profile.sizes.empty()) throw InvalidOption("--plot: there is nothing to draw: " + profile.message);
  const std::vector<Sizes> families = by_family(profile);
  std::string script = preamble(path, matrix, profile);
  for (std::size_t i = 0; i < families.size(); ++i)
    script += data_block("size" + std::to_string(i), families[i], columns);
  script += legend(families) + distortion_panel(profile, families);
  // Each panel would draw what has a label again.
  for (std::size_t i = 0; i < families.size(); ++i) script += "unset label " + std::to_string(20 + i) + "\n";
  script += time_panel(profile, families) + phase_panel(profile, families);
  write_text_file(path, run_gnuplot(script + "unset multiplot\n"));
}

}  // namespace croquis::tools
