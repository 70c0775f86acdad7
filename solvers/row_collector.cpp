#include "solvers/row_collector.hpp"

#include "linalg/copy.hpp"

namespace croquis {

template <class T>
bool RowCollector<T>::takes(const AnyMatrixView<T>& a) const {
  const bool by_rows = std::visit(
      [](const auto& view) {
        return requires { view.row_start; };
      },
      a.storage());
  return a.rows() <= capacity_ - rows_ && (a.is_dense() || by_rows) && (rows_ == 0 || sparse_ == !a.is_dense());
}

template <class T>
void RowCollector<T>::add(const AnyMatrixView<T>& a, MatrixView<const T> b) {
  sparse_ = !a.is_dense();
  b_.resize(static_cast<std::size_t>((rows_ + b.rows) * vectors_));
  copy_serial<T>(b, row_major(b_.data() + rows_ * vectors_, b.rows, vectors_));
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.layout; }) {
          if (dense_.rows() == 0) dense_ = Matrix<T>::uninitialized(capacity_, cols_, Layout::row_major);
          copy<T>(view, dense_.view().block(rows_, 0, view.rows, cols_));
        } else if constexpr (requires { view.row_start; }) {
          column_.insert(column_.end(), view.column + view.row_start[0], view.column + view.row_start[view.rows]);
          value_.insert(value_.end(), view.value + view.row_start[0], view.value + view.row_start[view.rows]);
          const std::int64_t before = row_start_.back();
          for (std::int64_t i = 1; i <= view.rows; ++i)
            row_start_.push_back(before + static_cast<std::int64_t>(view.row_start[i] - view.row_start[0]));
        }
      },
      a.storage());
  rows_ += a.rows();
}

template <class T>
AnyMatrixView<T> RowCollector<T>::a() const {
  if (sparse_) return CsrView<T, std::int64_t>{rows_, cols_, row_start_.data(), column_.data(), value_.data()};
  return dense_.view().block(0, 0, rows_, cols_);
}

template <class T>
void RowCollector<T>::clear() {
  rows_ = 0;
  row_start_.assign(1, 0);
  column_.clear();
  value_.clear();
  b_.clear();
}

template class RowCollector<float>;
template class RowCollector<double>;

}  // namespace croquis
