#include "solvers/operator_matrix.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include <croquis/errors.hpp>
#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/finite.hpp"

namespace croquis {
namespace {

constexpr std::int64_t block_bytes = std::int64_t{64} << 20;
constexpr std::int64_t most_columns = 64;
// Products may lose this many times sqrt(m + n) roundoffs of ||A x|| ||y||.
constexpr double adjoint_slack = 100;

std::string all_digits(double value) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value);
  return {text, written.ptr};
}

template <class T>
double dot(const Matrix<T>& x, const Matrix<T>& y) {
  double sum = 0;
  for (std::int64_t i = 0; i < x.rows(); ++i) sum += static_cast<double>(x(i, 0)) * y(i, 0);
  return sum;
}

// Calls body(first_column, A E) for blocks E of columns of the identity.
template <class T, class Body>
void for_each_block_of_columns(const LinearOperator<T>& a, const Body& body) {
  const std::int64_t fitting = block_bytes / static_cast<std::int64_t>(sizeof(T)) / std::max<std::int64_t>(1, a.rows);
  const std::int64_t width = std::clamp<std::int64_t>(fitting, 1, most_columns);
  for (std::int64_t first = 0; first < a.cols; first += width) {
    const std::int64_t count = std::min(width, a.cols - first);
    Matrix<T> identity(a.cols, count);
    for (std::int64_t j = 0; j < count; ++j) identity(first + j, j) = 1;
    Matrix<T> columns(a.rows, count);
    a.multiply(identity.view(), columns.view());
    body(first, columns);
  }
}

}  // namespace

template <class T>
void OperatorMatrix<T>::normal_product(MatrixView<const T> x, MatrixView<T> g) const {
  Matrix<T> product(rows(), x.cols);
  a_.multiply(x, product.view());
  a_.multiply_transposed(product.view(), g);
}

template <class T>
void OperatorMatrix<T>::residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                                              MatrixView<T> g) const {
  a_.multiply(x, r);
  for (std::int64_t v = 0; v < x.cols; ++v)
    for (std::int64_t i = 0; i < rows(); ++i) r(i, v) = b(i, v) - r(i, v);
  a_.multiply_transposed(r, g);
}

template <class T>
void OperatorMatrix<T>::sketch(const AnySketch& s, MatrixView<T> out) const {
  for_each_block_of_columns(a_, [&](std::int64_t first, const Matrix<T>& columns) {
    apply(s, columns, out.block(0, first, out.rows, columns.cols()));
  });
}

template <class T>
bool OperatorMatrix<T>::all_finite() const {
  bool finite = true;
  for_each_block_of_columns(
      a_, [&](std::int64_t, const Matrix<T>& columns) { finite = finite && croquis::all_finite<T>(columns.view()); });
  return finite;
}

template <class T>
Matrix<T> OperatorMatrix<T>::densify() const {
  Matrix<T> result = Matrix<T>::uninitialized(rows(), cols());
  for_each_block_of_columns(a_, [&](std::int64_t first, const Matrix<T>& columns) {
    std::copy_n(columns.data(), columns.rows() * columns.cols(), result.data() + first * rows());
  });
  return result;
}

template <class T>
void check_operator(const LinearOperator<T>& a, const char* name) {
  const std::string prefix = name;
  if (a.rows < 0 || a.cols < 0)
    throw ShapeError(prefix + " is " + shape_text(a.rows, a.cols) + ": sizes must not be negative");
  if (!a.multiply) throw InvalidOption(prefix + ".multiply is empty");
  if (!a.multiply_transposed) throw InvalidOption(prefix + ".multiply_transposed is empty");
  if (a.rows == 0 || a.cols == 0) return;
  Matrix<T> x(a.cols, 1);
  Matrix<T> y(a.rows, 1);
  // With entries of size one.
  fill(Gaussian{.rows = 1, .cols = a.cols, .seed = 1}, x.view().transposed());
  fill(Gaussian{.rows = 1, .cols = a.rows, .seed = 2}, y.view().transposed());
  Matrix<T> ax(a.rows, 1);
  Matrix<T> aty(a.cols, 1);
  a.multiply(x.view(), ax.view());
  a.multiply_transposed(y.view(), aty.view());
  const double left = dot(ax, y);
  const double right = dot(x, aty);
  if (!std::isfinite(left) || !std::isfinite(right)) return;
  const double size =
      norm2(a.rows, ax.data()) * norm2(a.rows, y.data()) + norm2(a.cols, x.data()) * norm2(a.cols, aty.data());
  const double roundoff = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
  const double allowed = adjoint_slack * std::sqrt(static_cast<double>(a.rows + a.cols)) * roundoff * size;
  if (!(std::abs(left - right) <= allowed))
    throw InvalidOption(prefix + ".multiply_transposed is not the transpose of " + prefix +
                        ".multiply: for random x and y, <A x, y> is " + all_digits(left) + " but <x, A^T y> is " +
                        all_digits(right));
}

#define CROQUIS_INSTANTIATE(T)      \
  template class OperatorMatrix<T>; \
  template void check_operator<T>(const LinearOperator<T>&, const char*);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
