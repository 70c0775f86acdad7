#include "solvers/sketch_recommendation.hpp"

#include <cmath>
#include <limits>

namespace croquis {
namespace {

// The index of the least finite `seconds(size)`.
template <class Seconds>
std::optional<std::size_t> least(const std::vector<SketchSizeProfile>& sizes, const Seconds& seconds) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (std::isnan(seconds(sizes[i]))) continue;
    if (!best || seconds(sizes[i]) < seconds(sizes[*best])) best = i;
  }
  return best;
}

}  // namespace

SketchRecommendation recommend(const std::vector<SketchSizeProfile>& sizes, double wanted_distortion) {
  SketchRecommendation result;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool same_family =
        !result.smallest.empty() && sizes[result.smallest.back()].sketch.family() == sizes[i].sketch.family();
    if (!same_family && sizes[i].distortion.high <= wanted_distortion) result.smallest.push_back(i);
  }
  result.fastest = least(sizes, [](const SketchSizeProfile& size) { return size.predicted.total; });
  result.fastest_measured = least(sizes, [](const SketchSizeProfile& size) {
    const bool solved =
        size.status == Status::converged || size.status == Status::rank_deficient || size.status == Status::fell_back;
    return solved ? size.measured.total : std::numeric_limits<double>::quiet_NaN();
  });
  result.measured_ratio = std::numeric_limits<double>::quiet_NaN();
  if (result.fastest && result.fastest_measured)
    result.measured_ratio = sizes[*result.fastest].measured.total / sizes[*result.fastest_measured].measured.total;
  return result;
}

}  // namespace croquis
