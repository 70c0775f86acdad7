#include "solvers/independent_columns.hpp"

#include <algorithm>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"

namespace croquis {

std::vector<std::int64_t> independent_columns(MatrixView<const double> r, std::optional<std::int64_t> first,
                                              double tolerance) {
  const std::int64_t n = r.cols;
  std::vector<std::int64_t> order;
  if (first) order.push_back(*first);
  for (std::int64_t j = 0; j < n; ++j)
    if (j != first) order.push_back(j);

  std::vector<std::int64_t> kept;
  Matrix<double> basis(n, n);
  Matrix<double> column(n, 1);
  Matrix<double> coefficients(n, 1);
  const SingleThreadedBlas single_threaded_blas;
  for (const std::int64_t j : order) {
    copy_serial<double>(r.block(0, j, n, 1), column.view());
    const double norm = norm2(n, column.data());
    if (norm == 0) continue;
    for (double& entry : column.entries()) entry /= norm;
    // Projecting twice leaves nothing but roundoff in the directions of the basis.
    const auto size = static_cast<std::int64_t>(kept.size());
    const auto span = basis.view().block(0, 0, n, size);
    const auto products = coefficients.view().block(0, 0, size, 1);
    for (int round = 0; round < 2 && size > 0; ++round) {
      multiply<double>(1, span.transposed(), column.view(), 0, products);
      multiply<double>(-1, span, products, 1, column.view());
    }
    const double distance = norm2(n, column.data());
    if (!(distance > tolerance)) continue;
    for (std::int64_t i = 0; i < n; ++i) basis(i, size) = column(i, 0) / distance;
    kept.push_back(j);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace croquis
