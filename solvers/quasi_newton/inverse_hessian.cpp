#include "solvers/quasi_newton/inverse_hessian.hpp"

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"

namespace croquis {

void add_outer_product(const Matrix<double>& c, const Matrix<double>& f, Matrix<double>& a) {
  const Partition columns(a.cols(), 64, 32);
  for_each_tile(columns.count, [&](std::int64_t part) {
    const std::int64_t first = columns.begin(part), count = columns.length(part);
    multiply<double>(1, c.view(), f.view().block(first, 0, count, f.cols()).transposed(), 1,
                     a.view().block(0, first, a.rows(), count));
  });
}

void copy_upper_triangle_below(Matrix<double>& b) {
  const Partition columns(b.cols(), 64, 32);
  for_each_tile(columns.count, [&](std::int64_t part) {
    for (std::int64_t j = columns.begin(part); j < columns.end(part); ++j)
      for (std::int64_t i = j + 1; i < b.rows(); ++i) b(i, j) = b(j, i);
  });
}

}  // namespace croquis
