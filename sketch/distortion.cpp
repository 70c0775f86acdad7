#include <croquis/sketch/distortion.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/memory.hpp"
#include "sketch/check_sketch.hpp"

namespace croquis {
namespace {

// Scales each column to a norm in [1, 2) by a power of two: the range is the same, and neither the pivoting nor the
// numerical rank depends on the units of the columns.
void scale_columns(MatrixView<double> a) {
  for (std::int64_t j = 0; j < a.cols; ++j) {
    double* column = a.data + j * a.leading_dimension;
    const double norm = norm2(a.rows, column);
    if (norm == 0) continue;
    const int exponent = -std::ilogb(norm);
    for (std::int64_t i = 0; i < a.rows; ++i) column[i] = std::scalbn(column[i], exponent);
  }
}

// Overwrites the first columns of A (m >= n) by an orthonormal basis of its range; returns how many they are.
std::int64_t orthonormal_basis(MatrixView<double> a) {
  const blas_int m = to_blas_int(a.rows, "rows");
  const blas_int n = to_blas_int(a.cols, "columns");
  std::vector<blas_int> pivots(static_cast<std::size_t>(n), 0);
  std::vector<double> tau(static_cast<std::size_t>(n));
  Workspace<double> work(std::int64_t{64} * n + 3 * n + 64);
  const blas_int size = to_blas_int(work.size(), "workspace");
  blas_int info = 0;
  dgeqp3_(&m, &n, a.data, &m, pivots.data(), tau.data(), work.data(), &size, &info);
  const double tolerance = static_cast<double>(m) * std::numeric_limits<double>::epsilon() * std::abs(a(0, 0));
  blas_int rank = 0;
  while (rank < n && std::abs(a(rank, rank)) > tolerance) ++rank;
  if (rank > 0) dorgqr_(&m, &rank, &rank, a.data, &m, tau.data(), work.data(), &size, &info);
  return rank;
}

std::vector<double> singular_values(Matrix<double> a) {
  const blas_int m = to_blas_int(a.rows(), "rows");
  const blas_int n = to_blas_int(a.cols(), "columns");
  std::vector<double> values(static_cast<std::size_t>(std::min(m, n)));
  std::vector<blas_int> integers(8 * values.size());
  const blas_int one = 1;
  double unused = 0;
  const auto run = [&](double* work, blas_int size) {
    blas_int info = 0;
    dgesdd_("N", &m, &n, a.data(), &m, values.data(), &unused, &one, &unused, &one, work, &size, integers.data(), &info,
            1);
    if (info != 0) throw std::runtime_error("measure_distortion: the singular values did not converge");
  };
  double wanted = 0;
  run(&wanted, -1);
  Workspace<double> work(static_cast<std::int64_t>(wanted));
  run(work.data(), to_blas_int(work.size(), "workspace"));
  return values;
}

}  // namespace

Distortion measure_distortion(const AnySketch& s, const AnyMatrixView<double>& a) {
  check_sketch(s);
  check_view(a, "A");
  if (a.rows() != s.cols() || a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + " but must have " + std::to_string(s.cols()) +
                     " rows, the columns of S, and no more columns than rows");
  if (!all_finite(a)) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {.smallest = nan, .largest = nan, .distortion = nan};
  }
  if (a.cols() == 0) return {.smallest = 1, .largest = 1, .distortion = 0};
  Matrix<double> q = densify(a);
  scale_columns(q.view());
  const std::int64_t rank = orthonormal_basis(q.view());
  if (rank == 0) return {.smallest = 1, .largest = 1, .distortion = 0};
  const std::vector<double> values = singular_values(s * q.view().block(0, 0, q.rows(), rank));
  // Fewer rows than dimensions: some direction is lost.
  const double smallest = s.rows() < rank ? 0 : values.back();
  const double largest = values.front();
  return {.smallest = smallest, .largest = largest, .distortion = std::max(1 - smallest, largest - 1)};
}

}  // namespace croquis
