#include "solvers/sketch_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace croquis {
namespace {

// From the least that can precondition to where the QR of the sketch costs more than the iterations it saves.
constexpr double usual_ratios[] = {1.5, 2, 3, 4, 6, 8, 12, 16};

std::vector<std::int64_t> rows_to_try(std::int64_t m, std::int64_t n, const SketchProfileOptions& options) {
  std::vector<std::int64_t> result;
  const auto add = [&](double ratio, std::int64_t most) {
    const auto rows = static_cast<std::int64_t>(std::ceil(ratio * static_cast<double>(n)));
    if (rows <= most) result.push_back(rows);
  };
  // A sketch taller than A is of no use but for its family's sake: a few rows for each column are allowed to all.
  if (options.ratios.empty())
    for (const double ratio : usual_ratios) add(ratio, std::max(m, 4 * n));
  for (const double ratio : options.ratios) add(ratio, std::numeric_limits<std::int64_t>::max());
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

bool is_another_gaussian(SketchFamily family) {
  return family == SketchFamily::rademacher || family == SketchFamily::uniform;
}

std::vector<SketchFamily> families_to_try(const SketchProfileOptions& options) {
  std::vector<SketchFamily> result;
  if (options.families.empty()) {
    for (const SketchFamily family : all_sketch_families())
      if (!is_another_gaussian(family)) result.push_back(family);
  }
  for (const SketchFamily family : options.families)
    if (std::find(result.begin(), result.end(), family) == result.end()) result.push_back(family);
  return result;
}

}  // namespace

std::vector<SketchSizeProfile> sketch_sizes(std::int64_t m, std::int64_t n, const SketchProfileOptions& options) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr Quantiles unknown{nan, nan, nan};
  constexpr SketchedSolveSeconds untimed{nan, nan, nan, nan};
  std::vector<SketchSizeProfile> result;
  for (const SketchFamily family : families_to_try(options)) {
    for (const std::int64_t rows : rows_to_try(m, n, options)) {
      if (rows > most_sketch_rows(family, m)) continue;
      result.push_back({.sketch = make_sketch(family, rows, m, options.seed),
                        .ratio = static_cast<double>(rows) / static_cast<double>(n),
                        .distortion = unknown,
                        .condition = unknown,
                        .typical = {},
                        .predicted_passes = nan,
                        .predicted = untimed,
                        .measured = untimed,
                        .passes = 0,
                        .status = std::nullopt});
    }
  }
  return result;
}

}  // namespace croquis
