// The normals: accuracy of the transform on every instruction set, and their distribution.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include <hwy/highway.h>

#include "sketch/box_muller-inl.hpp"
#include "sketch/normals.hpp"
#include "sketch/philox.hpp"
#include "tests/support/simd_targets.hpp"

using namespace croquis;

namespace {

struct Pair {
  long double even, odd;
};

// The transform as normals.hpp states it, in extended precision.
Pair exact_pair(std::uint64_t word_0, std::uint64_t word_1) {
  constexpr std::uint64_t low_52 = (std::uint64_t{1} << 52) - 1;
  const long double u = std::ldexp(static_cast<long double>(2 * (word_0 & low_52) + 1), -53);
  const long double radius = std::sqrt(-2 * std::log(u));
  const long double y =
      (std::ldexp(static_cast<long double>(word_1 & low_52), -52) - 0.5L) * std::numbers::pi_v<long double> / 2;
  const long double cos = word_1 >> 63 != 0 ? -std::cos(y) : std::cos(y);
  const long double sin = std::sin(y);
  const bool swap = ((word_1 >> 62) & 1) != 0;
  return {radius * (swap ? sin : cos), radius * (swap ? cos : sin)};
}

double error_in_ulps(double computed, long double exact) {
  const double reference = static_cast<double>(exact);
  const double ulp = std::nextafter(std::abs(reference), 1e300) - std::abs(reference);
  return static_cast<double>(std::abs(static_cast<long double>(computed) - exact)) / ulp;
}

Pair transform_on_one_lane(std::uint64_t word_0, std::uint64_t word_1) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::CappedTag<double, 1> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  auto even = hn::Zero(d);
  auto odd = hn::Zero(d);
  const auto radius = HWY_NAMESPACE::Radius(d, hn::Set(du, word_0), 1.0);
  HWY_NAMESPACE::PointOnCircle(d, radius, hn::Set(du, word_1), even, odd);
  return {hn::GetLane(even), hn::GetLane(odd)};
}

}  // namespace

TEST_CASE("entries are within 4 units in the last place of the exact transform, on every instruction set") {
  constexpr std::int64_t pairs = 64;
  constexpr std::int64_t columns = 2000;
  std::vector<double> entries(2 * pairs * columns);
  test::for_each_simd_target([&] {
    fill_normals(7, 1, 0, 0, column_major(entries.data(), 2 * pairs, columns));
    double worst = 0;
    for (std::int64_t j = 0; j < columns; ++j) {
      for (std::int64_t q = 0; q < pairs; ++q) {
        const auto words =
            random_words(7, stream_word(Stream::normals, static_cast<std::uint64_t>(q)), static_cast<std::uint64_t>(j));
        const Pair exact = exact_pair(words[0], words[1]);
        const double* pair = entries.data() + 2 * (q + j * pairs);
        worst = std::max({worst, error_in_ulps(pair[0], exact.even), error_in_ulps(pair[1], exact.odd)});
      }
    }
    MESSAGE("largest error " << worst << " ulp");
    CHECK(worst <= 4);
  });
}

TEST_CASE("instruction sets agree to 4 units in the last place and layouts to the bit") {
  constexpr std::int64_t rows = 33;
  constexpr std::int64_t columns = 3001;
  std::vector<double> first;
  test::for_each_simd_target([&] {
    std::vector<double> by_columns(rows * columns);
    std::vector<double> by_rows(rows * columns);
    fill_normals(9, 0.25, 5, 11, column_major(by_columns.data(), rows, columns));
    fill_normals(9, 0.25, 5, 11, row_major(by_rows.data(), rows, columns));
    for (std::int64_t j = 0; j < columns; ++j)
      for (std::int64_t i = 0; i < rows; ++i)
        REQUIRE(by_columns[static_cast<std::size_t>(i + j * rows)] ==
                by_rows[static_cast<std::size_t>(j + i * columns)]);
    if (first.empty()) first = by_columns;
    for (std::size_t k = 0; k < first.size(); ++k) REQUIRE(error_in_ulps(by_columns[k], first[k]) <= 4);
  });
}

TEST_CASE("the extreme words give finite normals of the extreme sizes") {
  const std::uint64_t all = ~std::uint64_t{0};
  for (const std::uint64_t word_0 : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{4}, all, all >> 1, all << 12}) {
    for (const std::uint64_t word_1 : {std::uint64_t{0}, all, std::uint64_t{1} << 61, std::uint64_t{1} << 62,
                                       std::uint64_t{1} << 63, all >> 1, all >> 2, all >> 3, std::uint64_t{5} << 61}) {
      const Pair computed = transform_on_one_lane(word_0, word_1);
      const Pair exact = exact_pair(word_0, word_1);
      CAPTURE(word_0);
      CAPTURE(word_1);
      CHECK(std::abs(computed.even - exact.even) <= 4 * 0x1p-52 * std::abs(exact.even));
      CHECK(std::abs(computed.odd - exact.odd) <= 4 * 0x1p-52 * std::abs(exact.odd));
    }
  }
  // Beyond 8 standard deviations: sqrt(2 log 2^53), here at y = 0.
  CHECK(static_cast<double>(transform_on_one_lane(0, std::uint64_t{1} << 51).even) ==
        doctest::Approx(8.5717).epsilon(1e-4));
}

TEST_CASE("entries follow the normal distribution") {
  constexpr std::int64_t count = 1 << 20;
  constexpr std::int64_t rows = 64;
  std::vector<double> x(count);
  fill_normals(2024, 1, 0, 0, column_major(x.data(), rows, count / rows));

  // Few doubles are floats: 29 more bits are zero with probability 2^-29 each, so 0.002 are expected and more than 3
  // have probability under 1e-11.
  CHECK(std::count_if(x.begin(), x.end(), [](double v) { return static_cast<double>(static_cast<float>(v)) == v; }) <=
        3);

  // Neighbours along both axes are uncorrelated: a sum of N products of independent normals is nearly N(0, N), so each
  // exceeds 7 sqrt(N) with probability under 1e-11; the same for the mean and, with variance 2 N, the sum of squares.
  double sum = 0;
  double squares = 0;
  double rows_product = 0;
  double columns_product = 0;
  for (std::size_t k = 0; k + rows < x.size(); ++k) {
    sum += x[k];
    squares += x[k] * x[k] - 1;
    rows_product += x[k] * x[k + 1];
    columns_product += x[k] * x[k + rows];
  }
  const double sigma = std::sqrt(static_cast<double>(count));
  CHECK(std::abs(sum) < 7 * sigma);
  CHECK(std::abs(squares) < 7 * std::sqrt(2.0) * sigma);
  CHECK(std::abs(rows_product) < 7 * sigma);
  CHECK(std::abs(columns_product) < 7 * sigma);

  // Dvoretzky, Kiefer, Wolfowitz: the empirical distribution leaves the true one by more than t with probability at
  // most 2 exp(-2 N t^2) = 1e-9.
  const double t = std::sqrt(std::log(2 / 1e-9) / (2.0 * count));
  std::sort(x.begin(), x.end());
  double distance = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double cdf = std::erfc(-x[k] / std::numbers::sqrt2) / 2;
    distance = std::max(
        {distance, std::abs(cdf - static_cast<double>(k) / count), std::abs(cdf - static_cast<double>(k + 1) / count)});
  }
  CHECK(distance < t);

  // Tails: beyond 4 sigma lie binomial(N, 6.334e-5), mean 66.4; by Chernoff's bounds outside [15, 145] has probability
  // under 1e-9.
  const auto beyond = std::count_if(x.begin(), x.end(), [](double v) { return std::abs(v) > 4; });
  CHECK(beyond >= 15);
  CHECK(beyond <= 145);
}
