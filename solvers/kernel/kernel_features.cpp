#include "solvers/kernel/kernel_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <croquis/sketch/row_sampling.hpp>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// Seconds on two cores of today, of which only ratios matter: to read a kept entry, to compute one of few coordinates,
// and for a multiplication of a triangle's making.
constexpr double kept_entry = 0.3e-9;
constexpr double computed_entry = 1.5e-9;
constexpr double gram_flop = 1 / 80e9;
// The condition number left is some 9, as that of four random rows for each column.
constexpr std::int64_t rows_per_centre = 4;
// Below, products with T^-1 have rounding errors above some 1e-6 of a predictor.
constexpr double least_ridge_of_kernel_rows = 1e-8;
// Rows that solve with T together.
constexpr std::int64_t most_parts = 256;
constexpr std::int64_t least_rows = 128;

// T of K_MM + jitter I. The first jitter is what rounding errors of the entries may take from the eigenvalues.
Matrix<double> root_of(const RadialKernel& kernel, MatrixView<const double> centres, double& jitter) {
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

void add(const Matrix<double>& part, Matrix<double>& sum) {
  for (std::int64_t i = 0; i < sum.view().size(); ++i) sum.data()[i] += part.data()[i];
}

}  // namespace

KernelFeatures::KernelFeatures(KernelFunction function, Matrix<double> points,
                               const std::vector<std::int64_t>& centre_rows, bool intercept, double least_ridge,
                               std::int64_t memory_limit)
    : points_(std::move(points)),
      kernel_(function, rows_of(points_.view(), centre_rows).view()),
      intercept_(intercept),
      t_(root_of(kernel_, rows_of(points_.view(), centre_rows).view(), jitter_)),
      keeps_features_(least_ridge < least_ridge_of_kernel_rows) {
  std::int64_t kept = std::min(rows(), memory_limit / (8 * cols()));
  if (kept < rows()) kept = kept / 256 * 256;
  kept_ = Matrix<double>::uninitialized(kept, cols(), Layout::row_major);
  kernel_.fill(points_.view().block(0, 0, kept, points_.cols()), kept_.view());
  if (keeps_features_) to_features(kept_.view());
}

std::int64_t KernelFeatures::sample_size() const { return std::min(rows(), rows_per_centre * cols()); }

void KernelFeatures::to_features(MatrixView<double> k) const {
  const Partition parts(k.rows, most_parts, least_rows);
  for_each_tile(parts.count, [&](std::int64_t part) {
    const auto some = k.block(parts.begin(part), 0, parts.length(part), k.cols);
    solve_triangular<double>(Side::left, Transpose::yes, t_.view(), some.transposed());
  });
}

void KernelFeatures::transformed_product(MatrixView<const double> x, MatrixView<double> g,
                                         const RowTransform<double>& transform) const {
  Matrix<double> sum(cols(), x.cols), part(cols(), x.cols);
  if (!keeps_features_ || kept_.rows() < rows()) {
    const Matrix<double> a = coefficients(x);
    const auto rest = points_.view().block(kept_.rows(), 0, rows() - kept_.rows(), points_.cols());
    for_each_kernel_block(kernel_, rest, [&](std::int64_t first, MatrixView<const double> block) {
      croquis::transformed_product<double>(block, a.view(), part.view(), [&](std::int64_t row, MatrixView<double> t) {
        transform(kept_.rows() + first + row, t);
      });
      add(part, sum);
    });
    if (!keeps_features_ && kept_.rows() > 0) {
      croquis::transformed_product<double>(kept_, a.view(), part.view(), transform);
      add(part, sum);
    }
    solve_triangular<double>(Side::left, Transpose::yes, t_.view(), sum.view());
  }
  if (keeps_features_ && kept_.rows() > 0) {
    croquis::transformed_product<double>(kept_, x, part.view(), transform);
    add(part, sum);
  }
  copy_serial<double>(sum.view(), g);
}

double KernelFeatures::squared_norm(const std::vector<double>& row_scale) const {
  double sum = 0;
  for (const double s : row_scale) sum += s * s;
  return sum;
}

Matrix<double> KernelFeatures::features_of(const std::vector<std::int64_t>& rows) const {
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t kept = std::lower_bound(rows.begin(), rows.end(), kept_.rows()) - rows.begin();
  Matrix<double> result = Matrix<double>::uninitialized(count, cols(), Layout::row_major);
  for (std::int64_t i = 0; i < kept; ++i)
    std::copy_n(kept_.data() + rows[static_cast<std::size_t>(i)] * cols(), cols(), result.data() + i * cols());
  kernel_.fill(rows_of(points_.view(), {rows.begin() + kept, rows.end()}).view(),
               result.view().block(kept, 0, count - kept, cols()));
  const std::int64_t done = keeps_features_ ? kept : 0;
  to_features(result.view().block(done, 0, count - done, cols()));
  return result;
}

ScaledTriangle KernelFeatures::triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) {
  std::vector<std::int64_t> sample(static_cast<std::size_t>(sample_size()));
  std::vector<double> scale = row_scale;
  if (sample_size() == rows()) {
    std::iota(sample.begin(), sample.end(), 0);
  } else {
    // Half of the chances are by curvature, of which a few rows may have nearly all, and half are the same for all
    // rows.
    const double mean = squared_norm(row_scale) / static_cast<double>(rows());
    std::vector<double> chances;
    for (const double s : row_scale) chances.push_back(mean > 0 ? s * s + mean : 1);
    const RowSampling drawn = RowSampling::weighted(sample_size(), chances, seed);
    sample.assign(drawn.sampled().begin(), drawn.sampled().end());
    for (std::size_t i = 0; i < sample.size(); ++i)
      scale[i] = drawn.scales()[i] * row_scale[static_cast<std::size_t>(sample[i])];
    scale.resize(sample.size());
  }
  const Matrix<double> sampled = features_of(sample);
  return CurvatureRoot(sampled.view(), intercept_, 1, 1, {.preconditioner = NewtonPreconditioner::gram})
      .triangle(scale, ridge, seed);
}

double KernelFeatures::triangle_cost() const {
  const auto m = static_cast<double>(cols());
  const double product = m * (kept_entry * static_cast<double>(kept_.rows()) +
                              computed_entry * static_cast<double>(rows() - kept_.rows()));
  return m * m * (2 * static_cast<double>(sample_size()) + m / 3) * gram_flop / product;
}

double KernelFeatures::triangle_passes() const {
  return static_cast<double>(sample_size()) / static_cast<double>(rows());
}

Matrix<double> KernelFeatures::coefficients(MatrixView<const double> x) const {
  Matrix<double> a = Matrix<double>::uninitialized(x.rows, x.cols);
  copy_serial<double>(x, a.view());
  solve_triangular<double>(Side::left, Transpose::no, t_.view(), a.view());
  return a;
}

}  // namespace croquis
