// The state of a reaction-diffusion equation at its start, from measurements at its end: 10^5 unknowns, and a Jacobian
// that exists only as products J V and J^T U.
// Alone: g++ -std=c++20 -O2 pde_inverse.cpp $(pkg-config --cflags --libs croquis) && ./a.out 316
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <croquis/croquis.hpp>

namespace {

// u_t = diffusion (u_xx + u_yy) + u (1 - u) on a periodic square, by explicit steps.
struct Equation {
  std::int64_t side;
  int steps = 20;
  double time_step = 0.1;
  double diffusion = 1;  // in grid points

  std::int64_t size() const { return side * side; }

  // out := u + time_step (diffusion (u_xx + u_yy) + rate u): one step where `rate` is 1 - u, its derivative in the
  // direction u at a state w where it is 1 - 2 w. Symmetric, so it is its own transpose.
  template <class Rate>
  void step(const double* u, double* out, const Rate& rate) const {
    for (std::int64_t i = 0; i < side; ++i) {
      const double* const above = u + (i + side - 1) % side * side;
      const double* const below = u + (i + 1) % side * side;
      for (std::int64_t j = 0; j < side; ++j) {
        const std::int64_t k = i * side + j;
        const double left = u[i * side + (j + side - 1) % side];
        const double right = u[i * side + (j + 1) % side];
        const double spread = above[j] + below[j] + left + right - 4 * u[k];
        out[k] = u[k] + time_step * (diffusion * spread + rate(k) * u[k]);
      }
    }
  }

  // The states at all times.
  std::vector<std::vector<double>> run(std::span<const double> start) const {
    std::vector<std::vector<double>> states{{start.begin(), start.end()}};
    for (int t = 0; t < steps; ++t) {
      std::vector<double> next(start.size());
      const double* const u = states.back().data();
      step(u, next.data(), [u](std::int64_t k) { return 1 - u[k]; });
      states.push_back(std::move(next));
    }
    return states;
  }

  // Carries a change of the start to the end, or backwards (the transpose).
  void carry(const std::vector<std::vector<double>>& states, std::vector<double>& change, bool backwards) const {
    std::vector<double> next(change.size());
    for (int t = 0; t < steps; ++t) {
      const double* const w = states[static_cast<std::size_t>(backwards ? steps - 1 - t : t)].data();
      step(change.data(), next.data(), [w](std::int64_t k) { return 1 - 2 * w[k]; });
      change.swap(next);
    }
  }
};

// Every third point is measured at the end, to 1e-2; the start is within 0.3 or so of a constant.
constexpr std::int64_t spacing = 3;
constexpr double accuracy = 1e-2;
constexpr double spread = 0.3;
constexpr double guess = 0.2;

croquis::NonlinearProblem inverse_problem(const Equation& equation, const std::vector<double>& measured) {
  const auto n = equation.size();
  const auto points = static_cast<std::int64_t>(measured.size());
  croquis::NonlinearProblem problem{.residuals = points + n, .unknowns = n};
  problem.residual = [=](std::span<const double> x, std::span<double> r) {
    const std::vector<double> end = equation.run(x).back();
    for (std::int64_t i = 0; i < points; ++i) r[i] = (end[i * spacing] - measured[i]) / accuracy;
    for (std::int64_t k = 0; k < n; ++k) r[points + k] = (x[k] - guess) / spread;
  };
  problem.jacobian_times = [=](std::span<const double> x, croquis::MatrixView<const double> v,
                               croquis::MatrixView<double> jv) {
    const auto states = equation.run(x);
    for (std::int64_t c = 0; c < v.cols; ++c) {
      std::vector<double> change(&v(0, c), &v(0, c) + n);
      for (std::int64_t k = 0; k < n; ++k) jv(points + k, c) = change[k] / spread;
      equation.carry(states, change, false);
      for (std::int64_t i = 0; i < points; ++i) jv(i, c) = change[i * spacing] / accuracy;
    }
  };
  problem.jacobian_transposed_times = [=](std::span<const double> x, croquis::MatrixView<const double> u,
                                          croquis::MatrixView<double> jtu) {
    const auto states = equation.run(x);
    for (std::int64_t c = 0; c < u.cols; ++c) {
      std::vector<double> change(static_cast<std::size_t>(n));
      for (std::int64_t i = 0; i < points; ++i) change[i * spacing] = u(i, c) / accuracy;
      equation.carry(states, change, true);
      for (std::int64_t k = 0; k < n; ++k) jtu(k, c) = change[k] + u(points + k, c) / spread;
    }
  };
  return problem;
}

std::vector<double> truth(const Equation& equation) {
  std::vector<double> x;
  for (std::int64_t k = 0; k < equation.size(); ++k) {
    const double scale = 2 * 3.14159265358979 / static_cast<double>(equation.side);
    const double a = scale * static_cast<double>(k / equation.side), b = scale * static_cast<double>(k % equation.side);
    x.push_back(0.3 + 0.2 * std::sin(2 * a) * std::cos(b) + 0.1 * std::sin(3 * b + a));
  }
  return x;
}

croquis::NonlinearProblem measure(const Equation& equation) {
  const std::vector<double> end = equation.run(truth(equation)).back();
  std::vector<double> measured;
  for (std::size_t k = 0; k < end.size(); k += spacing)
    measured.push_back(end[k] + accuracy * std::sin(1e4 * static_cast<double>(k + 1)));
  return inverse_problem(equation, measured);
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

int main(int argc, char** argv) {
  const Equation equation{.side = argc > 1 ? std::atoll(argv[1]) : 316};
  if (equation.side < 8) return std::fprintf(stderr, "usage: %s [points on a side, at least 8]\n", argv[0]), 2;
  try {
    // Derivatives are checked where that is cheap.
    const Equation small{.side = 8};
    std::printf("%s\n",
                croquis::check_jacobian(measure(small), std::vector<double>(small.size(), guess)).message.c_str());

    const croquis::NonlinearProblem problem = measure(equation);
    const std::vector<double> start(static_cast<std::size_t>(equation.size()), guess);
    croquis::NonlinearOptions options{.method = croquis::NonlinearMethod::subspace, .iteration_limit = 60};
    options.subspace.dimensions = 24;
    // A step that changes the logarithm of the likelihood by less than one tells nothing more about the start.
    options.on_iteration = [](const croquis::NonlinearProgress& progress) {
      return std::abs(progress.cost_change) > 1;
    };
    const auto fit = croquis::nonlinear_least_squares(problem, start, options);
    std::printf("%s", croquis::iteration_table(fit).c_str());
    const double before = distance(start, truth(equation)), after = distance(fit.x, truth(equation));
    std::printf("%lld unknowns, %lld products with J: off by %.3g on average, before %.3g\n",
                static_cast<long long>(problem.unknowns), static_cast<long long>(fit.jacobian_columns), after, before);
    return after < before / 4 ? 0 : 1;
  } catch (const croquis::Error& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 2;
  }
}
