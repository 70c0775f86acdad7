// The Jacobian of a problem at a point, from whatever the user gave.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

#include "solvers/made_rows.hpp"
#include "solvers/nonlinear/residual_function.hpp"

namespace croquis {

/// J(x) at the point last moved to: products with blocks of directions, transposed products, and J whole. Each comes
/// from the most direct of the callables the problem has; what is missing is made of the others, or of differences.
/// Entries that a callable does not write are NaN.
///
/// The problem and the residual function must outlive it.
class JacobianSource {
 public:
  /// With a `column_limit` > 0, what would pass it throws `BudgetSpent` before a column of it is computed; so do
  /// differences of residuals that are not to be evaluated so often.
  JacobianSource(const NonlinearProblem& problem, ResidualFunction& residual, std::int64_t column_limit = 0);
  JacobianSource(const JacobianSource&) = delete;
  JacobianSource& operator=(const JacobianSource&) = delete;

  /// Turns to x with r = r(x), both copied.
  void move_to(std::span<const double> x, std::span<const double> r);

  /// JV = J V, both column-major. Costs V.cols columns, unless J is at hand whole.
  void multiply(MatrixView<const double> v, MatrixView<double> jv);
  /// JTU = J^T U, both column-major. Costs U.cols columns where the problem has such products; n for a pass over J
  /// where that comes by rows alone; else J is made whole. Nothing once J is at hand whole.
  void multiply_transposed(MatrixView<const double> u, MatrixView<double> jtu);
  /// J itself: n columns the first time at a point. Valid until the next move.
  const AnyMatrixView<double>& whole();
  bool is_at(std::span<const double> x) const { return std::ranges::equal(x, x_); }
  /// Whether J whole is in memory.
  bool has_whole() const { return whole_is_current_; }
  /// Whether J whole comes by rows, which spares the memory for it.
  bool comes_by_rows() const { return problem_.jacobian_rows && !problem_.sparse_jacobian; }
  /// The rows of diag(scale) J, with an empty scale those of J, where it comes by rows; `scale` must outlive the
  /// result. n columns each time that its first row is made, which must be no more than `passes_left` times. Valid
  /// until the next move.
  MadeRows<double> rows(const std::vector<double>& scale);
  /// Whether J^T U can be had without making J column by column.
  bool can_transpose() const {
    return problem_.jacobian_transposed_times || problem_.jacobian || problem_.sparse_jacobian ||
           problem_.jacobian_rows;
  }
  /// Whether after a J V the next products, with J^T and J in turn, cost a column each at most: not passes over rows,
  /// nor J whole for their sake.
  bool alternates_cheaply() const {
    if (directional_) return static_cast<bool>(problem_.jacobian_transposed_times);
    return can_transpose() && !comes_by_rows();
  }

  /// Columns of Jacobians computed so far: one for each direction of a product, n for J whole.
  std::int64_t columns() const { return budget_.spent(); }
  /// How often J can still be computed whole.
  std::int64_t passes_left() const { return budget_.left() / problem_.unknowns; }
  /// Throws `BudgetSpent` unless there are columns for so many rounds of a transposed product and one with a direction,
  /// then for products with a block of directions.
  void require(std::int64_t directions, std::int64_t rounds = 0) const;
  /// Whether products with so many directions can.
  bool affords(std::int64_t directions) const;

 private:
  struct Price {
    std::int64_t columns;
    std::int64_t evaluations;
  };
  Price price(std::int64_t directions, std::int64_t rounds) const;
  void make_whole();

  const NonlinearProblem& problem_;
  std::vector<double> x_;
  std::vector<double> r_;
  // J V without J, where there is a way.
  std::function<void(MatrixView<const double>, MatrixView<double>)> directional_;
  bool by_differences_ = false;
  Matrix<double> dense_;
  SparseMatrix<double> sparse_;
  AnyMatrixView<double> whole_ = MatrixView<const double>{};
  bool whole_is_current_ = false;
  ResidualFunction& residual_;
  Budget budget_;
};

}  // namespace croquis
