#include <croquis/solvers/nystrom.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "sketch/range_basis.hpp"
#include "solvers/conclude.hpp"
#include "solvers/probes.hpp"
#include "solvers/thin_svd.hpp"

namespace croquis {
namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

void check_arguments(const LinearOperator<double>& h, std::int64_t rank, std::int64_t oversampling) {
  if (h.rows != h.cols)
    throw ShapeError("H is " + shape_text(h.rows, h.cols) + ": a symmetric matrix has as many rows as columns");
  if (rank < 1 || rank > h.rows)
    throw InvalidOption("rank is " + std::to_string(rank) + " but must be from 1 to " + std::to_string(h.rows) +
                        ", the rows of H");
  if (oversampling < 0)
    throw InvalidOption("oversampling is " + std::to_string(oversampling) + " but must not be negative");
}

// U diag(lambda) U^T w for each column of `vectors`.
Matrix<double> apply_factors(const NystromApproximation& result, const Matrix<double>& vectors) {
  Matrix<double> coordinates(result.u.cols(), vectors.cols());
  multiply_by_transpose<double>(result.u, vectors.view(), coordinates.view());
  for (std::int64_t p = 0; p < coordinates.cols(); ++p)
    for (std::int64_t j = 0; j < coordinates.rows(); ++j)
      coordinates(j, p) *= result.eigenvalues[static_cast<std::size_t>(j)];
  Matrix<double> image(result.u.rows(), vectors.cols());
  multiply_by<double>(result.u, coordinates.view(), image.view());
  return image;
}

NystromApproximation failed(NystromApproximation result, Status status, const char* message) {
  result.status = status;
  result.message = message;
  return result;
}

}  // namespace

NystromApproximation nystrom_approximation(const LinearOperator<double>& h, std::int64_t rank,
                                           std::int64_t oversampling, std::uint64_t seed) {
  check_arguments(h, rank, oversampling);
  const std::int64_t n = h.rows;
  const std::int64_t cols = std::min(n, rank + oversampling);
  NystromApproximation result;
  Matrix<double> test = standard_normals<double>(n, cols + probe_count, seed);
  const Matrix<double> omega = range_basis<double>(AnyMatrixView<double>(test.view().block(0, 0, n, cols)));
  copy<double>(omega.view(), test.view().block(0, 0, n, omega.cols()));
  Matrix<double> product = Matrix<double>::uninitialized(n, cols + probe_count);
  h.multiply(test.view(), product.view());
  result.passes = 1;
  if (!all_finite<double>(product.view()))
    return failed(std::move(result), Status::non_finite_input, "not computed: H has a product that is not finite");
  const Probes<double> probe{Matrix<double>(MatrixView<const double>(test.view().block(0, cols, n, probe_count))),
                             Matrix<double>(MatrixView<const double>(product.view().block(0, cols, n, probe_count)))};

  // Y = (H + shift I) Omega; then Y (Omega^T Y)^-1 Y^T = B B^T with B = Y C^-1, C^T C = Omega^T Y.
  const auto y = product.view().block(0, 0, n, omega.cols());
  const double norm = norm2(n * omega.cols(), product.data());
  const double shift = 2 * std::sqrt(static_cast<double>(n)) * roundoff * norm;
  for (std::int64_t j = 0; j < omega.cols(); ++j)
    for (std::int64_t i = 0; i < n; ++i) y(i, j) += shift * omega(i, j);
  if (norm > 0) {
    Matrix<double> core(omega.cols(), omega.cols());
    multiply_by_transpose<double>(omega, y, core.view());
    for (std::int64_t j = 0; j < core.cols(); ++j)
      for (std::int64_t i = 0; i < j; ++i) core(i, j) = (core(i, j) + core(j, i)) / 2;
    if (!cholesky<double>(core))
      return failed(std::move(result), Status::accuracy_not_reached,
                    "not computed: H is not positive semidefinite to working accuracy");
    solve_triangular<double>(Side::right, Transpose::no, core.view(), y);
    const ThinSvd<double> svd = thin_svd<double>(y);
    const std::int64_t kept = std::min(rank, svd.u.cols());
    result.u = Matrix<double>(MatrixView<const double>(svd.u.view().block(0, 0, n, kept)));
    for (std::int64_t j = 0; j < kept; ++j) {
      const double s = svd.s[static_cast<std::size_t>(j)];
      result.eigenvalues.push_back(std::max(0.0, s * s - shift));
    }
  } else {
    result.u = Matrix<double>(n, 0);
  }
  probe.judge(apply_factors(result, probe.vectors), result);
  result.message = "relative error about " +
                   scientific(result.norm_estimate > 0 ? result.error_estimate / result.norm_estimate : 0) +
                   " with one product";
  return result;
}

}  // namespace croquis
