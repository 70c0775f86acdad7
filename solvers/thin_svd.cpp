#include "solvers/thin_svd.hpp"

#include <utility>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/products.hpp"
#include "sketch/range_basis.hpp"

namespace croquis {

template <class T>
ThinSvd<T> thin_svd(MatrixView<const T> a) {
  const std::int64_t n = a.cols;
  const Matrix<T> q = range_basis<T>(AnyMatrixView<T>(a));
  const std::int64_t rank = q.cols();
  // Q^T A, with rows of zeros to make it square: they keep the leading left vectors in the first `rank` coordinates.
  Matrix<T> small(n, n);
  multiply_by_transpose<T>(q, a, small.view().block(0, 0, rank, n));
  const SingularValueDecomposition<T> svd = singular_value_decomposition<T>(small.view());
  ThinSvd<T> result{Matrix<T>::uninitialized(a.rows, rank), {svd.s.begin(), svd.s.begin() + rank}, Matrix<T>(n, rank)};
  multiply_by<T>(q, svd.u.view().block(0, 0, rank, rank), result.u.view());
  copy_serial<T>(svd.vt.view().block(0, 0, rank, n).transposed(), result.w.view());
  return result;
}

template ThinSvd<float> thin_svd(MatrixView<const float>);
template ThinSvd<double> thin_svd(MatrixView<const double>);

}  // namespace croquis
