// Small blocks of rows gathered into one.
#pragma once

#include <cstdint>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// Rows of A, dense or by rows sparse but not both at a time, and of B, copied from blocks until there are enough.
template <class T>
class RowCollector {
 public:
  RowCollector(std::int64_t cols, std::int64_t vectors, std::int64_t capacity)
      : cols_(cols), vectors_(vectors), capacity_(capacity) {}

  /// Whether the block can be added to what is there: a sparse one only to sparse rows, and one by columns never.
  bool takes(const AnyMatrixView<T>& a) const;
  void add(const AnyMatrixView<T>& a, MatrixView<const T> b);

  std::int64_t rows() const { return rows_; }
  AnyMatrixView<T> a() const;
  MatrixView<const T> b() const { return row_major<const T>(b_.data(), rows_, vectors_); }
  void clear();

 private:
  std::int64_t cols_;
  std::int64_t vectors_;
  std::int64_t capacity_;
  std::int64_t rows_ = 0;
  bool sparse_ = false;
  Matrix<T> dense_;
  std::vector<std::int64_t> row_start_{0};
  std::vector<std::int64_t> column_;
  std::vector<T> value_;
  std::vector<T> b_;
};

}  // namespace croquis
