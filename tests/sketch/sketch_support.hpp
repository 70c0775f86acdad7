// What the sketch tests share: operators of every family, random matrices, and the product by definition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <croquis/linalg/matrix.hpp>
#include <croquis/linalg/sparse.hpp>
#include <croquis/sketch/apply.hpp>

namespace croquis::test {

/// One operator of each family (and each variant within one) of the given shape; rows <= cols.
inline std::vector<AnySketch> sketches_of_shape(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  std::vector<AnySketch> sketches = {
      Gaussian{.rows = rows, .cols = cols, .seed = seed},
      Rademacher{.rows = rows, .cols = cols, .seed = seed},
      Uniform{.rows = rows, .cols = cols, .seed = seed},
      CountSketch{.rows = rows, .cols = cols, .seed = seed},
      SparseSign{.rows = rows, .cols = cols, .nonzeros = std::min<std::int64_t>(rows, 3), .seed = seed},
      SparseSign{.rows = rows, .cols = cols, .nonzeros = std::min<std::int64_t>(rows, 8), .seed = seed},
      Srht{.rows = rows, .cols = cols, .seed = seed},
      HashedRht{.rows = rows, .cols = cols, .seed = seed},
      HashedRht{.rows = rows, .cols = cols, .nonzeros = std::min<std::int64_t>(rows, 3), .seed = seed},
  };
  std::vector<double> weights;  // from 1 to 2
  for (std::int64_t j = 0; j < cols; ++j) weights.push_back(1 + static_cast<double>(j * 7 % 5) / 4);
  sketches.push_back(RowSampling::uniform(rows, cols, seed));
  sketches.push_back(RowSampling::weighted(rows, weights, seed));
  sketches.push_back(RowSampling::weighted(rows, weights, seed, Replacement::with));
  if (has_trigonometric_transforms()) {
    sketches.push_back(Srtt{.rows = rows, .cols = cols, .seed = seed});
    sketches.push_back(Srtt{.rows = rows, .cols = cols, .transform = TrigonometricTransform::hartley, .seed = seed});
  }
  return sketches;
}

template <class T>
Matrix<T> random_matrix(std::int64_t rows, std::int64_t cols, Layout layout, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Matrix<T> a(rows, cols, layout);
  for (std::int64_t j = 0; j < cols; ++j)
    for (std::int64_t i = 0; i < rows; ++i) a(i, j) = static_cast<T>(normal(generator));
  return a;
}

/// About `density` of the places filled; rows and columns without entries and repeated places occur.
template <class T>
std::vector<Triplet<T>> random_triplets(std::int64_t rows, std::int64_t cols, double density, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<Triplet<T>> entries;
  const auto count = static_cast<std::int64_t>(density * static_cast<double>(rows * cols)) + 1;
  for (std::int64_t k = 0; k < count; ++k) {
    const auto row = static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(rows));
    const auto col = static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(cols));
    entries.push_back({row, col, static_cast<T>(normal(generator))});
  }
  return entries;
}

template <class T>
Matrix<T> entries_of_sketch(const AnySketch& s) {
  Matrix<T> entries(s.rows(), s.cols());
  fill(s, entries.view());
  return entries;
}

/// The largest error of out(i, j) against (S A)(i, j) relative to ||S(i, :)|| ||A(:, j)||, in units of roundoff.
///
/// Whether S A is summed term by term, by blocks or by a fast transform, its rounding errors add up like a random walk
/// whose steps are at most u times a partial sum; they stay within log2(m) u of that product of norms.
template <class T>
double error_in_roundoffs(MatrixView<const T> s, MatrixView<const T> a, MatrixView<const T> out) {
  const auto norm = [](MatrixView<const T> x, bool row, std::int64_t index) {
    long double sum = 0;
    for (std::int64_t k = 0; k < (row ? x.cols : x.rows); ++k) {
      const auto entry = static_cast<long double>(row ? x(index, k) : x(k, index));
      sum += entry * entry;
    }
    return std::sqrt(sum);
  };
  std::vector<long double> a_norm;
  for (std::int64_t j = 0; j < a.cols; ++j) a_norm.push_back(norm(a, false, j));
  double worst = 0;
  for (std::int64_t i = 0; i < s.rows; ++i) {
    const long double s_norm = norm(s, true, i);
    for (std::int64_t j = 0; j < a.cols; ++j) {
      long double sum = 0;
      for (std::int64_t k = 0; k < a.rows; ++k)
        sum += static_cast<long double>(s(i, k)) * static_cast<long double>(a(k, j));
      const long double scale = s_norm * a_norm[static_cast<std::size_t>(j)] * std::numeric_limits<T>::epsilon() / 2;
      const long double error = std::abs(sum - static_cast<long double>(out(i, j)));
      if (!(error <= 0)) worst = std::max(worst, scale > 0 ? static_cast<double>(error / scale) : 1e300);
    }
  }
  return worst;
}

/// What `error_in_roundoffs` may be for sums of m terms.
inline double allowed_roundoffs(std::int64_t m) { return 4 + 2 * std::log2(static_cast<double>(m) + 1); }

}  // namespace croquis::test
