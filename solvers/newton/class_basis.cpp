#include "solvers/newton/class_basis.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "linalg/blas.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

Partition row_parts(std::int64_t rows) { return Partition(rows, 64, 256); }

// The weighted mean of diag(p) - p p^T, K x K.
Matrix<double> mean_curvature(const ModelData& data, const double* p) {
  const std::int64_t k = data.predictors;
  const auto m = static_cast<std::int64_t>(data.response.size());
  const Partition parts = row_parts(m);
  Workspace<double> sums(parts.count * k * k);
  for_each_tile(parts.count, [&](std::int64_t part) {
    double* const sum = sums.data() + part * k * k;
    std::fill_n(sum, k * k, 0.0);
    const Observations run = data.run(parts.begin(part), parts.length(part));
    for (std::int64_t i = 0; i < run.count; ++i) {
      const double* const row = p + (parts.begin(part) + i) * k;
      for (std::int64_t a = 0; a < k; ++a) {
        const double factor = run.weight_at(i) * row[a];
        sum[a + a * k] += factor;
        for (std::int64_t b = 0; b < k; ++b) sum[b + a * k] -= factor * row[b];
      }
    }
  });
  Matrix<double> c(k, k);
  for (std::int64_t part = 0; part < parts.count; ++part)
    for (std::int64_t j = 0; j < k * k; ++j) c.data()[j] += sums[part * k * k + j];
  return c;
}

// Column j: j + 1 equal entries, then one that makes their sum zero.
Matrix<double> helmert_basis(std::int64_t k) {
  Matrix<double> q(k, k - 1);
  for (std::int64_t j = 0; j + 1 < k; ++j) {
    const auto count = static_cast<double>(j + 1);
    const double entry = 1 / std::sqrt(count * (count + 1));
    for (std::int64_t i = 0; i <= j; ++i) q(i, j) = entry;
    q(j + 1, j) = -count * entry;
  }
  return q;
}

// Overwrites a symmetric matrix with its eigenvectors.
void eigenvectors(Matrix<double>& a) {
  const blas_int n = to_blas_int(a.rows(), "classes");
  std::vector<double> values(static_cast<std::size_t>(n));
  Workspace<double> work(std::int64_t{66} * n);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  const SingleThreadedBlas single_threaded_blas;
  dsyev_("V", "U", &n, a.data(), &n, values.data(), work.data(), &size, &info, 1, 1);
  if (info != 0) throw std::runtime_error("the eigenvalues of the classes' curvature did not converge");
}

}  // namespace

Matrix<double> class_basis(const ModelData& data, const double* p) {
  const std::int64_t k = data.predictors;
  const Matrix<double> c = mean_curvature(data, p);
  const SingleThreadedBlas single_threaded_blas;
  const Matrix<double> q = helmert_basis(k);
  Matrix<double> cq(k, k - 1), projected(k - 1, k - 1), basis(k, k - 1);
  multiply<double>(1, c.view(), q.view(), 0, cq.view());
  multiply<double>(1, q.view().transposed(), cq.view(), 0, projected.view());
  eigenvectors(projected);
  multiply<double>(1, q.view(), projected.view(), 0, basis.view());
  return basis;
}

std::vector<double> class_row_scale(const ModelData& data, const double* p, const double* v) {
  const std::int64_t k = data.predictors;
  std::vector<double> scale(data.response.size());
  const Partition parts = row_parts(static_cast<std::int64_t>(scale.size()));
  for_each_tile(parts.count, [&](std::int64_t part) {
    const Observations run = data.run(parts.begin(part), parts.length(part));
    for (std::int64_t i = 0; i < run.count; ++i) {
      const double* const row = p + (parts.begin(part) + i) * k;
      double mean = 0;
      for (std::int64_t a = 0; a < k; ++a) mean += row[a] * v[a];
      double variance = 0;
      for (std::int64_t a = 0; a < k; ++a) variance += row[a] * (v[a] - mean) * (v[a] - mean);
      scale[static_cast<std::size_t>(parts.begin(part) + i)] = std::sqrt(run.weight_at(i) * variance);
    }
  });
  return scale;
}

}  // namespace croquis
