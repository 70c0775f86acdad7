#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <croquis/solvers/nonlinear_problem.hpp>

#include "linalg/densify.hpp"
#include "solvers/conclude.hpp"
#include "solvers/nonlinear/finite_differences.hpp"
#include "solvers/nonlinear/jacobian_source.hpp"

namespace croquis {
namespace {

Matrix<double> identity(std::int64_t order) {
  Matrix<double> result(order, order);
  for (std::int64_t j = 0; j < order; ++j) result(j, j) = 1;
  return result;
}

// J as one callable alone gives it.
Matrix<double> from_source(const NonlinearProblem& problem, std::span<const double> x, std::span<const double> r) {
  ResidualFunction residual(problem);
  JacobianSource source(problem, residual);
  source.move_to(x, r);
  return densify<double>(source.whole());
}

Matrix<double> transposed_products(const NonlinearProblem& problem, std::span<const double> x) {
  Matrix<double> rows(problem.unknowns, problem.residuals);
  problem.jacobian_transposed_times(x, identity(problem.residuals).view(), rows.view());
  return Matrix<double>(MatrixView<const double>(rows.view().transposed()));
}

struct Differences {
  std::vector<double> r;
  Matrix<double> j;
};

// Keeps the worst entry of `given` in `check`.
void compare(const Matrix<double>& given, const Differences& differences, const char* piece, JacobianCheck& check) {
  for (std::int64_t i = 0; i < given.rows(); ++i) {
    double largest = 0;
    for (std::int64_t j = 0; j < given.cols(); ++j) largest = std::max(largest, std::abs(differences.j(i, j)));
    // Differences of r_i are off by some u^(2/3) of it and of its derivatives, more where terms cancel in it.
    const double noise = 1e-2 * std::max(largest, std::abs(differences.r[static_cast<std::size_t>(i)]));
    for (std::int64_t j = 0; j < given.cols(); ++j) {
      const double a = given(i, j);
      const double b = differences.j(i, j);
      if (a == b) continue;
      double error = std::abs(a - b) / std::max({std::abs(a), std::abs(b), noise});
      if (!std::isfinite(a) || !std::isfinite(b)) error = std::numeric_limits<double>::infinity();
      if (check.row >= 0 && error <= check.worst_error) continue;
      check.worst_error = error;
      check.row = i;
      check.col = j;
      check.given = a;
      check.by_differences = b;
      check.piece = piece;
    }
  }
}

}  // namespace

JacobianCheck check_jacobian(const NonlinearProblem& problem, std::span<const double> x) {
  check_problem(problem, x, "x");
  const std::int64_t m = problem.residuals;
  const std::int64_t n = problem.unknowns;
  Differences differences{std::vector<double>(static_cast<std::size_t>(m)), Matrix<double>(m, n)};
  ResidualFunction residual(problem);
  residual.evaluate(x, differences.r);
  difference_quotients(residual, problem, DifferenceScheme::central, x, differences.r, identity(n).view(),
                       differences.j.view());

  const NonlinearProblem bare{
      .residuals = m, .unknowns = n, .residual = problem.residual, .residual_rows = problem.residual_rows};
  JacobianCheck check;
  if (problem.jacobian) {
    NonlinearProblem alone = bare;
    alone.jacobian = problem.jacobian;
    alone.jacobian_layout = problem.jacobian_layout;
    compare(from_source(alone, x, differences.r), differences, "jacobian", check);
  }
  if (problem.jacobian_rows) {
    NonlinearProblem alone = bare;
    alone.jacobian_rows = problem.jacobian_rows;
    alone.jacobian_layout = problem.jacobian_layout;
    compare(from_source(alone, x, differences.r), differences, "jacobian_rows", check);
  }
  if (problem.sparse_jacobian) {
    NonlinearProblem alone = bare;
    alone.sparse_jacobian = problem.sparse_jacobian;
    compare(from_source(alone, x, differences.r), differences, "sparse_jacobian", check);
  }
  if (problem.jacobian_times) {
    NonlinearProblem alone = bare;
    alone.jacobian_times = problem.jacobian_times;
    compare(from_source(alone, x, differences.r), differences, "jacobian_times", check);
  }
  if (problem.jacobian_transposed_times)
    compare(transposed_products(problem, x), differences, "jacobian_transposed_times", check);

  if (check.row < 0) {
    check.message = "no entry differs from its difference quotient";
  } else {
    check.message = std::string(check.consistent() ? "consistent: the worst entry, " : "not consistent: ") +
                    check.piece + " at (" + std::to_string(check.row) + ", " + std::to_string(check.col) + "), is " +
                    scientific(check.given) + " and by differences " + scientific(check.by_differences);
  }
  return check;
}

}  // namespace croquis
