#include "solvers/newton/preconditioned_conjugate_gradients.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"

namespace croquis {

double inner_product(const std::vector<double>& x, const std::vector<double>& y) {
  // Four sums, so that none waits for the addition before.
  double sum[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= x.size(); i += 4)
    for (std::size_t k = 0; k < 4; ++k) sum[k] += x[i + k] * y[i + k];
  for (; i < x.size(); ++i) sum[0] += x[i] * y[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double two_norm(const std::vector<double>& x) { return norm2(static_cast<std::int64_t>(x.size()), x.data()); }

namespace {

// Of the residual in the norm of M^-1, whose squares are given.
double halvings(double rho, double first_rho) {
  return rho > 0 ? std::max(0.0, 0.5 * std::log2(first_rho / rho)) : std::numeric_limits<double>::infinity();
}

}  // namespace

InnerSolution solve_newton_equations(const HessianProduct& product, const Preconditioner* preconditioner,
                                     const std::vector<double>& g, const std::vector<double>& z,
                                     const InnerTolerance& tolerance) {
  const std::size_t n = g.size();
  InnerSolution solution{.step = std::vector<double>(n)};
  std::vector<double> residual(n), preconditioned = z, direction(n), image(n);
  // Products of two very small or large vectors leave the range of double. A power of two changes nothing else.
  double largest = 0;
  for (const double entry : g) largest = std::max(largest, std::abs(entry));
  int exponent = 0;
  std::frexp(largest, &exponent);
  const double residual_norm = std::ldexp(tolerance.residual_norm, -exponent);
  const double preconditioned_norm = std::ldexp(tolerance.preconditioned_norm, -exponent);
  for (std::size_t i = 0; i < n; ++i) {
    residual[i] = -std::ldexp(g[i], -exponent);
    preconditioned[i] = -std::ldexp(z[i], -exponent);
  }
  direction = preconditioned;
  double rho = inner_product(residual, preconditioned);
  const double first_rho = rho;
  while (solution.products < tolerance.product_limit) {
    product(direction.data(), image.data());
    ++solution.products;
    const double curvature = inner_product(direction, image);
    if (!(curvature > 0)) {
      if (solution.products == 1) {
        solution.step = direction;
        solution.is_newton = false;
      }
      break;
    }
    const double alpha = rho / curvature;
    for (std::size_t i = 0; i < n; ++i) {
      solution.step[i] += alpha * direction[i];
      residual[i] -= alpha * image[i];
    }
    if (preconditioner != nullptr) {
      preconditioner->solve(residual.data(), preconditioned.data());
    } else {
      preconditioned = residual;
    }
    const double next = inner_product(residual, preconditioned);
    if (!(next > 0)) {  // rounding errors, or zero
      rho = 0;
      break;
    }
    const double beta = next / rho;
    rho = next;
    if (rho <= tolerance.relative * tolerance.relative * first_rho) break;
    if (rho <= preconditioned_norm * preconditioned_norm &&
        inner_product(residual, residual) <= residual_norm * residual_norm)
      break;
    if (static_cast<double>(solution.products) - halvings(rho, first_rho) > tolerance.patience) {
      solution.gave_up = true;
      break;
    }
    for (std::size_t i = 0; i < n; ++i) direction[i] = preconditioned[i] + beta * direction[i];
  }
  for (double& entry : solution.step) entry = std::ldexp(entry, exponent);
  for (double& entry : residual) entry = std::ldexp(entry, exponent);
  solution.residual = std::move(residual);
  solution.reduction = first_rho > 0 ? std::sqrt(rho / first_rho) : 0;
  solution.excess = std::max(0.0, static_cast<double>(solution.products) - halvings(rho, first_rho));
  return solution;
}

}  // namespace croquis
