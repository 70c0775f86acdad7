#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include <croquis/errors.hpp>
#include <croquis/sketch/row_sampling.hpp>

#include "sketch/weighted_sampling.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

std::vector<std::int64_t> sorted_sample(const RowSampling& s) {
  std::vector<std::int64_t> rows(s.sampled().begin(), s.sampled().end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

// |x| stays under this many standard deviations of a sum of independent terms of size at most one, variance v in all,
// but for a probability of 1e-12: Bernstein's inequality.
double bernstein(double v) {
  const double l = std::log(2e12);
  return l / 3 + std::sqrt(l * l / 9 + 2 * v * l);
}

}  // namespace

TEST_CASE("uniform sampling without replacement: every set is equally likely") {
  // Each of the 10 pairs of 5 rows is a binomial count of mean N / 10.
  constexpr int seeds = 20000;
  std::map<std::vector<std::int64_t>, int> seen;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) ++seen[sorted_sample(RowSampling::uniform(2, 5, seed))];
  REQUIRE(seen.size() == 10);
  for (const auto& [pair, count] : seen) {
    CHECK(pair[0] != pair[1]);
    CHECK(std::abs(count - seeds / 10.0) < bernstein(seeds * 0.1 * 0.9));
  }
}

TEST_CASE("uniform sampling with replacement: draws are independent and equally likely") {
  constexpr int seeds = 20000;
  std::map<std::array<std::int64_t, 2>, int> seen;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const RowSampling s = RowSampling::uniform(2, 3, seed, Replacement::with);
    ++seen[{s.sampled()[0], s.sampled()[1]}];
  }
  REQUIRE(seen.size() == 9);
  for (const auto& [pair, count] : seen) CHECK(std::abs(count - seeds / 9.0) < bernstein(seeds / 9.0));
}

TEST_CASE("weighted sampling draws in proportion, and without replacement exactly as often as asked") {
  constexpr int seeds = 20000;
  const std::vector<double> weights = {1, 0, 3, 2, 0.5, 40, 1.5, 0};
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (const Replacement replacement : {Replacement::with, Replacement::without}) {
    for (const std::int64_t d : {1, 3, 5}) {
      const std::vector<double> inclusion = inclusion_probabilities(weights, d);
      std::vector<double> count(weights.size());
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const RowSampling s = RowSampling::weighted(d, weights, seed, replacement);
        REQUIRE(std::ssize(s.sampled()) == d);
        for (std::size_t i = 0; i < s.sampled().size(); ++i) {
          const auto j = static_cast<std::size_t>(s.sampled()[i]);
          ++count[j];
          const double expected =
              replacement == Replacement::with ? static_cast<double>(d) * weights[j] / sum : inclusion[j];
          REQUIRE(s.scales()[i] == doctest::Approx(1 / std::sqrt(expected)).epsilon(1e-14));
        }
        if (replacement == Replacement::without)
          REQUIRE(std::set(s.sampled().begin(), s.sampled().end()).size() == static_cast<std::size_t>(d));
      }
      for (std::size_t j = 0; j < weights.size(); ++j) {
        const double p = replacement == Replacement::with ? weights[j] / sum : inclusion[j];
        const double draws = replacement == Replacement::with ? static_cast<double>(d) * seeds : seeds;
        CAPTURE(j);
        CHECK(std::abs(count[j] - draws * p) <= (p == 0 || p == 1 ? 0 : bernstein(draws * p * (1 - p))));
      }
    }
  }
}

TEST_CASE("inclusion probabilities are proportional, capped at one, and add up to the size") {
  const std::vector<double> weights = {1, 0, 3, 2, 0.5, 40, 1.5, 0};
  for (const std::int64_t d : {1, 2, 3, 5, 6}) {
    const std::vector<double> q = inclusion_probabilities(weights, d);
    CHECK(std::accumulate(q.begin(), q.end(), 0.0) == doctest::Approx(d).epsilon(1e-14));
    double factor = 0;
    for (std::size_t j = 0; j < q.size(); ++j) {
      CHECK(q[j] <= 1);
      if (q[j] < 1 && q[j] > 0) factor = q[j] / weights[j];
    }
    for (std::size_t j = 0; j < q.size(); ++j) {
      if (q[j] < 1) CHECK(q[j] == doctest::Approx(factor * weights[j]).epsilon(1e-14));
      if (q[j] == 1 && factor > 0) CHECK(factor * weights[j] > 1 - 1e-12);
    }
  }
  // Three of equal weight for two places, one sure.
  const std::vector<double> q = inclusion_probabilities(std::vector<double>{1e-3, 7, 1e-3, 1e-3}, 2);
  CHECK(q[1] == 1);
  CHECK(q[0] == doctest::Approx(1.0 / 3));
}

TEST_CASE("weights at the ends of the range are weights like others") {
  for (const double size : {std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min() * 4}) {
    const RowSampling s = RowSampling::weighted(3, std::vector<double>(5, size), 1);
    for (const double scale : s.scales()) CHECK(scale == doctest::Approx(std::sqrt(5.0 / 3)).epsilon(1e-14));
  }
}

TEST_CASE("equality is that of the sample; a changed field is found out when the operator is used") {
  const std::vector<double> weights = {1, 2, 3, 4};
  const RowSampling s = RowSampling::weighted(2, weights, 1);
  CHECK(s == RowSampling::weighted(2, weights, 1));
  CHECK_FALSE(s == RowSampling::weighted(2, std::vector<double>{4, 3, 2, 1}, 1));
  CHECK(RowSampling() == RowSampling());
  const Matrix<double> a = random_matrix<double>(4, 3, Layout::column_major, 1);
  RowSampling longer = s;
  longer.rows = 3;
  Matrix<double> out(3, 3);
  CHECK_THROWS_AS(apply(longer, a, out.view()), InvalidOption);
  RowSampling narrower = RowSampling::uniform(4, 4, 1);
  narrower.cols = 3;
  Matrix<double> square(4, 3);
  CHECK_THROWS_AS(apply(narrower, random_matrix<double>(3, 3, Layout::column_major, 1), square.view()), InvalidOption);
  CHECK_THROWS_AS(apply(RowSampling(), a, out.view()), InvalidOption);
}

TEST_CASE("another seed draws anew from the same distribution") {
  const std::vector<double> weights = {1, 2, 3, 4, 5, 6, 7, 8};
  for (const Replacement replacement : {Replacement::without, Replacement::with}) {
    CHECK(RowSampling::weighted(4, weights, 1, replacement).with_seed(9) ==
          RowSampling::weighted(4, weights, 9, replacement));
    CHECK(RowSampling::uniform(4, 8, 1, replacement).with_seed(9) == RowSampling::uniform(4, 8, 9, replacement));
  }
  CHECK(RowSampling().with_seed(3) == RowSampling());
}

TEST_CASE("mistakes are named") {
  const auto message = [](const auto& make) -> std::string {
    try {
      (void)make();
    } catch (const InvalidOption& error) {
      return error.what();
    }
    return "";
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(message([&] {
          return RowSampling::weighted(1, std::vector<double>{1, nan}, 0);
        }) == "weights[1] = nan is not a finite number >= 0");
  CHECK(message([&] { return RowSampling::weighted(1, std::vector<double>{-1}, 0); }).starts_with("weights[0] = -1"));
  CHECK(message([&] {
          return RowSampling::weighted(1, std::vector<double>{0, 0}, 0);
        }) == "weights: none of the 2 is positive");
  CHECK(message([&] { return RowSampling::weighted(1, {}, 0); }) == "weights: none of the 0 is positive");
  CHECK(message([&] {
          return RowSampling::weighted(3, std::vector<double>{1, 0, 1}, 0);
        }) == "RowSampling::rows = 3 is outside [1, 2]: without replacement at most the number of positive weights");
  CHECK(message([&] { return RowSampling::uniform(5, 4, 0); }) ==
        "RowSampling::rows = 5 is outside [1, 4]: without replacement at most RowSampling::cols");
  CHECK(message([&] { return RowSampling::uniform(0, 4, 0); }).starts_with("RowSampling::rows = 0"));
  CHECK(message([&] { return RowSampling::uniform(1, 0, 0); }).starts_with("RowSampling::cols = 0"));
  CHECK(message([&] { return RowSampling::uniform(9, 4, 0, Replacement::with); }) == "");
}
