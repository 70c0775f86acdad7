#include "tests/support/nonconvex_functions.hpp"

#include <cmath>
#include <cstdint>
#include <span>

#include "tests/support/random.hpp"
#include "tests/support/rosenbrock_chain.hpp"

namespace croquis::test {
namespace {

using In = std::span<const double>;
using Out = std::span<double>;

double square(double x) { return x * x; }

void set_zero(Out g) {
  for (double& entry : g) entry = 0;
}

std::vector<double> all(std::size_t n, double value) { return std::vector<double>(n, value); }

double freudenstein_roth(In x, Out g) {
  const double a = x[0] - 13 + ((5 - x[1]) * x[1] - 2) * x[1], b = x[0] - 29 + ((x[1] + 1) * x[1] - 14) * x[1];
  g[0] = 2 * (a + b);
  g[1] = 2 * a * ((10 - 3 * x[1]) * x[1] - 2) + 2 * b * ((3 * x[1] + 2) * x[1] - 14);
  return a * a + b * b;
}

double wood(In x, Out g) {
  const double a = x[1] - square(x[0]), b = x[3] - square(x[2]), c = x[1] + x[3] - 2, d = x[1] - x[3];
  g[0] = -400 * a * x[0] - 2 * (1 - x[0]);
  g[1] = 200 * a + 20 * c + 0.2 * d;
  g[2] = -360 * b * x[2] - 2 * (1 - x[2]);
  g[3] = 180 * b + 20 * c - 0.2 * d;
  return 100 * a * a + square(1 - x[0]) + 90 * b * b + square(1 - x[2]) + 10 * c * c + 0.1 * d * d;
}

double trigonometric(In x, Out g) {
  const auto n = static_cast<double>(x.size());
  double cosines = 0, f = 0, sum = 0;
  for (const double entry : x) cosines += std::cos(entry);
  const auto residual = [&](std::size_t i) {
    return n - cosines + static_cast<double>(i + 1) * (1 - std::cos(x[i])) - std::sin(x[i]);
  };
  for (std::size_t i = 0; i < x.size(); ++i) sum += residual(i);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double r = residual(i);
    f += r * r;
    g[i] = 2 * (sum * std::sin(x[i]) + r * (static_cast<double>(i + 1) * std::sin(x[i]) - std::cos(x[i])));
  }
  return f;
}

double himmelblau(In x, Out g) {
  const double a = square(x[0]) + x[1] - 11, b = x[0] + square(x[1]) - 7;
  g[0] = 4 * x[0] * a + 2 * b;
  g[1] = 2 * a + 4 * x[1] * b;
  return a * a + b * b;
}

double styblinski_tang(In x, Out g) {
  double f = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    f += 0.5 * (square(square(x[i])) - 16 * square(x[i]) + 5 * x[i]);
    g[i] = 0.5 * (4 * x[i] * square(x[i]) - 32 * x[i] + 5);
  }
  return f;
}

// Ginzburg and Landau's energy of a line, its ends free.
double double_well(In x, Out g) {
  constexpr double stiffness = 4;
  double f = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double depth = 1 - square(x[i]);
    f += depth * depth / 4;
    g[i] = -depth * x[i];
  }
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double slope = x[i + 1] - x[i];
    f += stiffness / 2 * slope * slope;
    g[i] -= stiffness * slope;
    g[i + 1] += stiffness * slope;
  }
  return f;
}

// ||x||^4 / 4 - x^T diag(1 .. n) x / 2: minimal at sqrt(n) e_n and its negative, stationary at every sqrt(k) e_k.
double eigenvectors(In x, Out g) {
  double length = 0, f = 0;
  for (const double entry : x) length += entry * entry;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(i + 1);
    f -= value * x[i] * x[i] / 2;
    g[i] = (length - value) * x[i];
  }
  return f + length * length / 4;
}

// 1/2 ||U V^T - M||^2, M of rank two and 6 x 5, U and V of two columns.
NonconvexFunction factorization() {
  constexpr std::size_t rows = 6, cols = 5, rank = 2;
  RandomSource random(8);
  std::vector<double> u(rows * rank), v(cols * rank), m(rows * cols);
  for (double& entry : u) entry = random.normal();
  for (double& entry : v) entry = random.normal();
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j)
      for (std::size_t k = 0; k < rank; ++k) m[i * cols + j] += u[i * rank + k] * v[j * rank + k];
  NonconvexFunction f{.name = "matrix factorization", .saddle = all((rows + cols) * rank, 0)};
  f.objective.value_and_gradient = [m](In x, Out g) {
    set_zero(g);
    double value = 0;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j) {
        double r = -m[i * cols + j];
        for (std::size_t k = 0; k < rank; ++k) r += x[i * rank + k] * x[(rows + j) * rank + k];
        value += r * r / 2;
        for (std::size_t k = 0; k < rank; ++k) {
          g[i * rank + k] += r * x[(rows + j) * rank + k];
          g[(rows + j) * rank + k] += r * x[i * rank + k];
        }
      }
    return value;
  };
  return f;
}

// Least squares of sum_k c_k tanh(a_k s + b_k t) on a grid, with a ridge: a product of the inputs has to be learnt.
NonconvexFunction network() {
  constexpr std::size_t hidden = 5;
  constexpr double ridge = 1e-3;
  NonconvexFunction f{.name = "network", .saddle = all(3 * hidden, 0)};
  f.objective.value_and_gradient = [](In x, Out g) {
    double value = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      value += ridge / 2 * x[i] * x[i];
      g[i] = ridge * x[i];
    }
    for (int row = -2; row <= 2; ++row)
      for (int col = -2; col <= 2; ++col) {
        const double s = row, t = col;
        double r = -s * (1 + 0.2 * t * t) / 2;
        double signal[hidden];
        for (std::size_t k = 0; k < hidden; ++k) {
          signal[k] = std::tanh(x[3 * k] * s + x[3 * k + 1] * t);
          r += x[3 * k + 2] * signal[k];
        }
        value += r * r / 2;
        for (std::size_t k = 0; k < hidden; ++k) {
          const double slope = r * x[3 * k + 2] * (1 - square(signal[k]));
          g[3 * k] += slope * s;
          g[3 * k + 1] += slope * t;
          g[3 * k + 2] += r * signal[k];
        }
      }
    return value;
  };
  return f;
}

}  // namespace

std::vector<NonconvexFunction> nonconvex_functions() {
  std::vector<NonconvexFunction> list;
  const auto add = [&](const char* name, double (*f)(In, Out), std::vector<double> saddle, double tolerance) {
    list.push_back(
        {.name = name, .objective = {.value_and_gradient = f}, .saddle = std::move(saddle), .tolerance = tolerance});
  };
  // Where the cubic between the two valleys is largest.
  const double top = (2 + std::sqrt(22.0)) / 3;
  add("Freudenstein and Roth", freudenstein_roth, {21 - (3 * top - 8) * top, top}, 1e-12);
  add("Wood", wood, {-0.967973952, 0.947138893, -0.969516306, 0.951247741}, 1e-4);
  add("trigonometric", trigonometric,
      {0.0695023969204101, 0.072304184475253, 0.0756442479252351, 0.0797625504116912, 0.199439806888442,
       0.0926985215728763, 0.167874816070321, 0.11940178100806, 0.108949850514368, 0.0987179540915918},
      1e-12);
  add("chain of Rosenbrock's valleys", rosenbrock_chain,
      {-0.555376094663342, 0.322445514729396, 0.115178217872668, 0.0235061962987825, 0.0106612884093587,
       0.0102137570153988, 0.0100042780518511, 0.00010008557933875},
      1e-11);
  add("Himmelblau", himmelblau, {-0.127961347, -1.953714980}, 1e-5);
  add("Styblinski and Tang", styblinski_tang, all(6, 0.156731246), 1e-5);
  add("double wells", double_well, all(40, 0), 0);
  std::vector<double> eigenvector(12);
  eigenvector[4] = std::sqrt(5.0);
  add("eigenvectors", eigenvectors, eigenvector, 1e-13);
  list.push_back(factorization());
  list.push_back(network());
  for (NonconvexFunction& f : list) f.objective.unknowns = static_cast<std::int64_t>(f.saddle.size());
  return list;
}

}  // namespace croquis::test
