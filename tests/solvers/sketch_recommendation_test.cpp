// What is recommended from a table made by hand.
#include "solvers/sketch_recommendation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace croquis;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

SketchSizeProfile size(SketchFamily family, std::int64_t rows, double high, double predicted, double measured,
                       std::optional<Status> status = Status::converged) {
  SketchSizeProfile result{.sketch = make_sketch(family, rows, 1000, 0)};
  result.distortion = {.low = high / 2, .median = high / 1.5, .high = high};
  result.predicted.total = predicted;
  result.measured.total = measured;
  result.status = status;
  return result;
}

const std::vector<SketchSizeProfile> table = {
    size(SketchFamily::gaussian, 20, 0.7, 9, 8.0),
    size(SketchFamily::gaussian, 40, 0.5, 7, 6.0),
    size(SketchFamily::gaussian, 80, 0.3, 8, unknown, std::nullopt),
    size(SketchFamily::count_sketch, 20, 1.4, 5, 4.0, Status::iteration_limit),
    size(SketchFamily::count_sketch, 40, 0.9, 2, 5.5),
    size(SketchFamily::count_sketch, 80, 0.6, 3, 5.0),
    size(SketchFamily::srht, 20, unknown, unknown, unknown, std::nullopt),
};

}  // namespace

TEST_CASE("the smallest size of each family that keeps the distortion") {
  CHECK(recommend(table, 0.5).smallest == std::vector<std::size_t>{1});
  CHECK(recommend(table, 0.499).smallest == std::vector<std::size_t>{2});
  CHECK(recommend(table, 0.75).smallest == std::vector<std::size_t>{0, 5});
  CHECK(recommend(table, 0.95).smallest == std::vector<std::size_t>{0, 4});
  CHECK(recommend(table, 0.1).smallest.empty());
}

TEST_CASE("the fastest: by prediction; by measurement among the solves that ended well") {
  const SketchRecommendation found = recommend(table, 0.5);
  CHECK(found.fastest == 4u);
  CHECK(found.fastest_measured == 5u);
  CHECK(found.measured_ratio == doctest::Approx(5.5 / 5.0));
}

TEST_CASE("without measurements there is a prediction alone, and without anything nothing") {
  std::vector<SketchSizeProfile> unmeasured = table;
  for (SketchSizeProfile& entry : unmeasured) {
    entry.measured.total = unknown;
    entry.status.reset();
  }
  const SketchRecommendation found = recommend(unmeasured, 0.5);
  CHECK(found.fastest == 4u);
  CHECK_FALSE(found.fastest_measured.has_value());
  CHECK(std::isnan(found.measured_ratio));
  const SketchRecommendation nothing = recommend({}, 0.5);
  CHECK_FALSE(nothing.fastest.has_value());
  CHECK(nothing.smallest.empty());
}
