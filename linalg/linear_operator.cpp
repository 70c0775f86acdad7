#include <croquis/linalg/linear_operator.hpp>

#include "linalg/check.hpp"
#include "linalg/products.hpp"

namespace croquis {
namespace {

template <class T>
LinearOperator<T> make(const AnyMatrixView<T>& a) {
  check_view(a, "a");
  const std::int64_t rows = a.rows();
  const std::int64_t cols = a.cols();
  return {rows, cols,
          [a, rows, cols](MatrixView<const T> x, MatrixView<T> y) {
            check_shape(x.rows, x.cols, cols, y.cols, "X", "A X needs a row for each column of A");
            check_shape(y.rows, y.cols, rows, x.cols, "Y", "Y = A X has A's rows and X's columns");
            multiply_by<T>(a, x, y);
          },
          [a, rows, cols](MatrixView<const T> y, MatrixView<T> x) {
            check_shape(y.rows, y.cols, rows, x.cols, "Y", "A^T Y needs a row for each row of A");
            check_shape(x.rows, x.cols, cols, y.cols, "X", "X = A^T Y has A's columns and Y's columns");
            multiply_by_transpose<T>(a, y, x);
          }};
}

}  // namespace

LinearOperator<float> linear_operator(const AnyMatrixView<float>& a) { return make(a); }
LinearOperator<double> linear_operator(const AnyMatrixView<double>& a) { return make(a); }

}  // namespace croquis
