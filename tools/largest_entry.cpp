#include "tools/largest_entry.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace croquis::tools {

double largest_entry(const AnyMatrixView<double>& a) {
  const auto largest = [](const double* first, std::int64_t count) {
    double result = 0;
    for (std::int64_t i = 0; i < count; ++i)
      if (std::isfinite(first[i])) result = std::max(result, std::abs(first[i]));
    return result;
  };
  return std::visit(
      [&](const auto& view) {
        if constexpr (requires { view.row_start; }) {
          return largest(view.value + view.row_start[0], view.row_start[view.rows] - view.row_start[0]);
        } else if constexpr (requires { view.column_start; }) {
          return largest(view.value + view.column_start[0], view.column_start[view.cols] - view.column_start[0]);
        } else {
          const bool by_columns = view.layout == Layout::column_major;
          double result = 0;
          for (std::int64_t k = 0; k < (by_columns ? view.cols : view.rows); ++k)
            result =
                std::max(result, largest(view.data + k * view.leading_dimension, by_columns ? view.rows : view.cols));
          return result;
        }
      },
      a.storage());
}

}  // namespace croquis::tools
