#include "linalg/copy.hpp"

#include <algorithm>

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// A square of this size is read and written within the first-level cache, whichever way each side strides.
constexpr std::int64_t square = 32;
constexpr std::int64_t parallel_from = 1 << 18;

}  // namespace

template <class T>
void copy_serial(MatrixView<const std::type_identity_t<T>> from, MatrixView<T> to) {
  if (to.layout == Layout::row_major) {
    from = from.transposed();
    to = to.transposed();
  }
  if (from.layout == Layout::column_major) {
    if (from.leading_dimension == to.rows && to.leading_dimension == to.rows) {
      std::copy_n(from.data, to.rows * to.cols, to.data);
      return;
    }
    for (std::int64_t j = 0; j < to.cols; ++j)
      std::copy_n(from.data + j * from.leading_dimension, to.rows, to.data + j * to.leading_dimension);
    return;
  }
  for (std::int64_t i0 = 0; i0 < to.rows; i0 += square) {
    const std::int64_t i1 = std::min(to.rows, i0 + square);
    for (std::int64_t j0 = 0; j0 < to.cols; j0 += square) {
      const std::int64_t j1 = std::min(to.cols, j0 + square);
      for (std::int64_t j = j0; j < j1; ++j)
        for (std::int64_t i = i0; i < i1; ++i)
          to.data[i + j * to.leading_dimension] = from.data[j + i * from.leading_dimension];
    }
  }
}

template <class T>
void copy(MatrixView<const std::type_identity_t<T>> from, MatrixView<T> to) {
  if (to.size() < parallel_from) return copy_serial<T>(from, to);
  if (to.layout == Layout::row_major) {
    from = from.transposed();
    to = to.transposed();
  }
  const Partition strips(to.cols, 64);
  for_each_tile(strips.count, [&](std::int64_t s) {
    const std::int64_t first = strips.begin(s);
    copy_serial<T>(from.block(0, first, from.rows, strips.length(s)), to.block(0, first, to.rows, strips.length(s)));
  });
}

template <class T>
void set_zero(MatrixView<T> a) {
  if (a.layout == Layout::row_major) a = a.transposed();
  if (a.leading_dimension == a.rows) a = column_major(a.data, a.rows * a.cols, 1);
  for (std::int64_t j = 0; j < a.cols; ++j) std::fill_n(a.data + j * a.leading_dimension, a.rows, T(0));
}

template void set_zero<float>(MatrixView<float>);
template void set_zero<double>(MatrixView<double>);
template void copy<float>(MatrixView<const float>, MatrixView<float>);
template void copy<double>(MatrixView<const double>, MatrixView<double>);
template void copy_serial<float>(MatrixView<const float>, MatrixView<float>);
template void copy_serial<double>(MatrixView<const double>, MatrixView<double>);

}  // namespace croquis
