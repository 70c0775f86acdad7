#include "solvers/newton/root_product.hpp"

#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "solvers/newton/objective_check.hpp"

namespace croquis {

void root_product(const HessianRoot& root, MatrixView<const double> v, MatrixView<double> hv) {
  transformed_product<double>(root.a, v, hv, [&](std::int64_t first, MatrixView<double> t) {
    for (std::int64_t j = 0; j < t.cols; ++j)
      for (std::int64_t i = 0; i < t.rows; ++i) t(i, j) *= root.d[static_cast<std::size_t>(first + i)];
  });
  for (std::int64_t j = 0; j < v.cols; ++j)
    for (std::int64_t i = 0; i < v.rows; ++i) hv(i, j) += root.ridge * v(i, j);
}

HessianRoot checked_root(const Objective& objective, std::span<const double> x) {
  HessianRoot root = objective.hessian_root(x);
  check_view(root.a, "the A of hessian_root");
  check_shape(root.a.rows(), root.a.cols(), root.a.rows(), objective.unknowns, "the A of hessian_root",
              "it needs a column for each unknown");
  check_shape(static_cast<std::int64_t>(root.d.size()), 1, root.a.rows(), 1, "the d of hessian_root",
              "it needs an entry for each row of A");
  return root;
}

}  // namespace croquis
