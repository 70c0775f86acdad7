#include "solvers/kernel/kernel_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"

namespace croquis {
namespace {

// Seconds on two cores of today, of which only ratios matter: to read a kept entry, to compute one of few coordinates,
// and for a multiplication of a triangle's making.
constexpr double kept_entry = 0.3e-9;
constexpr double computed_entry = 1.5e-9;
constexpr double gram_flop = 1 / 80e9;

// T of K_MM + jitter I. The first jitter is what rounding errors of the entries may take from the eigenvalues.
Matrix<double> root_of(const GaussianKernel& kernel, MatrixView<const double> centres, double& jitter) {
  const std::int64_t m = kernel.centres();
  Matrix<double> by_rows = Matrix<double>::uninitialized(m, m, Layout::row_major);
  kernel.fill(centres, by_rows.view());
  for (jitter = static_cast<double>(m) * std::numeric_limits<double>::epsilon();; jitter *= 100) {
    Matrix<double> t = Matrix<double>::uninitialized(m, m);
    copy<double>(by_rows.view().transposed(), t.view());  // symmetric
    for (std::int64_t j = 0; j < m; ++j) t(j, j) += jitter;
    if (cholesky<double>(t)) return t;
  }
}

}  // namespace

KernelFeatures::KernelFeatures(Matrix<double> points, std::vector<std::int64_t> centre_rows, bool intercept,
                               std::int64_t memory_limit)
    : points_(std::move(points)),
      centre_rows_(std::move(centre_rows)),
      kernel_(rows_of(points_.view(), centre_rows_).view()),
      t_(root_of(kernel_, rows_of(points_.view(), centre_rows_).view(), jitter_)),
      root_(t_.view().transposed(), intercept, 1, 1, {.preconditioner = NewtonPreconditioner::gram}) {
  std::int64_t kept = std::min(rows(), memory_limit / (8 * cols()));
  if (kept < rows()) kept = kept / 256 * 256;
  kept_ = Matrix<double>::uninitialized(kept, cols(), Layout::row_major);
  if (kept > 0) kernel_.fill(points_.view().block(0, 0, kept, points_.cols()), kept_.view());
}

void KernelFeatures::transformed_product(MatrixView<const double> x, MatrixView<double> g,
                                         const RowTransform<double>& transform) const {
  const Matrix<double> a = coefficients(x);
  Matrix<double> sum(cols(), x.cols), part(cols(), x.cols);
  if (kept_.rows() > 0) croquis::transformed_product<double>(kept_, a.view(), sum.view(), transform);
  const auto rest = points_.view().block(kept_.rows(), 0, rows() - kept_.rows(), points_.cols());
  for_each_kernel_block(kernel_, rest, [&](std::int64_t first, MatrixView<const double> block) {
    croquis::transformed_product<double>(block, a.view(), part.view(), [&](std::int64_t row, MatrixView<double> t) {
      transform(kept_.rows() + first + row, t);
    });
    for (std::int64_t i = 0; i < sum.view().size(); ++i) sum.data()[i] += part.data()[i];
  });
  solve_triangular<double>(Side::left, Transpose::yes, t_.view(), sum.view());
  copy_serial<double>(sum.view(), g);
}

double KernelFeatures::squared_norm(const std::vector<double>& row_scale) const {
  double sum = 0;
  for (const double s : row_scale) sum += s * s;
  return sum;
}

ScaledTriangle KernelFeatures::triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) const {
  const double factor = std::sqrt(static_cast<double>(rows()) / static_cast<double>(cols()));
  std::vector<double> sampled;
  for (const std::int64_t row : centre_rows_) sampled.push_back(factor * row_scale[static_cast<std::size_t>(row)]);
  return root_.triangle(sampled, ridge, seed);
}

double KernelFeatures::triangle_cost() const {
  const auto m = static_cast<double>(cols());
  const double product = m * (kept_entry * static_cast<double>(kept_.rows()) +
                              computed_entry * static_cast<double>(rows() - kept_.rows()));
  return 4.0 / 3 * m * m * m * gram_flop / product;
}

double KernelFeatures::triangle_passes() const { return static_cast<double>(cols()) / static_cast<double>(rows()); }

Matrix<double> KernelFeatures::coefficients(MatrixView<const double> x) const {
  Matrix<double> a = Matrix<double>::uninitialized(x.rows, x.cols);
  copy_serial<double>(x, a.view());
  solve_triangular<double>(Side::left, Transpose::no, t_.view(), a.view());
  return a;
}

}  // namespace croquis
