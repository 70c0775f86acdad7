// Judging an approximation by Gaussian vectors that it has not seen.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <croquis/sketch/apply.hpp>
#include <croquis/solvers/low_rank.hpp>

#include "linalg/blas.hpp"

namespace croquis {

inline constexpr std::int64_t probe_count = 10;

/// A test matrix of standard normals.
template <class T>
Matrix<T> standard_normals(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Matrix<T> result(rows, cols);
  if (rows == 0) return result;
  fill(Gaussian{.rows = rows, .cols = cols, .seed = seed}, result.view());
  const T to_unit_variance = std::sqrt(static_cast<T>(rows));
  for (T& entry : result.entries()) entry *= to_unit_variance;
  return result;
}

/// Gaussian vectors w and their images A w. For any B that does not depend on them, ||A - B||_F^2 is the mean of
/// ||A w - B w||^2, and 10 sqrt(2 / pi) times the largest ||A w - B w|| exceeds ||A - B||_2 with probability 1 - 10^-10
/// (Halko, Martinsson and Tropp, lemma 4.1).
template <class T>
struct Probes {
  Matrix<T> vectors;  // n x probe_count
  Matrix<T> images;   // m x probe_count

  /// Sets the report's norms, given B w in `approximation`, which is overwritten.
  void judge(Matrix<T> approximation, LowRankReport& report) const {
    double errors = 0;
    double norms = 0;
    double largest = 0;
    const std::int64_t m = images.rows();
    for (std::int64_t p = 0; p < probe_count; ++p) {
      T* const difference = approximation.data() + p * m;
      const T* const image = images.data() + p * m;
      for (std::int64_t i = 0; i < m; ++i) difference[i] = image[i] - difference[i];
      const double error = norm2(m, difference);
      errors = std::hypot(errors, error);
      norms = std::hypot(norms, norm2(m, image));
      largest = std::max(largest, error);
    }
    report.error_estimate = errors / std::sqrt(static_cast<double>(probe_count));
    report.norm_estimate = norms / std::sqrt(static_cast<double>(probe_count));
    report.spectral_error_bound = 10 * std::sqrt(2 / std::numbers::pi) * largest;
  }
};

}  // namespace croquis
