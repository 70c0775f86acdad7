#include "linalg/densify.hpp"

#include "linalg/copy.hpp"

namespace croquis {

template <class T>
Matrix<T> densify(const AnyMatrixView<T>& a) {
  return std::visit(
      [](const auto& view) {
        if constexpr (requires { view.layout; }) {
          Matrix<T> result = Matrix<T>::uninitialized(view.rows, view.cols);
          copy<T>(view, result.view());
          return result;
        } else if constexpr (requires { view.row_start; }) {
          Matrix<T> result(view.rows, view.cols);
          for (std::int64_t i = 0; i < view.rows; ++i)
            for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
              result(i, view.column[k]) += view.value[k];
          return result;
        } else {
          Matrix<T> result(view.rows, view.cols);
          for (std::int64_t j = 0; j < view.cols; ++j)
            for (std::int64_t k = view.column_start[j]; k < view.column_start[j + 1]; ++k)
              result(view.row[k], j) += view.value[k];
          return result;
        }
      },
      a.storage());
}

template Matrix<float> densify<float>(const AnyMatrixView<float>&);
template Matrix<double> densify<double>(const AnyMatrixView<double>&);

}  // namespace croquis
