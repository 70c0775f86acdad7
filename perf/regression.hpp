// Regression models with a residual for each of many observations: the same code for every solver that fits them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis::perf {

enum class Link { exponential, logistic };

/// Residuals link(a_i^T x) - y_i for y = link(A x_true) + noise, A of independent normals of variance 1 / n, or with
/// the first column mixed into the others for a condition number of about `condition`.
class Regression {
 public:
  Regression(Link link, std::int64_t rows, std::int64_t cols, double condition);

  std::int64_t rows() const { return a_.rows(); }
  std::int64_t cols() const { return a_.cols(); }

  /// r := residuals first, first + 1, ...; J (unless null) := their derivatives, row by row.
  void evaluate(const double* x, std::int64_t first, std::span<double> r, double* j) const;
  /// J alone.
  void derivatives(const double* x, std::int64_t first, MatrixView<double> j) const;
  /// The largest |J_j^T r|.
  double largest_gradient(std::span<const double> x) const;

 private:
  Link link_;
  Matrix<double> a_;
  std::vector<double> y_;
};

}  // namespace croquis::perf
