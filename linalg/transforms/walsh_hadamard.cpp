#include "linalg/transforms/walsh_hadamard.hpp"

#include <algorithm>
#include <bit>

#include <croquis/linalg/transforms.hpp>

#include "linalg/check.hpp"
#include "linalg/memory.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

// Row-major: the rows with the same low or high bits of their index, one group of levels at a time, are gathered in a
// block of this many rows and this many bytes per row, transformed and put back.
constexpr std::int64_t most_gathered_rows = 512;
constexpr std::int64_t gathered_bytes = 256;

// The levels of distances stride, 2 stride, ..., stride rows / 2, on all groups of `rows` rows `stride` apart.
template <class T>
void transform_rows(MatrixView<T> a, std::int64_t stride, std::int64_t rows) {
  constexpr std::int64_t width = gathered_bytes / static_cast<std::int64_t>(sizeof(T));
  const std::int64_t strips = (a.cols + width - 1) / width;
  const std::int64_t groups = a.rows / rows;
  const Partition parts(groups, 64);
  for_each_tile(strips * parts.count, [&](std::int64_t tile) {
    const std::int64_t first_col = tile % strips * width;
    const std::int64_t columns = std::min(width, a.cols - first_col);
    const std::int64_t part = tile / strips;
    Workspace<T> block(rows * columns);
    for (std::int64_t group = parts.begin(part); group < parts.end(part); ++group) {
      const std::int64_t first_row = group / stride * (stride * rows) + group % stride;
      T* first = a.data + first_row * a.leading_dimension + first_col;
      const std::int64_t step = stride * a.leading_dimension;
      for (std::int64_t i = 0; i < rows; ++i) std::copy_n(first + i * step, columns, block.data() + i * columns);
      walsh_hadamard_block(block.data(), rows, columns);
      for (std::int64_t i = 0; i < rows; ++i) std::copy_n(block.data() + i * columns, columns, first + i * step);
    }
  });
}

template <class T>
void transform(MatrixView<T> a) {
  check_view(a, "A");
  if (a.rows > 0 && !std::has_single_bit(static_cast<std::uint64_t>(a.rows)))
    throw ShapeError("A is " + shape_text(a.rows, a.cols) +
                     ": the Walsh-Hadamard transform needs a power of two of rows");
  if (a.size() == 0) return;
  if (a.layout == Layout::column_major) {
    const Partition parts(a.cols, 256);
    for_each_tile(parts.count, [&](std::int64_t part) {
      for (std::int64_t j = parts.begin(part); j < parts.end(part); ++j)
        walsh_hadamard_block(a.data + j * a.leading_dimension, a.rows, 1);
    });
    return;
  }
  for (std::int64_t stride = 1; stride < a.rows;) {
    const std::int64_t rows = std::min(most_gathered_rows, a.rows / stride);
    transform_rows(a, stride, rows);
    stride *= rows;
  }
}

}  // namespace

void walsh_hadamard_transform(MatrixView<float> a) { transform(a); }
void walsh_hadamard_transform(MatrixView<double> a) { transform(a); }

}  // namespace croquis
