// Ceres, which ours is timed against.
#pragma once

#include <cstdint>
#include <vector>

#include "perf/regression.hpp"

namespace croquis::perf {

enum class CeresSolver { qr_lapack, qr_eigen, cholesky_lapack, cholesky_eigen };

struct CeresFit {
  std::vector<double> x;
  std::int64_t iterations = 0;
};

/// Fits from zero by Ceres' Levenberg-Marquardt with a dense solver, until no entry of the gradient exceeds
/// `largest_gradient`. The residuals are handed over in blocks of 256 rows, so that its threads evaluate them in
/// parallel.
CeresFit fit_by_ceres(const Regression& model, CeresSolver solver, double largest_gradient, int threads);

}  // namespace croquis::perf
