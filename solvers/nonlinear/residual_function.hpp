// The residuals of a problem: called, counted and looked at.
#pragma once

#include <cstdint>
#include <span>

#include <croquis/linalg/matrix_view.hpp>
#include <croquis/solvers/nonlinear_problem.hpp>

namespace croquis {

/// Throws `InvalidOption` or `ShapeError`, naming the member, unless `problem` is well formed and `x` fits it.
void check_problem(const NonlinearProblem& problem, std::span<const double> x, const char* x_name);

/// r(x) of a problem, which must outlive it.
class ResidualFunction {
 public:
  explicit ResidualFunction(const NonlinearProblem& problem) : problem_(problem) {}

  /// r := r(x). Entries that the user's function does not write are NaN. Throws `ShapeError` if it wrote just behind
  /// its m entries.
  void evaluate(std::span<const double> x, std::span<double> r);
  /// Column k of `values` := r(column k of `points`), both column-major; in parallel where the problem allows it.
  void evaluate_each(MatrixView<const double> points, MatrixView<double> values);

  std::int64_t evaluations() const { return evaluations_; }

 private:
  const NonlinearProblem& problem_;
  std::int64_t evaluations_ = 0;
};

}  // namespace croquis
