#include "perf/backward_error.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"

namespace croquis::perf {
namespace {

double norm(const std::vector<double>& x) { return norm2<double>(static_cast<std::int64_t>(x.size()), x.data()); }

// b - A x, rounded once.
std::vector<double> residual(const Matrix<double>& a, const std::vector<double>& x, std::span<const double> b) {
  std::vector<double> r(b.size());
  const Partition parts(a.rows(), 256, 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    const std::int64_t first = parts.begin(part);
    std::vector<long double> sum(b.begin() + first, b.begin() + parts.end(part));
    for (std::int64_t j = 0; j < a.cols(); ++j) {
      const double* column = a.data() + j * a.rows() + first;
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] -= static_cast<long double>(column[i]) * x[j];
    }
    std::copy(sum.begin(), sum.end(), r.begin() + first);
  });
  return r;
}

// A^T r, rounded once.
std::vector<double> transposed_product(const Matrix<double>& a, const std::vector<double>& r) {
  std::vector<double> g(a.cols());
  for_each_tile(a.cols(), [&](std::int64_t j) {
    const double* column = a.data() + j * a.rows();
    long double sum = 0;
    for (std::int64_t i = 0; i < a.rows(); ++i) sum += static_cast<long double>(column[i]) * r[i];
    g[j] = static_cast<double>(sum);
  });
  return g;
}

}  // namespace

BackwardErrorMeasure::BackwardErrorMeasure(MatrixView<const double> a)
    : a_(Matrix<double>::uninitialized(a.rows, a.cols)), column_norms_(a.cols, 1.0) {
  copy<double>(a, a_.view());
  for_each_tile(a_.cols(), [&](std::int64_t j) {
    double* column = a_.data() + j * a_.rows();
    const double size = norm2<double>(a_.rows(), column);
    if (size == 0) return;
    column_norms_[j] = size;
    for (std::int64_t i = 0; i < a_.rows(); ++i) column[i] /= size;
  });
  frobenius_norm_ = norm2<double>(a_.view().size(), a_.data());
  Matrix<double> factors = a_;
  r_factor_ = tall_qr<double>(factors.view(), Matrix<double>(a.rows, 0).view()).r;
}

double BackwardErrorMeasure::of(std::span<const double> x, std::span<const double> b) const {
  const std::int64_t n = a_.cols();
  std::vector<double> y(x.begin(), x.end());
  for (std::int64_t j = 0; j < n; ++j) y[j] *= column_norms_[j];
  const std::vector<double> r = residual(a_, y, b);
  std::vector<double> g = transposed_product(a_, r);

  const double theta = frobenius_norm_ / norm2<double>(static_cast<std::int64_t>(b.size()), b.data());
  const double weight = theta / std::sqrt(1 + theta * theta * norm(y) * norm(y));
  // A^T A + c^2 I = L L^T, where L^T is the triangle of [R; c I].
  const Matrix<double> transposed_l = append_scaled_identity<double>(r_factor_.view(), weight * norm(r));
  solve_triangular<double>(Side::left, Transpose::yes, transposed_l.view(), column_major(g.data(), n, 1));
  return weight * norm(g) / frobenius_norm_;
}

double BackwardErrorMeasure::worst(MatrixView<const double> x, MatrixView<const double> b) const {
  double worst = 0;
  for (std::int64_t k = 0; k < b.cols; ++k) {
    std::vector<double> x_column(x.rows), b_column(b.rows);
    copy_serial<double>(x.block(0, k, x.rows, 1), column_major(x_column.data(), x.rows, 1));
    copy_serial<double>(b.block(0, k, b.rows, 1), column_major(b_column.data(), b.rows, 1));
    worst = std::max(worst, of(x_column, b_column));
  }
  return worst;
}

}  // namespace croquis::perf
