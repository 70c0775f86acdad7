#include <croquis/solvers/objective.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "linalg/products.hpp"
#include "solvers/newton/objective_check.hpp"
#include "solvers/newton/root_product.hpp"

namespace croquis {

void check_objective(const Objective& objective, std::span<const double> x) {
  if (objective.unknowns < 0)
    throw InvalidOption("unknowns is " + std::to_string(objective.unknowns) + " but must be at least 0");
  if (!objective.value_and_gradient && !(objective.value && objective.gradient))
    throw InvalidOption("the objective has neither value_and_gradient nor both value and gradient");
  check_shape(static_cast<std::int64_t>(x.size()), 1, objective.unknowns, 1, "x", "it needs an entry for each unknown");
}

double evaluate(const Objective& objective, std::span<const double> x, std::span<double> g) {
  check_objective(objective, x);
  check_shape(static_cast<std::int64_t>(g.size()), 1, objective.unknowns, 1, "g", "it needs an entry for each unknown");
  if (objective.value_and_gradient) return objective.value_and_gradient(x, g);
  objective.gradient(x, g);
  return objective.value(x);
}

namespace {

void gradient_at(const Objective& objective, std::span<const double> x, std::span<double> g) {
  if (objective.gradient) return objective.gradient(x, g);
  objective.value_and_gradient(x, g);
}

// Central differences: the step balances the rounding of the gradient with its third derivatives.
void difference_products(const Objective& objective, std::span<const double> x, MatrixView<const double> v,
                         MatrixView<double> hv) {
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<double> point(x.size()), ahead(x.size()), behind(x.size());
  const double length = std::cbrt(std::numeric_limits<double>::epsilon() / 2) * (1 + norm2(n, x.data()));
  for (std::int64_t j = 0; j < v.cols; ++j) {
    const double* const direction = v.data + j * v.leading_dimension;
    double* const result = hv.data + j * hv.leading_dimension;
    const double norm = norm2(n, direction);
    if (norm == 0) {
      std::fill_n(result, n, 0.0);
      continue;
    }
    const double t = length / norm;
    for (std::int64_t i = 0; i < n; ++i)
      point[static_cast<std::size_t>(i)] = x[static_cast<std::size_t>(i)] + t * direction[i];
    gradient_at(objective, point, ahead);
    for (std::int64_t i = 0; i < n; ++i)
      point[static_cast<std::size_t>(i)] = x[static_cast<std::size_t>(i)] - t * direction[i];
    gradient_at(objective, point, behind);
    for (std::int64_t i = 0; i < n; ++i)
      result[i] = (ahead[static_cast<std::size_t>(i)] - behind[static_cast<std::size_t>(i)]) / (2 * t);
  }
}

// Views as the callables take them.
template <class T>
bool in_one_piece(MatrixView<T> a) {
  return a.layout == Layout::column_major && a.leading_dimension == a.rows;
}

void products(const Objective& objective, std::span<const double> x, MatrixView<const double> v,
              MatrixView<double> hv) {
  if (objective.hessian_times) {
    objective.hessian_times(x, v, hv);
  } else if (objective.hessian_root) {
    root_product(checked_root(objective, x), v, hv);
  } else {
    difference_products(objective, x, v, hv);
  }
}

}  // namespace

void hessian_times(const Objective& objective, std::span<const double> x, MatrixView<const double> v,
                   MatrixView<double> hv) {
  check_objective(objective, x);
  check_view(v, "V");
  check_view(hv, "HV");
  check_shape(v.rows, v.cols, objective.unknowns, v.cols, "V", "it needs a row for each unknown");
  check_shape(hv.rows, hv.cols, v.rows, v.cols, "HV", "it has the shape of V");
  if (in_one_piece(v) && in_one_piece(hv)) return products(objective, x, v, hv);
  Matrix<double> directions(v.rows, v.cols), result(v.rows, v.cols);
  copy<double>(v, directions.view());
  products(objective, x, directions.view(), result.view());
  copy<double>(result.view(), hv);
}

Matrix<double> hessian_on_subspace(const Objective& objective, std::span<const double> x, MatrixView<const double> s) {
  check_objective(objective, x);
  check_view(s, "S");
  check_shape(s.rows, s.cols, objective.unknowns, s.cols, "S", "it needs a row for each unknown");
  Matrix<double> result(s.cols, s.cols);
  if (!objective.hessian_on_subspace) {
    Matrix<double> hs(s.rows, s.cols);
    hessian_times(objective, x, s, hs.view());
    multiply_by_transpose<double>(s, std::as_const(hs).view(), result.view());
  } else if (in_one_piece(s)) {
    objective.hessian_on_subspace(x, s, result.view());
  } else {
    Matrix<double> directions(s.rows, s.cols);
    copy<double>(s, directions.view());
    objective.hessian_on_subspace(x, directions.view(), result.view());
  }
  for (std::int64_t j = 0; j < s.cols; ++j)
    for (std::int64_t i = 0; i < j; ++i) result(i, j) = result(j, i) = 0.5 * (result(i, j) + result(j, i));
  return result;
}

std::vector<double> gradient_on_subspace(const Objective& objective, std::span<const double> x,
                                         MatrixView<const double> s) {
  check_objective(objective, x);
  check_view(s, "S");
  check_shape(s.rows, s.cols, objective.unknowns, s.cols, "S", "it needs a row for each unknown");
  std::vector<double> result(static_cast<std::size_t>(s.cols));
  if (!objective.gradient_on_subspace) {
    std::vector<double> g(x.size());
    gradient_at(objective, x, g);
    multiply_by_transpose<double>(s, column_major(std::as_const(g).data(), s.rows, std::int64_t{1}),
                                  column_major(result.data(), s.cols, std::int64_t{1}));
  } else if (in_one_piece(s)) {
    objective.gradient_on_subspace(x, s, result);
  } else {
    Matrix<double> directions(s.rows, s.cols);
    copy<double>(s, directions.view());
    objective.gradient_on_subspace(x, directions.view(), result);
  }
  return result;
}

}  // namespace croquis
