#include "solvers/stream_matrix.hpp"

#include <bit>
#include <string>
#include <type_traits>

#include <croquis/errors.hpp>
#include <croquis/sketch/apply.hpp>

#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/products.hpp"
#include "solvers/non_finite_row.hpp"

namespace croquis {
namespace {

// Rows of A that take part in the fingerprint: one in so many.
constexpr std::int64_t sampling = 64;

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}

// One entry, wherever it is stored; zeros count for nothing, as a sparse block leaves them out.
template <class T>
std::uint64_t fingerprint_of(std::int64_t row, std::int64_t col, T value) {
  if (value == T(0)) return 0;
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  return mixed(mixed(static_cast<std::uint64_t>(row) * 0x9e3779b97f4a7c15 + static_cast<std::uint64_t>(col)) ^
               std::bit_cast<Bits>(value));
}

template <class T>
void check_block(const RowBlockSource<T>& source, const AnyMatrixView<T>& a, MatrixView<const T> b) {
  check_view(a, "A_block");
  check_view(b, "B_block");
  check_shape(a.rows(), a.cols(), a.rows(), source.cols, "A_block", "as wide as the source says");
  check_shape(b.rows, b.cols, a.rows(), source.vectors, "B_block", "a row for each row of A_block");
}

template <class T>
void add_to(const Matrix<T>& part, MatrixView<T> sum) {
  for (std::int64_t k = 0; k < sum.cols; ++k)
    for (std::int64_t j = 0; j < sum.rows; ++j) sum(j, k) += part(j, k);
}

}  // namespace

template <class T>
void StreamMatrix<T>::Fingerprint::add(const AnyMatrixView<T>& a, MatrixView<const T> b) {
  for (std::int64_t k = 0; k < b.cols; ++k)
    for (std::int64_t i = 0; i < b.rows; ++i) bits += fingerprint_of(rows + i, -1 - k, b(i, k));
  const std::int64_t first = (sampling - rows % sampling) % sampling;
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.layout; }) {
          for (std::int64_t i = first; i < view.rows; i += sampling)
            for (std::int64_t j = 0; j < view.cols; ++j) bits += fingerprint_of(rows + i, j, view(i, j));
        } else if constexpr (requires { view.row_start; }) {
          for (std::int64_t i = first; i < view.rows; i += sampling)
            for (auto k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
              bits += fingerprint_of(rows + i, view.column[k], view.value[k]);
        } else {
          for (std::int64_t j = 0; j < view.cols; ++j)
            for (auto k = view.column_start[j]; k < view.column_start[j + 1]; ++k)
              if ((rows + view.row[k]) % sampling == 0) bits += fingerprint_of(rows + view.row[k], j, view.value[k]);
        }
      },
      a.storage());
  rows += a.rows();
}

template <class T>
StreamMatrix<T>::StreamMatrix(const RowBlockSource<T>& source) : source_(source) {
  if (!source.for_each_block) throw InvalidOption("the source has no for_each_block");
  if (source.cols < 0 || source.vectors < 0)
    throw ShapeError("the source says " + std::to_string(source.cols) + " columns and " +
                     std::to_string(source.vectors) + " right-hand sides");
  source_.for_each_block([&](const AnyMatrixView<T>& a, MatrixView<const T> b) {
    check_block(source_, a, b);
    b_.resize(static_cast<std::size_t>((rows_ + b.rows) * source_.vectors));
    copy_serial<T>(b, row_major(b_.data() + rows_ * source_.vectors, b.rows, b.cols));
    if (!non_finite_row_)
      for (const std::optional<std::int64_t>& row : {first_non_finite_row<T>(a), first_non_finite_row<T>(b)})
        if (row && (!non_finite_row_ || rows_ + *row < *non_finite_row_)) non_finite_row_ = rows_ + *row;
    first_.add(a, b);
    rows_ += a.rows();
    stored_entries_ += a.stored_entries();
  });
}

template <class T>
Matrix<T> StreamMatrix<T>::take_b() {
  Matrix<T> b = Matrix<T>::uninitialized(rows_, source_.vectors);
  copy<T>(row_major<const T>(b_.data(), rows_, source_.vectors), b.view());
  std::vector<T>().swap(b_);
  return b;
}

// One reading of the source: body(first_row, A_block) for each block.
template <class T>
template <class Body>
void StreamMatrix<T>::pass(const Body& body) const {
  Fingerprint now;
  source_.for_each_block([&](const AnyMatrixView<T>& a, MatrixView<const T> b) {
    check_block(source_, a, b);
    if (a.rows() > rows_ - now.rows)
      throw ShapeError("the stream has changed: more than the " + std::to_string(rows_) +
                       " rows of its first pass came");
    const std::int64_t first_row = now.rows;
    now.add(a, b);
    if (a.rows() > 0) body(first_row, a);
  });
  if (now.rows != rows_)
    throw ShapeError("the stream has changed: " + std::to_string(now.rows) + " rows came, but " +
                     std::to_string(rows_) + " in its first pass");
  if (now.bits != first_.bits) throw Error("the stream has changed: its entries differ from those of its first pass");
}

template <class T>
void StreamMatrix<T>::multiply(MatrixView<const T> x, MatrixView<T> y) const {
  pass([&](std::int64_t first, const AnyMatrixView<T>& a) {
    multiply_by<T>(a, x, y.block(first, 0, a.rows(), y.cols));
  });
}

template <class T>
void StreamMatrix<T>::multiply_transposed(MatrixView<const T> y, MatrixView<T> x) const {
  set_zero(x);
  Matrix<T> part(x.rows, x.cols);
  pass([&](std::int64_t first, const AnyMatrixView<T>& a) {
    multiply_by_transpose<T>(a, y.block(first, 0, a.rows(), y.cols), part.view());
    add_to<T>(part, x);
  });
}

template <class T>
void StreamMatrix<T>::normal_product(MatrixView<const T> x, MatrixView<T> g) const {
  set_zero(g);
  Matrix<T> part(g.rows, g.cols);
  pass([&](std::int64_t, const AnyMatrixView<T>& a) {
    croquis::normal_product<T>(a, x, part.view());
    add_to<T>(part, g);
  });
}

template <class T>
void StreamMatrix<T>::residual_and_gradient(MatrixView<const T> x, MatrixView<const T> b, MatrixView<T> r,
                                            MatrixView<T> g) const {
  set_zero(g);
  Matrix<T> part(g.rows, g.cols);
  pass([&](std::int64_t first, const AnyMatrixView<T>& a) {
    croquis::residual_and_gradient<T>(a, x, b.block(first, 0, a.rows(), b.cols), r.block(first, 0, a.rows(), r.cols),
                                      part.view());
    add_to<T>(part, g);
  });
}

template <class T>
void StreamMatrix<T>::sketch(const AnySketch& s, MatrixView<T> out) const {
  set_zero(out);
  pass([&](std::int64_t first, const AnyMatrixView<T>& a) { accumulate(s, first, a, out); });
}

template <class T>
Matrix<T> StreamMatrix<T>::densify() const {
  Matrix<T> result = Matrix<T>::uninitialized(rows(), cols());
  pass([&](std::int64_t first, const AnyMatrixView<T>& a) {
    const Matrix<T> block = croquis::densify<T>(a);
    copy<T>(block.view(), result.view().block(first, 0, a.rows(), a.cols()));
  });
  return result;
}

template class StreamMatrix<float>;
template class StreamMatrix<double>;

}  // namespace croquis
