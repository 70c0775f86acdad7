#include "tools/profile_text.hpp"

#include <cmath>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

constexpr std::size_t name_width = 14;

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}
std::string cell(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
}
std::string number(const char* format, double value, std::size_t width) {
  return cell(std::isnan(value) ? "-" : formatted(format, value), width);
}
// Three significant digits, from microseconds to hours.
std::string seconds(double value) { return number(value < 0.0995 ? "%.5f" : "%.3f", value, 10); }
std::string condition(double value) { return number(value < 1000 ? "%.2f" : "%.0e", value, 8); }

std::string row(const SketchProfile& profile, std::size_t index) {
  const SketchSizeProfile& size = profile.sizes[index];
  std::string text = padded(to_string(size.sketch.family()), name_width) + cell(std::to_string(size.sketch.rows()), 8) +
                     number("%.2f", size.ratio, 7);
  for (const double value :
       {size.distortion.low, size.distortion.median, size.distortion.high, size.typical.distortion})
    text += number("%.3f", value, 7);
  text += condition(size.condition.median);
  text += seconds(size.measured.sketch) + seconds(size.measured.factor);
  text += seconds(size.predicted.total) + seconds(size.measured.total);
  text += size.status ? cell(std::to_string(size.passes), 7) : cell("-", 7);
  if (size.status && *size.status != Status::converged && *size.status != profile.status)
    text += "  " + to_string(*size.status);
  if (profile.recommendation.fastest == index) text += "  <- recommended";
  return text + "\n";
}

std::string size_text(const SketchSizeProfile& size) {
  return to_string(size.sketch.family()) + ", " + std::to_string(size.sketch.rows()) + " rows (" +
         formatted("%.3g", size.ratio) + " n)";
}

std::string recommendations(const SketchProfile& profile) {
  const SketchRecommendation& found = profile.recommendation;
  std::string text;
  if (found.fastest) {
    const SketchSizeProfile& size = profile.sizes[*found.fastest];
    text += padded("fastest solve", 16) + size_text(size) + ": " + formatted("%.3g s predicted", size.predicted.total);
    if (found.fastest_measured) {
      text += formatted(", %.3g s measured", size.measured.total);
      text += *found.fastest == *found.fastest_measured
                  ? std::string(", the fastest of those tried")
                  : formatted(", %.2f times the fastest tried (", found.measured_ratio) +
                        size_text(profile.sizes[*found.fastest_measured]) + ")";
    }
    text += "\n";
    text += padded("", 16) + "the direct method: " + formatted("%.3g s predicted", profile.direct_seconds) + "\n";
  }
  text += padded("distortion " + formatted("%.3g", profile.wanted_distortion), 16);
  if (found.smallest.empty()) text += "none of the sizes tried keeps it in 95 % of the draws";
  for (std::size_t i = 0; i < found.smallest.size(); ++i) {
    if (i > 0) text.append("\n").append(padded("", 16));
    text += size_text(profile.sizes[found.smallest[i]]);
  }
  return text + "\n";
}

}  // namespace

std::string ProfiledMatrix::title() const {
  std::string text = name + ", " + std::to_string(a.rows()) + " x " + std::to_string(a.cols());
  return text + (a.is_dense() ? " dense" : " sparse, " + std::to_string(a.stored_entries()) + " entries");
}

std::string text_report(const ProfiledMatrix& matrix, const SketchProfile& profile) {
  std::string text = matrix.title() + ", rank " + std::to_string(profile.rank) + "\n";
  if (profile.sizes.empty() || !profile.complete()) return text + profile.message + "\n";
  text += "distortion: over " + std::to_string(profile.seeds) +
          " seeds, 5 %, 50 % and 95 %, and the theory for a random matrix; condition: of the preconditioned problem, "
          "median\n\n";
  text += padded("family", name_width) + cell("rows", 8) + cell("d/n", 7);
  for (const char* name : {"5 %", "50 %", "95 %", "theory"}) text += cell(name, 7);
  text += cell("cond.", 8);
  for (const char* name : {"sketch s", "QR s", "predict s", "solve s"}) text += cell(name, 10);
  text += cell("passes", 7) + "\n";
  for (std::size_t i = 0; i < profile.sizes.size(); ++i) text += row(profile, i);
  return text + "\n" + recommendations(profile) + padded("profile", 16) + formatted("%.1f s\n", profile.seconds);
}

}  // namespace croquis::tools
