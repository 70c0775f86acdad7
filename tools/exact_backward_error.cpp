#include "tools/exact_backward_error.hpp"

#include <algorithm>
#include <cmath>

#include <croquis/linalg/linear_operator.hpp>

#include "tools/dense_copy.hpp"
#include "tools/lapack.hpp"

namespace croquis::tools {
namespace {

double norm_of(const double* x, std::int64_t n) {
  double largest = 0;
  for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(x[i]));
  if (largest == 0 || !std::isfinite(largest)) return largest;
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += (x[i] / largest) * (x[i] / largest);
  return largest * std::sqrt(sum);
}

// Householder QR in place; returns the reflectors' scales.
std::vector<double> factor(Matrix<double>& a) {
  const int m = static_cast<int>(a.rows());
  const int n = static_cast<int>(a.cols());
  std::vector<double> tau(static_cast<std::size_t>(n));
  int info = 0;
  int size = -1;
  double wanted = 0;
  dgeqrf_(&m, &n, a.data(), &m, tau.data(), &wanted, &size, &info);
  size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  dgeqrf_(&m, &n, a.data(), &m, tau.data(), work.data(), &size, &info);
  return tau;
}

// c = Q^T c for the Q that `factor` left.
void apply_transposed(const Matrix<double>& qr, const std::vector<double>& tau, std::vector<double>& c) {
  const int m = static_cast<int>(qr.rows());
  const int n = static_cast<int>(qr.cols());
  const int one = 1;
  int info = 0;
  int size = -1;
  double wanted = 0;
  dormqr_("L", "T", &m, &one, &n, qr.data(), &m, tau.data(), c.data(), &m, &wanted, &size, &info, 1, 1);
  size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  dormqr_("L", "T", &m, &one, &n, qr.data(), &m, tau.data(), c.data(), &m, work.data(), &size, &info, 1, 1);
}

}  // namespace

ExactBackwardError::ExactBackwardError(const AnyMatrixView<double>& a) : a_(a), qr_(dense_copy(a)) {
  for (std::int64_t j = 0; j < qr_.cols(); ++j) {
    double* column = qr_.data() + j * qr_.rows();
    const double norm = norm_of(column, qr_.rows());
    column_norms_.push_back(norm == 0 ? 1 : norm);
    for (std::int64_t i = 0; i < qr_.rows(); ++i) column[i] /= column_norms_.back();
    frobenius_norm_ = std::hypot(frobenius_norm_, norm == 0 ? 0 : 1);
  }
  tau_ = factor(qr_);
}

std::vector<double> ExactBackwardError::estimate(MatrixView<const double> x, MatrixView<const double> b) const {
  std::vector<double> result;
  for (std::int64_t k = 0; k < b.cols; ++k)
    result.push_back(estimate_one(x.data + k * x.leading_dimension, b.data + k * b.leading_dimension));
  return result;
}

double ExactBackwardError::estimate_one(const double* x, const double* b) const {
  const std::int64_t m = qr_.rows();
  const std::int64_t n = qr_.cols();
  const double b_norm = norm_of(b, m);
  if (b_norm == 0 || frobenius_norm_ == 0) return 0;
  std::vector<double> residual(static_cast<std::size_t>(m));
  linear_operator(a_).multiply(column_major(x, n, 1), column_major(residual.data(), m, 1));
  for (std::int64_t i = 0; i < m; ++i) residual[i] = b[i] - residual[i];
  std::vector<double> scaled(x, x + n);
  for (std::int64_t j = 0; j < n; ++j) scaled[j] *= column_norms_[j];

  const double theta = frobenius_norm_ / b_norm;
  const double weight = std::hypot(1.0, theta * norm_of(scaled.data(), n));
  const double mu = theta * norm_of(residual.data(), m) / weight;
  if (mu == 0) return 0;
  if (!std::isfinite(mu)) return mu;

  apply_transposed(qr_, tau_, residual);
  Matrix<double> stacked(2 * n, n);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i <= j; ++i) stacked(i, j) = qr_(i, j);
    stacked(n + j, j) = mu;
  }
  const std::vector<double> tau = factor(stacked);
  std::vector<double> projected(static_cast<std::size_t>(2 * n));
  std::copy_n(residual.begin(), n, projected.begin());
  apply_transposed(stacked, tau, projected);
  return theta / weight * norm_of(projected.data(), n) / frobenius_norm_;
}

}  // namespace croquis::tools
