// Fills in a matrix of low rank of which a quarter is known, from the worst of starts: at zero every derivative
// vanishes. Alone: g++ -std=c++20 -O2 saddle_escape.cpp $(pkg-config --cflags --libs croquis)
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include <croquis/croquis.hpp>

namespace {

constexpr std::int64_t rows = 120, cols = 100, rank = 4;
constexpr std::int64_t unknowns = (rows + cols) * rank;

struct Known {
  std::int64_t row, col;
  double value;
};

// U V^T - M at the entry: the unknowns are the rows of U, then those of V.
double miss(const Known& entry, std::span<const double> x) {
  double sum = -entry.value;
  for (std::int64_t k = 0; k < rank; ++k)
    sum +=
        x[static_cast<std::size_t>(entry.row * rank + k)] * x[static_cast<std::size_t>((rows + entry.col) * rank + k)];
  return sum;
}

double normal(std::mt19937_64& engine) {
  const auto uniform = [&] { return (static_cast<double>(engine() >> 11) + 0.5) * 0x1p-53; };
  return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
}

}  // namespace

int main() {
  std::mt19937_64 engine(7);
  std::vector<double> truth(unknowns);
  for (double& entry : truth) entry = normal(engine);
  std::vector<Known> known, hidden;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j) {
      const Known entry{i, j, miss({i, j, 0}, truth)};
      (engine() % 4 == 0 ? known : hidden).push_back(entry);
    }

  // f = 1/2 sum over the known entries of (U V^T - M)^2.
  croquis::Objective f{.unknowns = unknowns};
  f.value_and_gradient = [&](std::span<const double> x, std::span<double> g) {
    double value = 0;
    for (double& entry : g) entry = 0;
    for (const Known& entry : known) {
      const double r = miss(entry, x);
      value += r * r / 2;
      for (std::int64_t k = 0; k < rank; ++k) {
        const auto u = static_cast<std::size_t>(entry.row * rank + k);
        const auto v = static_cast<std::size_t>((rows + entry.col) * rank + k);
        g[u] += r * x[v];
        g[v] += r * x[u];
      }
    }
    return value;
  };
  // The Hessian times a direction: how the gradient changes along it.
  f.hessian_times = [&](std::span<const double> x, croquis::MatrixView<const double> d,
                        croquis::MatrixView<double> hd) {
    for (std::int64_t j = 0; j < d.cols; ++j) {
      for (std::int64_t i = 0; i < d.rows; ++i) hd(i, j) = 0;
      for (const Known& entry : known) {
        const double r = miss(entry, x);
        double change = 0;
        const std::int64_t u = entry.row * rank, v = (rows + entry.col) * rank;
        for (std::int64_t k = 0; k < rank; ++k)
          change += x[static_cast<std::size_t>(u + k)] * d(v + k, j) + x[static_cast<std::size_t>(v + k)] * d(u + k, j);
        for (std::int64_t k = 0; k < rank; ++k) {
          hd(u + k, j) += change * x[static_cast<std::size_t>(v + k)] + r * d(v + k, j);
          hd(v + k, j) += change * x[static_cast<std::size_t>(u + k)] + r * d(u + k, j);
        }
      }
    }
  };

  const std::vector<double> zero(unknowns);
  std::printf("%zu of %ld entries known, %ld unknowns\n", known.size(), static_cast<long>(rows * cols),
              static_cast<long>(unknowns));
  const auto newton = croquis::minimize(f, zero);
  std::printf("minimize:              f = %.3e, %s\n", newton.value, newton.message.c_str());

  const auto fit = croquis::minimize_in_subspaces(f, zero);
  std::printf("minimize_in_subspaces: f = %.3e, %s\n", fit.value, fit.message.c_str());
  std::printf("smallest curvature there: %.2e, at most %.1e less; saddle points left: %ld\n", fit.smallest_curvature,
              fit.curvature_error, static_cast<long>(fit.escapes));

  double wrong = 0, all = 0;
  for (const Known& entry : hidden) {
    wrong += std::pow(miss(entry, fit.x), 2);
    all += entry.value * entry.value;
  }
  const double error = std::sqrt(wrong / all);
  std::printf("relative error of the %zu entries that were hidden: %.1e\n", hidden.size(), error);
  return fit.second_order_stationary && error < 1e-3 ? 0 : 1;
}
