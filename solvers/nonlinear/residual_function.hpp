// The residuals of a problem: called, counted and looked at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix_view.hpp>
#include <croquis/solvers/nonlinear_problem.hpp>

#include "solvers/nonlinear/budget.hpp"
#include "solvers/nonlinear/residual_unit.hpp"

namespace croquis {

/// Throws `InvalidOption` or `ShapeError`, naming the member, unless `problem` is well formed and `x` fits it.
void check_problem(const NonlinearProblem& problem, std::span<const double> x, const char* x_name);

/// r(x) of a problem, which must outlive it.
class ResidualFunction {
 public:
  /// With an `evaluation_limit` > 0, evaluations that would pass it throw `BudgetSpent` before the first of them.
  explicit ResidualFunction(const NonlinearProblem& problem, std::int64_t evaluation_limit = 0)
      : problem_(problem), budget_("evaluations of the residual", evaluation_limit) {}

  /// r := r(x). Entries that the user's function does not write are NaN. Throws `ShapeError` if it wrote just behind
  /// its m entries.
  void evaluate(std::span<const double> x, std::span<double> r);
  /// Column k of `values` := r(column k of `points`), both column-major; in parallel where the problem allows it.
  void evaluate_each(MatrixView<const double> points, MatrixView<double> values);

  /// The first r; empty before. Where r is smaller, terms of that size may still cancel in it.
  std::span<const double> first() const { return first_; }

  std::int64_t evaluations() const { return budget_.spent(); }
  const Budget& budget() const { return budget_; }
  /// That the models of the residuals are to be measured in. Values of r are always the user's.
  const ResidualUnit& unit() const { return unit_; }
  void measure_in(const ResidualUnit& unit) { unit_ = unit; }

 private:
  const NonlinearProblem& problem_;
  Budget budget_;
  ResidualUnit unit_;
  std::vector<double> first_;
};

}  // namespace croquis
