#include "solvers/preconditioned_gram.hpp"

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "sketch/regroup.hpp"

namespace croquis {
namespace {

// Rows first, first + 1, ... of A as a dense block.
template <class T>
void copy_rows(MatrixView<const T> a, std::int64_t first, MatrixView<T> to) {
  copy_serial<T>(a.block(first, 0, to.rows, to.cols), to);
}
template <class T, class Index>
void copy_rows(const CsrView<T, Index>& a, std::int64_t first, MatrixView<T> to) {
  set_zero<T>(to);
  for (std::int64_t i = 0; i < to.rows; ++i)
    for (Index k = a.row_start[first + i]; k < a.row_start[first + i + 1]; ++k) to(i, a.column[k]) += a.value[k];
}

template <class T, class Rows>
GramAndProduct<T> of_copied_rows(const Rows& a, MatrixView<const T> r, MatrixView<const T> v) {
  const MadeRows<T> rows{.rows = a.rows, .cols = a.cols, .make = [&a](std::int64_t first, MatrixView<T> block) {
                           copy_rows(a, first, block);
                         }};
  return preconditioned_gram<T>(rows, r, v);
}

}  // namespace

template <class T>
GramAndProduct<T> preconditioned_gram(const MadeRows<T>& a, MatrixView<const T> r, MatrixView<const T> v) {
  RowBatches<T> batches(a);
  // X R = B, for B stored by rows as R^T X^T = B^T.
  const auto solve = [&](MatrixView<T> rows) {
    if (rows.layout == Layout::column_major) {
      solve_triangular<T>(Side::right, Transpose::no, r, rows);
    } else {
      solve_triangular<T>(Side::left, Transpose::yes, r, rows.transposed());
    }
  };
  const std::function<void(MatrixView<T>)> then = r.cols > 0 ? std::function<void(MatrixView<T>)>(solve) : nullptr;
  return gram_and_product<T>(batches.most_rows(), a.cols, v.cols, batches.count(),
                             [&](std::int64_t batch) -> RowBlock<T> {
                               const MatrixView<T> b = batches.make(batch, then);
                               return {b, v.block(batches.first_row(batch), 0, b.rows, v.cols)};
                             });
}

template <class T>
GramAndProduct<T> preconditioned_gram(const AnyMatrixView<T>& a, MatrixView<const T> r, MatrixView<const T> v) {
  return std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.column_start; }) {
          const auto by_rows = regroup(transposed(view));
          return of_copied_rows<T>(transposed(by_rows.view()), r, v);
        } else {
          return of_copied_rows<T>(view, r, v);
        }
      },
      a.storage());
}

#define CROQUIS_INSTANTIATE(T)                                                                                  \
  template GramAndProduct<T> preconditioned_gram(const MadeRows<T>&, MatrixView<const T>, MatrixView<const T>); \
  template GramAndProduct<T> preconditioned_gram(const AnyMatrixView<T>&, MatrixView<const T>, MatrixView<const T>);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
