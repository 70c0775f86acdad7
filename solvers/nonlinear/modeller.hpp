// Models of the residuals at one point after another, each in the space that is its turn.
#pragma once

#include <cstdint>
#include <optional>

#include "solvers/nonlinear/linearization.hpp"

namespace croquis {

/// Chooses spaces, draws their directions, and takes no more of J than they need.
class Modeller {
 public:
  /// All three must outlive it; options as `nonlinear_least_squares` has checked them.
  Modeller(const NonlinearProblem& problem, const NonlinearOptions& options, ResidualFunction& residual)
      : problem_(problem),
        options_(options),
        source_(problem, residual),
        reducer_(options.seed),
        box_(problem),
        schedule_(problem, options) {}

  /// The model at `point`, in the next space; `before` (or null) is the one it follows. Nothing if J is not finite.
  std::optional<Linearization> model_at(const ResidualPoint& point, const Linearization* before);

  /// As in `SpaceSchedule`.
  void record(double cost_before, double cost_after) { schedule_.record(cost_before, cost_after); }
  void record_quiet() { schedule_.record_quiet(); }

  /// Columns of Jacobians so far.
  std::int64_t columns() const { return source_.columns(); }

 private:
  std::optional<ReducedModel> reduced(const AnyMatrixView<double>& j, const ResidualPoint& point, double accuracy);
  std::optional<Linearization> subspace_model(const ResidualPoint& point, double accuracy);

  const NonlinearProblem& problem_;
  const NonlinearOptions& options_;
  JacobianSource source_;
  ModelReducer reducer_;
  Box box_;
  SpaceSchedule schedule_;
  std::uint64_t subspaces_ = 0;  // drawn so far
};

}  // namespace croquis
