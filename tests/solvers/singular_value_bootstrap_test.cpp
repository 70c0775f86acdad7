// Error bars of sketched singular values: they cover as often as they say.
#include <croquis/solvers/singular_value_bootstrap.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <croquis/errors.hpp>
#include <croquis/sketch/apply.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

// Over 200 sketches the number of covered cases deviates by sqrt(200 * 0.9 * 0.1) = 4.2 if the coverage is 90 %. The
// bootstrap's own coverage at d = 400 is within some 5 % of it (more often below: 50 samples, and singular values that
// a sketch pushes up). So 150 to 197 of 200 allow for that and five deviations.
TEST_CASE("90 % intervals cover the true leading singular values about 90 % of the time") {
  RandomSource random(1);
  std::vector<double> s;
  for (int j = 0; j < 8; ++j) s.push_back(std::pow(1 + j, -0.5));
  const Matrix<double> a = with_singular_values(1000, 8, s, random);
  int covered = 0;
  int all_covered = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Matrix<double> sa = Gaussian{.rows = 400, .cols = 1000, .seed = seed} * a;
    const SingularValueErrors found = bootstrap_singular_values(sa, {.count = 3, .confidence = 0.9, .seed = seed});
    covered += std::abs(found.singular_values[0] - s[0]) <= found.error[0];
    bool all = true;
    for (std::size_t j = 0; j < 3; ++j) all = all && std::abs(found.singular_values[j] - s[j]) <= found.largest_error;
    all_covered += all;
  }
  CHECK(covered >= 150);
  CHECK(covered <= 197);
  CHECK(all_covered >= 150);
  CHECK(all_covered <= 199);
}

TEST_CASE("errors shrink as one over the root of the rows, and do not depend on the threads") {
  RandomSource random(2);
  const Matrix<double> a = with_condition(3000, 6, 10, random);
  const auto error_of = [&](std::int64_t rows) {
    const Matrix<double> sa = Gaussian{.rows = rows, .cols = 3000, .seed = 3} * a;
    return bootstrap_singular_values(sa, {.samples = 400}).error[0];
  };
  // A quantile of 400 samples is known to some 6 percent; 4 times the rows.
  CHECK(error_of(200) / error_of(800) == doctest::Approx(2).epsilon(0.35));
  const Matrix<double> sa = Gaussian{.rows = 200, .cols = 3000, .seed = 3} * a;
  std::vector<double> first;
  for (const int threads : {1, 3}) {
    SingularValueErrors found;
    run_with_threads(threads, [&] { found = bootstrap_singular_values(sa, {.count = 6}); });
    if (threads == 1) first = found.error;
    CHECK(found.error == first);
  }
}

TEST_CASE("edges and mistakes") {
  Matrix<double> sa(20, 3);
  const SingularValueErrors zero = bootstrap_singular_values(sa, {.count = 3});
  CHECK(zero.singular_values == std::vector<double>(3, 0.0));
  CHECK(zero.largest_error == 0);
  CHECK(bootstrap_singular_values(sa, {.count = 0}).singular_values.empty());
  sa(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(bootstrap_singular_values(sa).error[0]));
  CHECK_THROWS_AS((void)bootstrap_singular_values(sa, {.count = 4}), InvalidOption);
  CHECK_THROWS_AS((void)bootstrap_singular_values(sa, {.samples = 0}), InvalidOption);
  CHECK_THROWS_AS((void)bootstrap_singular_values(sa, {.confidence = 1}), InvalidOption);
  CHECK_THROWS_AS((void)bootstrap_singular_values(sa.view().transposed()), ShapeError);
}
