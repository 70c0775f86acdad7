#include "solvers/sparse_storage.hpp"

#include <variant>

#include "linalg/stored_by_rows.hpp"

namespace croquis {
namespace {

template <class T>
bool in_order(const CsrView<T, std::int64_t>& a) {
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = a.row_start[i] + 1; k < a.row_start[i + 1]; ++k)
      if (a.column[k - 1] >= a.column[k]) return false;
  return a.rows == 0 || a.row_start[0] == 0;
}

}  // namespace

template <class T>
AnyMatrixView<T> SparseStorage<T>::for_passes() {
  const bool by_rows = std::visit(
      [](const auto& view) {
        return requires { view.row_start; };
      },
      a_.storage());
  if (by_rows) return a_;
  return *(rows_ = stored_by_rows(a_));
}

template <class T>
CsrView<T, std::int64_t> SparseStorage<T>::rows() {
  if (in_order_) return *in_order_;
  const auto* const given = std::get_if<CsrView<T, std::int64_t>>(&a_.storage());
  if (given != nullptr && in_order(*given)) return *(in_order_ = *given);
  if (!rows_) rows_ = stored_by_rows(a_);
  return *(in_order_ = rows_->view());
}

template <class T>
CscView<T, std::int64_t> SparseStorage<T>::columns() {
  if (!transposed_) transposed_ = stored_by_rows<T>(AnyMatrixView<T>(transposed(rows())));
  return transposed(transposed_->view());
}

template class SparseStorage<float>;
template class SparseStorage<double>;

}  // namespace croquis
