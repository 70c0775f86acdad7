#include "tools/spectrum_text.hpp"

#include <algorithm>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

std::string line(const std::string& name, const std::string& value) {
  constexpr std::size_t width = 22;
  return name + std::string(name.size() < width ? width - name.size() : 1, ' ') + value + "\n";
}

// "23.61 (23.59 to 23.63)"
std::string with_bar(const char* format, const SpectralEstimate& estimate) {
  return formatted(format, estimate.value) + " (" + formatted(format, estimate.low) + " to " +
         formatted(format, estimate.high) + ")";
}

std::string top_values(const SpectrumSummary& spectrum) {
  std::string text = to_string(spectrum.which) + (spectrum.symmetric ? " eigenvalues" : " singular values") +
                     ", and how far they may be off:\n";
  for (const ComputedValue& each : spectrum.top)
    text += formatted("  %18.12g", each.value) + formatted("  %.1e\n", each.error_bound);
  return text;
}

}  // namespace

std::string text_report(const ProfiledMatrix& matrix, const SpectrumSummary& spectrum) {
  std::string text = matrix.title() + "\n";
  if (spectrum.points.empty()) return text + spectrum.message() + "\n";
  text += top_values(spectrum);
  const std::string bars = ", error bars of " + formatted("%.3g %%", 100 * spectrum.density.confidence);
  text += "of all " + std::to_string(spectrum.count) + bars + ":\n";
  text += line(spectrum.symmetric ? "  trace" : "  Frobenius norm", with_bar("%.8g", spectrum.norm));
  text += line("  above " + formatted("%.3g max", spectrum.threshold), with_bar("%.1f", spectrum.above));
  if (spectrum.ridge) text += line("  effective dimension", with_bar("%.5g", spectrum.effective_dimension));
  text += line("distribution", "known to within " + formatted("%.2g", spectrum.density.cumulative_error));
  const std::int64_t products = spectrum.pairs.products + spectrum.trace.products + spectrum.density.products;
  text += line("products", std::to_string(products) + (spectrum.symmetric ? " with A" : " with A^T A") +
                               formatted(", %.3g s", spectrum.seconds));
  if (!spectrum.pairs.solved()) text += line("not solved", spectrum.pairs.message);
  return text;
}

std::string csv_table(const SpectrumSummary& spectrum) {
  std::string text = spectrum.logarithmic ? "x,density_of_log,at_least,at_least_low,at_least_high\n"
                                          : "x,density,at_least,at_least_low,at_least_high\n";
  for (const SpectrumPoint& point : spectrum.points)
    text += all_digits(point.x) + "," + all_digits(point.density) + "," + all_digits(point.at_least.value) + "," +
            all_digits(point.at_least.low) + "," + all_digits(point.at_least.high) + "\n";
  return text;
}

}  // namespace croquis::tools
