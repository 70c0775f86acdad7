// E[S^T S] = I, for every family.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("the mean of S^T S over seeds is the identity") {
  // An entry of S^T S is bounded by B = 1 for the sparse-sign and Rademacher sketches and the Srht, whose columns have
  // unit norm, and by B = 2 for the Srtt, whose entries are at most sqrt(2 / d). By Hoeffding, the mean of N leaves its
  // expectation by more than t with probability at most 2 exp(-N t^2 / (2 B^2)). An entry for the Gaussian has variance
  // at most 2 / d and is a mean of d products of normals; B = 1 serves for it too, at d = 6: P < 1e-15 by Bernstein's
  // inequality; and for the uniform, whose products have lighter tails. Of a HashedRht an entry has variance at most
  // 2 / d and is at most 16, the order of H: P < 2 exp(-33) by Bernstein's. N = 4000 and t = 0.13 B: each of
  // 2 * 11 * 13^2 entries fails with probability under 2 exp(-33) = 1e-14.
  constexpr std::uint64_t seeds = 4000;
  constexpr std::int64_t d = 6;
  constexpr std::int64_t m = 13;
  for (std::size_t family = 0; family < sketches_of_shape(d, m, 0).size(); ++family) {
    Matrix<double> mean(m, m);
    Matrix<double> s(d, m);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      fill(sketches_of_shape(d, m, seed)[family], s.view());
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < m; ++j)
          for (std::int64_t k = 0; k < d; ++k) mean(i, j) += s(k, i) * s(k, j) / seeds;
    }
    const AnySketch sketch = sketches_of_shape(d, m, 0)[family];
    CAPTURE(to_string(sketch));
    double t = sketch.family() == SketchFamily::srtt ? 0.26 : 0.13;
    // For row sampling S^T S is diagonal, and d times an entry adds up d draws, each at most B with mean at most 1,
    // that are independent or negatively correlated, with B = 1 / p for a row of probability p, at most 2 m. By
    // Bernstein P < 2 exp(-N d t^2 / (2 B (1 + t / 3))) < 1e-14.
    if (sketch.family() == SketchFamily::row_sampling) t = 0.28;
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < m; ++j) CHECK(std::abs(mean(i, j) - (i == j ? 1.0 : 0.0)) < t);
  }
}

TEST_CASE("sparse-sign columns have exactly `nonzeros` entries of the one size") {
  for (const std::int64_t nonzeros : {1, 2, 7, 20}) {
    const SparseSign s{.rows = 20, .cols = 300, .nonzeros = nonzeros, .seed = 4};
    const Matrix<double> entries = entries_of_sketch<double>(s);
    for (std::int64_t j = 0; j < s.cols; ++j) {
      std::int64_t count = 0;
      for (std::int64_t i = 0; i < s.rows; ++i) {
        if (entries(i, j) == 0) continue;
        ++count;
        REQUIRE(std::abs(entries(i, j)) == 1 / std::sqrt(static_cast<double>(nonzeros)));
      }
      REQUIRE(count == nonzeros);
    }
  }
}

TEST_CASE("different seeds, and different families of one seed, give different operators") {
  const auto sketches = sketches_of_shape(10, 64, 1);
  const auto others = sketches_of_shape(10, 64, 2);
  for (std::size_t k = 0; k < sketches.size(); ++k) {
    const Matrix<double> a = entries_of_sketch<double>(sketches[k]);
    for (const AnySketch& other : {others[k], sketches[(k + 1) % sketches.size()]}) {
      const Matrix<double> b = entries_of_sketch<double>(other);
      CHECK_FALSE(std::equal(a.entries().begin(), a.entries().end(), b.entries().begin()));
    }
  }
}
