#include "solvers/newton/absolute_product.hpp"

#include <cassert>
#include <cmath>

#include "linalg/parallel.hpp"

namespace croquis {
namespace {

double absolute_row(const MatrixView<const double>& a, std::int64_t i, const MatrixView<const double>& x,
                    std::int64_t k) {
  double sum = 0;
  for (std::int64_t j = 0; j < a.cols; ++j) sum += std::abs(a(i, j) * x(j, k));
  return sum;
}

template <class Index>
double absolute_row(const CsrView<double, Index>& a, std::int64_t i, const MatrixView<const double>& x,
                    std::int64_t k) {
  double sum = 0;
  for (Index l = a.row_start[i]; l < a.row_start[i + 1]; ++l) sum += std::abs(a.value[l] * x(a.column[l], k));
  return sum;
}

}  // namespace

void absolute_product(const AnyMatrixView<double>& a, MatrixView<const double> x, MatrixView<double> y) {
  const Partition parts(a.rows(), 64, 256);
  std::visit(
      [&](const auto& view) {
        if constexpr (requires { absolute_row(view, 0, x, 0); }) {
          for_each_tile(parts.count, [&](std::int64_t part) {
            for (std::int64_t i = parts.begin(part); i < parts.end(part); ++i)
              for (std::int64_t k = 0; k < x.cols; ++k) y(i, k) = absolute_row(view, i, x, k);
          });
        } else {
          assert(false && "by columns");
        }
      },
      a.storage());
}

}  // namespace croquis
