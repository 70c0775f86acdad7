#include "solvers/newton/scaled_triangle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/products.hpp"

namespace croquis {
namespace {

// A direction is dependent if it is not longer than this many times the floor that holds it up.
constexpr double above_floor = 4;

void solve_with(const Matrix<double>& r, double* z) {
  const auto column = column_major(z, r.rows(), 1);
  solve_triangular<double>(Side::left, Transpose::yes, r.view(), column);
  solve_triangular<double>(Side::left, Transpose::no, r.view(), column);
}

}  // namespace

void ScaledTriangle::solve(const double* b, double* z) const {
  const auto n = static_cast<std::int64_t>(scale.size());
  for (std::int64_t j = 0; j < n; ++j) z[j] = scale[static_cast<std::size_t>(j)] * b[j];
  if (c.rows() > 0) {
    const std::int64_t d = c.rows();
    std::vector<double> image(static_cast<std::size_t>(d)), correction(scale.size());
    const AnyMatrixView<double> tall = c.view().transposed();
    multiply_by_transpose<double>(tall, column_major<const double>(z, n, 1), column_major(image.data(), d, 1));
    solve_with(r, image.data());
    multiply_by<double>(tall, column_major<const double>(image.data(), d, 1), column_major(correction.data(), n, 1));
    for (std::int64_t j = 0; j < n; ++j) z[j] -= correction[static_cast<std::size_t>(j)];
  } else if (r.rows() > 0) {
    solve_with(r, z);
  }
  for (std::int64_t j = 0; j < n; ++j) z[j] *= scale[static_cast<std::size_t>(j)];
}

void pin_dependent_columns(Matrix<double>& r, double floor) {
  const std::int64_t n = r.cols();
  std::vector<double> combination(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < n; ++j) {
    if (std::abs(r(j, j)) >= independent_column) continue;
    // The combination of a_j and those before it that is left: |r_jj| long, with coefficients (-R^-1 r_j, 1).
    std::copy_n(r.data() + j * n, j, combination.data());
    solve_triangular<double>(Side::left, Transpose::no, r.view().block(0, 0, j, j),
                             column_major(combination.data(), j, 1));
    if (std::abs(r(j, j)) > above_floor * floor * std::hypot(1, norm2(j, combination.data()))) continue;
    r(j, j) = 1;
    for (std::int64_t k = j + 1; k < n; ++k) r(j, k) = 0;
  }
}

double shortest_diagonal(const Matrix<double>& r) {
  double shortest = std::numeric_limits<double>::infinity();
  for (std::int64_t j = 0; j < r.rows(); ++j) shortest = std::min(shortest, std::abs(r(j, j)));
  return shortest;
}

}  // namespace croquis
