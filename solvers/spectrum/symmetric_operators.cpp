#include <croquis/solvers/symmetric_operators.hpp>

#include <vector>

#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "solvers/newton/objective_check.hpp"

namespace croquis {

LinearOperator<double> gram_operator(const AnyMatrixView<double>& a) {
  check_view(a, "A");
  const std::int64_t n = a.cols();
  const auto multiply = [a, n](MatrixView<const double> x, MatrixView<double> y) {
    check_shape(x.rows, x.cols, n, y.cols, "X", "A^T A X needs a row for each column of A");
    check_shape(y.rows, y.cols, n, x.cols, "Y", "Y = A^T A X has the shape of X");
    normal_product<double>(a, x, y);
  };
  return {n, n, multiply, multiply};
}

LinearOperator<double> hessian_operator(const Objective& objective, std::span<const double> x) {
  check_objective(objective, x);
  const auto multiply = [objective, point = std::vector<double>(x.begin(), x.end())](MatrixView<const double> v,
                                                                                     MatrixView<double> hv) {
    hessian_times(objective, point, v, hv);
  };
  return {objective.unknowns, objective.unknowns, multiply, multiply};
}

}  // namespace croquis
