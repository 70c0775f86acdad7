// Models of the residuals at one point after another, each in the space that is its turn.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <croquis/sketch/any_sketch.hpp>

#include "solvers/nonlinear/jacobian_survey.hpp"
#include "solvers/nonlinear/linearization.hpp"
#include "solvers/nonlinear/subspace_directions.hpp"

namespace croquis {

/// Chooses spaces, draws their directions, and takes no more of J than they need.
class Modeller {
 public:
  /// All three must outlive it; options as `nonlinear_least_squares` has checked them. A large sparse J is reduced to a
  /// triangle only if it may not stay sparse.
  Modeller(const NonlinearProblem& problem, const NonlinearOptions& options, ResidualFunction& residual,
           bool may_stay_sparse = true)
      : problem_(problem),
        options_(options),
        source_(problem, residual, options.jacobian_column_limit),
        reducer_(options.seed),
        box_(problem),
        schedule_(problem, options),
        subspace_(problem, options, source_),
        may_stay_sparse_(may_stay_sparse) {}

  /// The model at `point`, in the next space; `before` (or null) is the one it follows. Nothing if J is not finite.
  /// Throws `BudgetSpent` before it starts what cannot be paid for.
  std::optional<Linearization> model_at(const ResidualPoint& point, const Linearization* before);

  /// As in `SpaceSchedule`.
  void record(double cost_before, double cost_after) { schedule_.record(cost_before, cost_after); }
  void record_quiet() { schedule_.record_quiet(); }

  /// Columns of Jacobians so far.
  std::int64_t columns() const { return source_.columns(); }

  /// J^T diag(s)^2 r in the free columns of `linear`, s the scale of the rows at its point, or (J V)^T of the same: for
  /// the last model made, if that was at `point` and J V or J is at hand. Nothing otherwise.
  std::optional<std::vector<double>> gradient_of(const std::vector<double>& r, const ResidualPoint& point,
                                                 const Linearization& linear);

  /// After a step taken.
  void remember(std::span<const double> step) { subspace_.remember(step); }

  /// Of all columns of J at `point`, which costs as many.
  JacobianSurvey survey(const ResidualPoint& point);
  /// A direction that the next subspace has to hold.
  void include(std::vector<double> direction) { subspace_.include(std::move(direction)); }
  /// The units that subspaces measure unknowns in from now on.
  void measure_in(std::vector<double> units) { subspace_.measure_in(std::move(units)); }

 private:
  std::optional<ReducedModel> reduced(const AnyMatrixView<double>& j, const ResidualPoint& point, double accuracy);
  std::optional<ReducedModel> reduced(const MadeRows<double>& j, const ResidualPoint& point, double accuracy);
  std::optional<AnySketch> observation_sketch(std::int64_t cols);
  bool stays_sparse(const AnyMatrixView<double>& j) const;
  std::optional<Linearization> subspace_model(const ResidualPoint& point, double accuracy);

  const NonlinearProblem& problem_;
  const NonlinearOptions& options_;
  JacobianSource source_;
  ModelReducer reducer_;
  Box box_;
  SpaceSchedule schedule_;
  SubspaceDirections subspace_;
  bool may_stay_sparse_;
  std::uint64_t observation_sketches_ = 0;
};

}  // namespace croquis
