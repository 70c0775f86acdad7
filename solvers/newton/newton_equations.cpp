#include "solvers/newton/newton_equations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace croquis {

void NewtonEquations::make_preconditioner() {
  wants_preconditioner_ = false;
  if (options_.preconditioner == NewtonPreconditioner::none) return;
  preconditioner_ = problem_.precondition(options_.seed + static_cast<std::uint64_t>(preconditioners_));
  if (preconditioner_ == nullptr) return;
  ++preconditioners_;
  previous_rho_ = 0;
  predictor_change_ = 0;
}

std::vector<double> NewtonEquations::preconditioned(const std::vector<double>& r) const {
  if (preconditioner_ == nullptr) return r;
  std::vector<double> z(r.size());
  preconditioner_->solve(r.data(), z.data());
  return z;
}

void NewtonEquations::prepare(const std::vector<double>& g) {
  fresh_ = wants_preconditioner_;
  if (fresh_) make_preconditioner();
  z_ = preconditioned(g);
  rho_ = inner_product(g, z_);
}

double NewtonEquations::rho_of(const std::vector<double>& g) const { return inner_product(g, preconditioned(g)); }

bool NewtonEquations::tells_error() const {
  return preconditioner_ != nullptr && preconditioner_->kind() != NewtonPreconditioner::diagonal;
}

InnerTolerance NewtonEquations::tolerance(const WantedAccuracy& wanted) const {
  InnerTolerance tolerance;
  if (previous_rho_ > 0) {
    const double ratio = std::sqrt(rho_ / previous_rho_);
    tolerance.relative = std::clamp(0.5 * std::pow(ratio, 1.5), 1e-8, 0.1);
  }
  tolerance.residual_norm = 0.25 * wanted.gradient_norm;
  tolerance.preconditioned_norm =
      preconditioner_ == nullptr ? std::numeric_limits<double>::infinity() : 0.25 * std::sqrt(2 * wanted.error);
  tolerance.product_limit = options_.products_per_step;
  tolerance.patience = problem_.refined_preconditioner_cost() - excess_;
  return tolerance;
}

InnerSolution NewtonEquations::solve(const std::vector<double>& g, const WantedAccuracy& wanted) {
  InnerSolution solution = solve_newton_equations(hessian_, preconditioner_.get(), g, z_, tolerance(wanted));
  if (fresh_) excess_ += solution.excess;
  std::vector<double> rest(g.size());
  while (solution.gave_up) {
    if (fresh_) {
      problem_.refine_preconditioner();
      excess_ = 0;
    }
    want_preconditioner();
    prepare(g);
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = -solution.residual[i];
    const std::vector<double> z = preconditioned(rest);
    const double rest_rho = inner_product(rest, z);
    InnerTolerance of_rest = tolerance(wanted);
    of_rest.relative *= rest_rho > 0 ? std::sqrt(rho_ / rest_rho) : 1;
    InnerSolution more = solve_newton_equations(hessian_, preconditioner_.get(), rest, z, of_rest);
    excess_ += more.excess;
    if (more.is_newton)
      for (std::size_t i = 0; i < rest.size(); ++i) solution.step[i] += more.step[i];
    solution.products += more.products;
    solution.reduction = more.reduction;
    solution.gave_up = more.gave_up && more.is_newton;
    solution.residual = std::move(more.residual);
  }
  products_ += solution.products;
  return solution;
}

void NewtonEquations::learn(const InnerSolution& solution, double length) {
  previous_rho_ = rho_;
  predictor_change_ += problem_.predictor_change();
  if (preconditioner_ == nullptr || solution.products == 0) return;
  const double products = static_cast<double>(solution.products);
  const double digits = -std::log(std::clamp(solution.reduction, 1e-16, 0.99));
  if (fresh_) {
    digits_per_product_ = digits / products;
    return;
  }
  const double excess = products - std::max(1.0, digits / digits_per_product_);
  if (2 * excess > problem_.preconditioner_cost() || length < 0.1) want_preconditioner();
}

}  // namespace croquis
