#include "solvers/ridge_matrix.hpp"

#include <cassert>

#include "linalg/copy.hpp"

namespace croquis {
namespace {

// The rows of A, and the rows below them.
template <class T>
MatrixView<T> above(MatrixView<T> y, std::int64_t n) {
  return y.block(0, 0, y.rows - n, y.cols);
}
template <class T>
MatrixView<T> below(MatrixView<T> y, std::int64_t n) {
  return y.block(y.rows - n, 0, n, y.cols);
}

}  // namespace

template <class T>
void RidgeMatrix<T>::multiply(MatrixView<const T> x, MatrixView<T> y) const {
  a_.multiply(x, above(y, cols()));
  const auto penalty = below(y, cols());
  for (std::int64_t v = 0; v < x.cols; ++v)
    for (std::int64_t j = 0; j < cols(); ++j) penalty(j, v) = root(v) * x(j, v);
}

template <class T>
void RidgeMatrix<T>::multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const {
  a_.multiply_transposed(above(y, cols()), x);
  const auto penalty = below(y, cols());
  for (std::int64_t v = 0; v < x.cols; ++v)
    for (std::int64_t j = 0; j < cols(); ++j) x(j, v) += root(v) * penalty(j, v);
}

template <class T>
void RidgeMatrix<T>::normal_product(MatrixView<const T> x, MatrixView<T> g) const {
  a_.normal_product(x, g);
  for (std::int64_t v = 0; v < x.cols; ++v)
    for (std::int64_t j = 0; j < cols(); ++j) g(j, v) += root(v) * (root(v) * x(j, v));
}

template <class T>
void RidgeMatrix<T>::residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                                           MatrixView<T> g) const {
  a_.residual_and_gradient(x, above(b, cols()), above(r, cols()), g);
  const auto rest = below(r, cols());
  const auto target = below(b, cols());
  for (std::int64_t v = 0; v < x.cols; ++v) {
    for (std::int64_t j = 0; j < cols(); ++j) {
      rest(j, v) = target(j, v) - root(v) * x(j, v);
      g(j, v) += root(v) * rest(j, v);
    }
  }
}

template <class T>
void RidgeMatrix<T>::set_identity(MatrixView<T> out) const {
  assert(roots_.size() == 1);
  set_zero<T>(out);
  for (std::int64_t j = 0; j < cols(); ++j) out(j, j) = root(0);
}

template <class T>
void RidgeMatrix<T>::sketch(const AnySketch& s, MatrixView<T> out) const {
  a_.sketch(s, above(out, cols()));
  set_identity(below(out, cols()));
}

template <class T>
Matrix<T> RidgeMatrix<T>::densify() const {
  Matrix<T> result = Matrix<T>::uninitialized(rows(), cols());
  const Matrix<T> a = a_.densify();
  copy<T>(a.view(), above(result.view(), cols()));
  set_identity(below(result.view(), cols()));
  return result;
}

template <class T>
Matrix<T> RidgeMatrix<T>::gram(const std::vector<T>& scale) const {
  Matrix<T> g = a_.gram(scale);
  for (std::int64_t j = 0; j < cols(); ++j) g(j, j) += (root(0) * scale[j]) * (root(0) * scale[j]);
  return g;
}

template <class T>
Matrix<float> RidgeMatrix<T>::gram_in_float(const std::vector<T>& scale) const {
  Matrix<float> g = a_.gram_in_float(scale);
  for (std::int64_t j = 0; j < cols(); ++j) {
    const float below = static_cast<float>(root(0) * scale[j]);
    g(j, j) += below * below;
  }
  return g;
}

template <class T>
GramAndProduct<T> RidgeMatrix<T>::preconditioned_gram(MatrixView<const T> r, MatrixView<const T> v) const {
  GramAndProduct<T> sum = a_.preconditioned_gram(r, above(v, cols()));
  Matrix<T> identity(cols(), cols());
  set_identity(identity.view());
  const GramAndProduct<T> rest = croquis::preconditioned_gram<T>(identity, r, below(v, cols()));
  for (std::int64_t i = 0; i < cols() * cols(); ++i) sum.gram.data()[i] += rest.gram.data()[i];
  for (std::int64_t i = 0; i < cols() * v.cols; ++i) sum.product.data()[i] += rest.product.data()[i];
  return sum;
}

template <class T>
void RidgeMatrix<T>::set_right_hand_side(MatrixView<const T> b, MatrixView<T> out) const {
  a_.set_right_hand_side(b, above(out, cols()));
  set_zero<T>(below(out, cols()));
}

template class RidgeMatrix<float>;
template class RidgeMatrix<double>;

}  // namespace croquis
