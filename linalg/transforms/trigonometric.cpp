#include <algorithm>

#include <croquis/linalg/transforms.hpp>

#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"
#include "linalg/transforms/column_transform.hpp"

namespace croquis {
namespace {

// Columns a tile takes at a time: a cache line's worth, so that a row-major matrix is read and written by whole lines.
template <class T>
constexpr std::int64_t columns_at_once = 64 / static_cast<std::int64_t>(sizeof(T));

template <class T>
void transform_columns(TrigonometricTransform kind, MatrixView<T> a) {
  check_view(a, "A");
  const ColumnTransform<T> transform(kind, std::max<std::int64_t>(1, a.rows));
  if (a.size() == 0) return;
  constexpr std::int64_t width = columns_at_once<T>;
  for_each_tile((a.cols + width - 1) / width, [&](std::int64_t tile) {
    const std::int64_t first = tile * width;
    const std::int64_t columns = std::min(width, a.cols - first);
    const auto strip = a.block(0, first, a.rows, columns);
    Workspace<T> memory(a.rows * columns);
    Workspace<T> work(transform.workspace_size());
    const auto copied = column_major(memory.data(), a.rows, columns);
    copy_serial<T>(strip, copied);
    for (std::int64_t j = 0; j < columns; ++j) {
      T* column = memory.data() + j * a.rows;
      for (std::int64_t i = 0; i < a.rows; ++i) work[transform.place(i)] = column[i];
      transform.execute(work.data());
      for (std::int64_t k = 0; k < a.rows; ++k) column[k] = transform.value(work.data(), k);
    }
    copy_serial<T>(copied, strip);
  });
}

}  // namespace

void trigonometric_transform(TrigonometricTransform kind, MatrixView<float> a) { transform_columns(kind, a); }
void trigonometric_transform(TrigonometricTransform kind, MatrixView<double> a) { transform_columns(kind, a); }

}  // namespace croquis
