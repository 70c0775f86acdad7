#include "linalg/scale_rows.hpp"

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_parts = 64;

template <class T, class Index>
std::vector<T> scaled_values(const CsrView<T, Index>& a, const std::vector<T>& scale) {
  std::vector<T> values(static_cast<std::size_t>(a.rows > 0 ? a.row_start[a.rows] : 0));
  const Partition parts(a.rows, most_parts);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t i = parts.begin(part); i < parts.end(part); ++i)
      for (std::int64_t k = a.row_start[i]; k < a.row_start[i + 1]; ++k) values[k] = scale[i] * a.value[k];
  });
  return values;
}

template <class T, class Index>
std::vector<T> scaled_values(const CscView<T, Index>& a, const std::vector<T>& scale) {
  std::vector<T> values(static_cast<std::size_t>(a.cols > 0 ? a.column_start[a.cols] : 0));
  const Partition parts(a.cols, most_parts);
  for_each_tile(parts.count, [&](std::int64_t part) {
    for (std::int64_t k = a.column_start[parts.begin(part)]; k < a.column_start[parts.end(part)]; ++k)
      values[k] = scale[a.row[k]] * a.value[k];
  });
  return values;
}

}  // namespace

template <class T>
void scale_rows(const T* scale, MatrixView<const T> from, MatrixView<T> to) {
  const Partition parts(from.rows, most_parts, 64);
  for_each_tile(parts.count, [&](std::int64_t part) {
    const std::int64_t first = parts.begin(part);
    const std::int64_t end = parts.end(part);
    if (from.layout == Layout::column_major) {
      for (std::int64_t j = 0; j < from.cols; ++j)
        for (std::int64_t i = first; i < end; ++i) to(i, j) = scale[i] * from(i, j);
    } else {
      for (std::int64_t i = first; i < end; ++i)
        for (std::int64_t j = 0; j < from.cols; ++j) to(i, j) = scale[i] * from(i, j);
    }
  });
}

template <class T>
RowScaledCopy<T>::RowScaledCopy(const AnyMatrixView<T>& a, const std::vector<T>& scale) : view_(a) {
  std::visit(
      [&](auto view) {
        if constexpr (requires { view.layout; }) {
          entries_ = Matrix<T>::uninitialized(view.rows, view.cols, view.layout);
          scale_rows<T>(scale.data(), view, entries_.view());
          view_ = AnyMatrixView<T>(entries_);
        } else {
          values_ = scaled_values(view, scale);
          view.value = values_.data();
          view_ = AnyMatrixView<T>(view);
        }
      },
      a.storage());
}

#define CROQUIS_INSTANTIATE(T)                                               \
  template void scale_rows<T>(const T*, MatrixView<const T>, MatrixView<T>); \
  template class RowScaledCopy<T>;
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
