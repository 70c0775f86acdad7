#include "perf/smooth_functions.hpp"

#include <cmath>
#include <random>

#include <croquis/solvers/generalized_linear_model.hpp>

#include "perf/bratu.hpp"
#include "tests/support/rosenbrock_chain.hpp"

namespace croquis::perf {
namespace {

// out := the sum of u's neighbours.
void neighbours(std::int64_t side, const double* u, double* out) {
  for (std::int64_t row = 0; row < side; ++row)
    for (std::int64_t col = 0; col < side; ++col) {
      const std::int64_t k = row * side + col;
      out[k] = (col > 0 ? u[k - 1] : 0) + (col < side - 1 ? u[k + 1] : 0) + (row > 0 ? u[k - side] : 0) +
               (row < side - 1 ? u[k + side] : 0);
    }
}

double uniform(std::mt19937_64& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }

}  // namespace

Objective valleys(std::int64_t n) {
  Objective f{.unknowns = n};
  f.value_and_gradient = test::rosenbrock_chain;
  f.hessian_times = [](std::span<const double> x, MatrixView<const double> v, MatrixView<double> hv) {
    for (std::int64_t j = 0; j < v.cols; ++j) {
      const double* const from = &v(0, j);
      double* const to = &hv(0, j);
      to[0] = 0;
      for (std::int64_t i = 0; i + 1 < v.rows; ++i) {
        const double at = x[static_cast<std::size_t>(i)], next = x[static_cast<std::size_t>(i + 1)];
        to[i] += (1200 * at * at - 400 * next + 2) * from[i] - 400 * at * from[i + 1];
        to[i + 1] = -400 * at * from[i] + 200 * from[i + 1];
      }
    }
  };
  return f;
}

Objective wells(std::int64_t side) {
  Objective f{.unknowns = side * side};
  f.value_and_gradient = [side](std::span<const double> x, std::span<double> g) {
    neighbours(side, x.data(), g.data());
    double value = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double depth = 1 - x[k] * x[k], stretch = 4 * x[k] - g[k];
      value += depth * depth / 4 + x[k] * stretch / 2;
      g[k] = stretch - depth * x[k];
    }
    return value;
  };
  f.hessian_times = [side](std::span<const double> x, MatrixView<const double> v, MatrixView<double> hv) {
    for (std::int64_t j = 0; j < v.cols; ++j) {
      const double* const from = &v(0, j);
      double* const to = &hv(0, j);
      neighbours(side, from, to);
      for (std::size_t k = 0; k < x.size(); ++k) to[k] = (3 + 3 * x[k] * x[k]) * from[k] - to[k];
    }
  };
  return f;
}

Objective bratu_energy(std::int64_t side) {
  const NonlinearProblem equations = bratu(side);
  const double h = 1 / static_cast<double>(side + 1), load = 4 * h * h;
  Objective f{.unknowns = side * side};
  f.value_and_gradient = [equations, load](std::span<const double> x, std::span<double> g) {
    equations.residual(x, g);
    double value = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double source = load * std::exp(x[k]);
      value += x[k] * (g[k] + source) / 2 - source;
    }
    return value;
  };
  f.hessian_times = equations.jacobian_times;
  return f;
}

std::shared_ptr<SparseLogistic> sparse_logistic(std::int64_t n) {
  constexpr int features = 20;
  std::mt19937_64 engine(1);
  std::vector<double> weights(static_cast<std::size_t>(n));
  for (double& weight : weights) weight = 2 * uniform(engine) - 1;
  std::vector<std::int64_t> start{0}, column;
  std::vector<double> value;
  auto result = std::make_shared<SparseLogistic>();
  for (std::int64_t i = 0; i < n / 5; ++i) {
    double z = 2 * (2 * uniform(engine) - 1);
    for (int k = 0; k < features; ++k) {
      const auto j = static_cast<std::int64_t>(static_cast<double>(n) * std::pow(uniform(engine), 3));
      column.push_back(j);
      value.push_back(2 * uniform(engine) - 1);
      z += value.back() * weights[static_cast<std::size_t>(j)];
    }
    start.push_back(static_cast<std::int64_t>(column.size()));
    result->y.push_back(z > 0 ? 1 : -1);
  }
  result->a = SparseMatrix<double>(n / 5, n, start, column, value);
  result->objective = generalized_linear_objective(result->a, result->y, {.ridge = 1e-4, .intercept = false});
  return result;
}

}  // namespace croquis::perf
