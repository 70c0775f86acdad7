// The equations of Newton's steps, and the preconditioner that they are solved with, made anew where that pays.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "solvers/newton/newton_problem.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"

namespace croquis {

/// What the iteration wants in the end, which the last steps need not be more accurate for.
struct WantedAccuracy {
  double gradient_norm = 0;
  double error = 0;  ///< of f
};

class NewtonEquations {
 public:
  NewtonEquations(NewtonProblem& problem, const NewtonOptions& options) : problem_(problem), options_(options) {}

  /// At a new current point, or after `want_preconditioner`: makes one if it is wanted, and measures g.
  void prepare(const std::vector<double>& g);

  /// g^T M^-1 g at the current point: f - f* is about half of g^T H^-1 g.
  double rho() const { return rho_; }
  /// The same for another gradient.
  double rho_of(const std::vector<double>& g) const;
  const Preconditioner* preconditioner() const { return preconditioner_.get(); }
  /// Whether M is near H in every direction, so that rho tells the error of f. A diagonal knows nothing of directions
  /// that several columns make together, along which f may fall far though its gradient is small.
  bool tells_error() const;

  void want_preconditioner() { wants_preconditioner_ = true; }
  /// Whether the preconditioner was made at the current point.
  bool fresh() const { return fresh_ && preconditioner_ != nullptr; }
  /// How far predictors have moved since it was made.
  double predictor_change() const { return predictor_change_; }

  /// H s = -g, as accurately as convergence so far deserves (Eisenstat and Walker, choice 2). Where the preconditioner
  /// is of a kind that can be refined, and has cost as much as that would, it is, and the solution goes on from where
  /// it is.
  InnerSolution solve(const std::vector<double>& g, const WantedAccuracy& wanted);

  /// After a step by `length` of the solution. Asks for a new preconditioner where the products that the old one takes
  /// too many would pay for it within two steps, or where it was made for equations far from here.
  void learn(const InnerSolution& solution, double length);

  std::int64_t preconditioners() const { return preconditioners_; }
  std::int64_t products() const { return products_; }

 private:
  void make_preconditioner();
  std::vector<double> preconditioned(const std::vector<double>& r) const;
  InnerTolerance tolerance(const WantedAccuracy& wanted) const;

  NewtonProblem& problem_;
  const NewtonOptions& options_;
  const HessianProduct hessian_ = [this](const double* v, double* hv) { problem_.hessian_times(v, hv); };
  std::unique_ptr<Preconditioner> preconditioner_;
  std::vector<double> z_;  // M^-1 g
  bool wants_preconditioner_ = true, fresh_ = false;
  double digits_per_product_ = 1;  // of the newest preconditioner, when it was new
  double rho_ = 0;
  double previous_rho_ = 0;      // at the point before; 0 where that was in another norm
  double predictor_change_ = 0;  // since the newest preconditioner
  // Products beyond one for each halving of a residual, with preconditioners of the present kind while they were new.
  double excess_ = 0;
  std::int64_t preconditioners_ = 0, products_ = 0;
};

}  // namespace croquis
