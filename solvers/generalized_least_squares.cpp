#include <croquis/solvers/generalized_least_squares.hpp>

#include <string>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/parallel.hpp"
#include "solvers/solve_problem.hpp"

namespace croquis {
namespace {

// B := L^-1 B, by blocks of columns, for L = R^T.
template <class T>
void solve_lower(const Matrix<T>& r, Matrix<T>& b) {
  const Partition blocks(b.cols(), 64, 16);
  for_each_tile(blocks.count, [&](std::int64_t i) {
    solve_triangular<T>(Side::left, Transpose::yes, r.view(),
                        b.view().block(0, blocks.begin(i), b.rows(), blocks.length(i)));
  });
}

template <class T>
LeastSquaresFit<T> solve(const AnyMatrixView<T>& a, MatrixView<const T> b, MatrixView<const T> l,
                         const LeastSquaresOptions& options) {
  check_view(a, "A");
  check_view(b, "B");
  check_view(l, "L");
  check_right_hand_side(a.rows(), a.cols(), b.rows, b.cols);
  check_shape(l.rows, l.cols, a.rows(), a.rows(), "L", "it is square, with A's rows");
  for (std::int64_t i = 0; i < l.rows; ++i)
    if (l(i, i) == T(0)) throw InvalidOption("L(" + std::to_string(i) + ", " + std::to_string(i) + ") is zero");
  Matrix<T> r = Matrix<T>::uninitialized(l.rows, l.rows);
  copy<T>(l.transposed(), r.view());
  Matrix<T> whitened = densify<T>(a);
  Matrix<T> whitened_b = Matrix<T>::uninitialized(b.rows, b.cols);
  copy<T>(b, whitened_b.view());
  solve_lower(r, whitened);
  solve_lower(r, whitened_b);
  r = {};
  return least_squares(whitened, std::as_const(whitened_b).view(), options);
}

template <class T>
LeastSquaresFit<T> solve(const AnyMatrixView<T>& a, MatrixView<const T> b, const LinearOperator<T>& inverse_factor,
                         const LeastSquaresOptions& options) {
  check_view(a, "A");
  check_view(b, "B");
  check_right_hand_side(a.rows(), a.cols(), b.rows, b.cols);
  check_shape(inverse_factor.rows, inverse_factor.cols, a.rows(), a.rows(), "inverse_factor",
              "it is square, with A's rows");
  if (!inverse_factor.multiply) throw InvalidOption("inverse_factor.multiply is empty");
  Matrix<T> whitened(a.rows(), a.cols());
  Matrix<T> whitened_b(b.rows, b.cols);
  {
    const Matrix<T> dense = densify<T>(a);
    inverse_factor.multiply(dense.view(), whitened.view());
  }
  Matrix<T> own_b = Matrix<T>::uninitialized(b.rows, b.cols);
  copy<T>(b, own_b.view());
  inverse_factor.multiply(std::as_const(own_b).view(), whitened_b.view());
  return least_squares(whitened, std::as_const(whitened_b).view(), options);
}

}  // namespace

#define CROQUIS_DEFINE(T)                                                                                   \
  LeastSquaresFit<T> generalized_least_squares(const AnyMatrixView<T>& a, MatrixView<const T> b,            \
                                               MatrixView<const T> l, const LeastSquaresOptions& options) { \
    return solve<T>(a, b, l, options);                                                                      \
  }                                                                                                         \
  LeastSquaresFit<T> generalized_least_squares(const AnyMatrixView<T>& a, MatrixView<const T> b,            \
                                               const LinearOperator<T>& inverse_factor,                     \
                                               const LeastSquaresOptions& options) {                        \
    return solve<T>(a, b, inverse_factor, options);                                                         \
  }
CROQUIS_DEFINE(float)
CROQUIS_DEFINE(double)
#undef CROQUIS_DEFINE

}  // namespace croquis
