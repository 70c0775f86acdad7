// A matrix known only by its products.
#pragma once

#include <cstdint>
#include <functional>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// A rows x cols linear map known by two callables, each for a block of vectors:
/// `multiply(X, Y)` writes Y = A X (X: cols x k, Y: rows x k) and `multiply_transposed(Y, X)` writes X = A^T Y.
/// Both must overwrite their second argument, accept column-major blocks of any k, and be adjoint to each other.
template <class T>
struct LinearOperator {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::function<void(MatrixView<const T>, MatrixView<T>)> multiply;
  std::function<void(MatrixView<const T>, MatrixView<T>)> multiply_transposed;
};

/// The operator of a dense or sparse matrix, which must outlive it. The products are multithreaded and give the
/// same bits for any number of threads.
CROQUIS_API LinearOperator<float> linear_operator(const AnyMatrixView<float>& a);
CROQUIS_API LinearOperator<double> linear_operator(const AnyMatrixView<double>& a);

}  // namespace croquis
