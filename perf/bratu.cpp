#include "perf/bratu.hpp"

#include <cmath>

namespace croquis::perf {
namespace {

struct Grid {
  std::int64_t side;
  double load;  // h^2 lambda

  // out := 4 u - sum of the neighbours.
  void laplacian(const double* u, double* out) const {
    for (std::int64_t row = 0; row < side; ++row)
      for (std::int64_t col = 0; col < side; ++col) {
        const std::int64_t k = row * side + col;
        double value = 4 * u[k];
        if (col > 0) value -= u[k - 1];
        if (col < side - 1) value -= u[k + 1];
        if (row > 0) value -= u[k - side];
        if (row < side - 1) value -= u[k + side];
        out[k] = value;
      }
  }

  void multiply(std::span<const double> x, MatrixView<const double> v, MatrixView<double> jv) const {
    std::vector<double> slope(x.size());
    for (std::size_t k = 0; k < x.size(); ++k) slope[k] = load * std::exp(x[k]);
    for (std::int64_t c = 0; c < v.cols; ++c) {
      laplacian(&v(0, c), &jv(0, c));
      for (std::int64_t k = 0; k < v.rows; ++k) jv(k, c) -= slope[static_cast<std::size_t>(k)] * v(k, c);
    }
  }
};

}  // namespace

NonlinearProblem bratu(std::int64_t side) {
  const double h = 1 / static_cast<double>(side + 1);
  const Grid grid{side, 4 * h * h};
  NonlinearProblem problem{.residuals = side * side, .unknowns = side * side};
  problem.residual = [grid](std::span<const double> x, std::span<double> r) {
    grid.laplacian(x.data(), r.data());
    for (std::size_t k = 0; k < x.size(); ++k) r[k] -= grid.load * std::exp(x[k]);
  };
  problem.jacobian_times = [grid](std::span<const double> x, MatrixView<const double> v, MatrixView<double> jv) {
    grid.multiply(x, v, jv);
  };
  problem.jacobian_transposed_times = problem.jacobian_times;
  return problem;
}

}  // namespace croquis::perf
