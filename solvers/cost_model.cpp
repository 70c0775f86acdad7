#include "solvers/cost_model.hpp"

#include <algorithm>
#include <cmath>

namespace croquis {
namespace {

// Flops of a matrix product in the time that one stored entry takes to come from memory and through the fused pass.
constexpr double pass_per_entry = 20;
// What a pass costs however small the matrix is: waking threads, adding partial sums.
constexpr double pass_overhead = 2e6;
// The sketch with eight nonzeros per column, per stored entry.
constexpr double sketch_per_entry = 110;
// A full-accuracy solve reduces the error of the sketch-and-solve point by exp(-log_reduction), some 14 digits.
constexpr double log_reduction = 32.5;
// Passes that are not iterations: the first and the last residual, and one between.
constexpr double extra_passes = 3;

// Householder QR: its flops, slowed by panels, which weigh the more the narrower the matrix is.
double qr_cost(double rows, double cols) { return 1.6 * (1 + 80 / cols) * 2 * rows * cols * cols; }

}  // namespace

double direct_cost(const ProblemShape& s) {
  const double m = static_cast<double>(s.rows);
  const double n = static_cast<double>(s.cols);
  return qr_cost(m, n) + 4 * m * n * static_cast<double>(s.vectors) + qr_cost(n, n) + 3 * pass_per_entry * m * n;
}

double sketch_and_precondition_cost(const ProblemShape& s, std::int64_t sketch_rows) {
  const double n = static_cast<double>(s.cols);
  const double k = static_cast<double>(s.vectors);
  const double d = static_cast<double>(sketch_rows);
  const double entries = static_cast<double>(s.stored_entries) + static_cast<double>(s.rows);
  // Conjugate gradients reduce the error by sqrt(n / d) per pass.
  const double passes = extra_passes + 2 * log_reduction / std::log(d / n);
  // Past a few vectors a pass is a matrix product, not a read.
  const double pass = entries * std::max(pass_per_entry, 4 * k) + 4 * n * n * k + pass_overhead;
  return sketch_per_entry * entries + qr_cost(d, n) + passes * pass;
}

std::int64_t cheapest_sketch_rows(const ProblemShape& shape) {
  std::int64_t best = 0;
  double best_cost = 0;
  for (const double ratio : {3., 4., 5., 6., 8., 10., 12., 16.}) {
    const std::int64_t rows = static_cast<std::int64_t>(std::ceil(ratio * static_cast<double>(shape.cols)));
    const double cost = sketch_and_precondition_cost(shape, rows);
    if (best == 0 || cost < best_cost) {
      best = rows;
      best_cost = cost;
    }
  }
  return best;
}

}  // namespace croquis
