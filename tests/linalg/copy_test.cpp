// Copies between layouts, on one thread and on many.
#include "linalg/copy.hpp"

#include <doctest/doctest.h>

#include <vector>

#include <croquis/linalg/matrix.hpp>

using namespace croquis;

namespace {

template <class T>
MatrixView<T> with_gaps(std::vector<T>& memory, std::int64_t rows, std::int64_t cols, Layout layout) {
  const std::int64_t stored = layout == Layout::column_major ? rows : cols;
  const std::int64_t vectors = layout == Layout::column_major ? cols : rows;
  memory.assign((stored + 3) * vectors, T(-1));
  return {memory.data(), rows, cols, stored + 3, layout};
}

}  // namespace

TEST_CASE_TEMPLATE("Every pair of layouts, sizes around the square of the kernel and large enough for threads", T,
                   float, double) {
  struct Shape {
    std::int64_t rows, cols;
  };
  for (const Shape shape : {Shape{0, 3}, Shape{1, 1}, Shape{31, 33}, Shape{32, 32}, Shape{65, 7}, Shape{700, 401},
                            Shape{5, 60000}, Shape{60000, 5}}) {
    for (const Layout from_layout : {Layout::column_major, Layout::row_major}) {
      for (const Layout to_layout : {Layout::column_major, Layout::row_major}) {
        for (const bool serial : {false, true}) {
          CAPTURE(shape.rows);
          CAPTURE(shape.cols);
          CAPTURE(serial);
          std::vector<T> from_memory, to_memory;
          const auto from = with_gaps(from_memory, shape.rows, shape.cols, from_layout);
          const auto to = with_gaps(to_memory, shape.rows, shape.cols, to_layout);
          for (std::int64_t i = 0; i < shape.rows; ++i)
            for (std::int64_t j = 0; j < shape.cols; ++j) from(i, j) = static_cast<T>((7 * i + 13 * j) % 1009);
          if (serial) {
            copy_serial<T>(from, to);
          } else {
            copy<T>(from, to);
          }
          std::int64_t wrong = 0;
          for (std::int64_t i = 0; i < shape.rows; ++i)
            for (std::int64_t j = 0; j < shape.cols; ++j) wrong += to(i, j) != from(i, j);
          CHECK(wrong == 0);
          std::int64_t untouched = 0;
          for (const T value : to_memory) untouched += value == T(-1);
          CHECK(untouched == static_cast<std::int64_t>(to_memory.size()) - shape.rows * shape.cols);
        }
      }
    }
  }
}
