#include "solvers/spectrum/block_basis.hpp"

#include <vector>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "linalg/select_columns.hpp"
#include "sketch/range_basis.hpp"

namespace croquis {
namespace {

// The columns of W that are longer than `least`.
Matrix<double> long_columns(MatrixView<const double> w, double least) {
  std::vector<std::int64_t> kept;
  for (std::int64_t j = 0; j < w.cols; ++j)
    if (norm2(w.rows, w.data + j * w.leading_dimension) > least) kept.push_back(j);
  return select_dense_columns(w, kept);
}

}  // namespace

void subtract_product(MatrixView<const double> q, MatrixView<const double> c, MatrixView<double> a) {
  if (q.cols == 0 || a.cols == 0) return;
  auto product = Matrix<double>::uninitialized(a.rows, a.cols);
  multiply_by<double>(q, c, product.view());
  for_each_tile(a.cols, [&](std::int64_t j) {
    double* const to = a.data + j * a.leading_dimension;
    const double* const less = product.data() + j * a.rows;
    for (std::int64_t i = 0; i < a.rows; ++i) to[i] -= less[i];
  });
}

Matrix<double> project_out(MatrixView<const double> v, MatrixView<double> w) {
  Matrix<double> coefficients(v.cols, w.cols);
  if (v.cols == 0 || w.cols == 0) return coefficients;
  Matrix<double> once(v.cols, w.cols);
  for (int pass = 0; pass < 2; ++pass) {
    multiply_by_transpose<double>(v, MatrixView<const double>(w), once.view());
    subtract_product(v, once.view(), w);
    for (std::int64_t j = 0; j < w.cols; ++j)
      for (std::int64_t i = 0; i < v.cols; ++i) coefficients(i, j) += once(i, j);
  }
  return coefficients;
}

void polish_orthonormal(MatrixView<double> v) {
  Matrix<double> correction(v.cols, v.cols);
  multiply_by_transpose<double>(MatrixView<const double>(v), MatrixView<const double>(v), correction.view());
  for (std::int64_t j = 0; j < v.cols; ++j) {
    correction(j, j) -= 1;
    for (std::int64_t i = 0; i < v.cols; ++i) correction(i, j) /= 2;
  }
  subtract_product(v, correction.view(), v);
}

Matrix<double> complement_basis(MatrixView<const double> v, MatrixView<const double> w, double negligible) {
  const std::int64_t room = w.rows - v.cols;
  if (room == 0 || w.cols == 0) return Matrix<double>(w.rows, 0);
  Matrix<double> q = range_basis<double>(long_columns(w, negligible));
  // What was short before it was scaled may lean towards V now; a column of which that leaves less than half was
  // rounding error.
  for (int round = 0; round < 2 && q.cols() > 0; ++round) {
    (void)project_out(v, q.view());
    q = range_basis<double>(long_columns(q.view(), 0.5));
  }
  if (q.cols() <= room) return q;
  return Matrix<double>(MatrixView<const double>(q.view().block(0, 0, q.rows(), room)));
}

}  // namespace croquis
