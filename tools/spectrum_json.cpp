#include "tools/spectrum_json.hpp"

#include <croquis/version.hpp>

#include "tools/json_text.hpp"

namespace croquis::tools {
namespace {

Json estimate_json(const SpectralEstimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json points_json(const SpectrumSummary& spectrum) {
  Json points = Json::array();
  for (const SpectrumPoint& point : spectrum.points)
    points.push_back({{"x", point.x}, {"density", point.density}, {"at_least", estimate_json(point.at_least)}});
  return points;
}

}  // namespace

std::string json_report(const SpectrumSummary& spectrum) {
  const bool known = !spectrum.points.empty();
  Json top = Json::array();
  for (const ComputedValue& each : spectrum.top)
    top.push_back({{"value", each.value}, {"error_bound", each.error_bound}});
  Json above = known ? estimate_json(spectrum.above) : Json();
  if (known) above["threshold"] = spectrum.threshold;
  Json dimension = known && spectrum.ridge ? estimate_json(spectrum.effective_dimension) : Json();
  if (known && spectrum.ridge) dimension["ridge"] = *spectrum.ridge;
  return one_line({{"status", to_string(spectrum.status())},
                   {"message", spectrum.message()},
                   {"rows", spectrum.rows},
                   {"cols", spectrum.cols},
                   {"values", spectrum.symmetric ? "eigenvalues" : "singular values"},
                   {"which", to_string(spectrum.which)},
                   {"top", top},
                   {"confidence", spectrum.density.confidence},
                   {spectrum.symmetric ? "trace" : "frobenius_norm", known ? estimate_json(spectrum.norm) : Json()},
                   {"above", above},
                   {"effective_dimension", dimension},
                   {"cumulative_error", spectrum.density.cumulative_error},
                   {"logarithmic", spectrum.logarithmic},
                   {"points", points_json(spectrum)},
                   {"products",
                    {{"top", spectrum.pairs.products},
                     {"trace", spectrum.trace.products},
                     {"distribution", spectrum.density.products}}},
                   {"seconds", {{"read", spectrum.read_seconds}, {"total", spectrum.read_seconds + spectrum.seconds}}},
                   {"threads", runtime_info().task_threads},
                   {"version", version()}});
}

}  // namespace croquis::tools
