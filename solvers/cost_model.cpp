#include "solvers/cost_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <croquis/sketch/distortion.hpp>

#include "linalg/products.hpp"

namespace croquis {
namespace {

// Units in the time that one stored entry takes to come from memory and through the fused pass.
constexpr double pass_per_entry = 28;
// The triangular solves of an iteration and of its error estimate, per entry of the square matrix, on one thread. They
// read the triangle anew, since the pass has driven it from the caches.
constexpr double solve_per_entry = 100;
// The factor of a shifted matrix that estimates the backward error, per cube of the columns.
constexpr double shift_per_cube = 2.4;
// Iterations more that a solve makes where it has but upper bounds of its backward error.
constexpr double iterations_of_upper_bound = 4;
// What a pass costs however small the matrix is: waking threads, adding partial sums.
constexpr double pass_overhead = 3e6;
// The same of a copy of A in fixed point, and making that, most of which is what the system takes to give new memory.
constexpr double fixed_point_per_entry = 12;
constexpr double making_fixed_point = 110;
// The triangular solves of such an iteration, per entry of the square matrix: it estimates no error until the end.
constexpr double fixed_point_solve_per_entry = 35;
// Residuals in between, for which A itself is read.
constexpr double passes_beside_fixed_point = 2;
// Of an A that the third-level cache holds a pass is as fast as one of the copy.
constexpr double least_entries_of_fixed_point = 6 << 20;
// Beyond it the copy is too far from A for an iteration to gain by it.
constexpr double most_condition_of_fixed_point = 4e9;
// Sparse signs, per stored entry: reading it, and adding it to one row of the sketch.
constexpr double sparse_read = 32;
constexpr double sparse_add = 8;
// Transforms, per stored entry and level.
constexpr double hadamard_level = 8;
constexpr double trigonometric_level = 100;
// One entry of a dense S, made and used once.
constexpr double draw = 130;

// A flop of the Gram matrix in double and in float, and the columns at which turning and packing the rows takes as long
// as the flops.
constexpr double gram_flop = 1.1;
constexpr double gram_packing_cols = 60;
constexpr double float_gram_flop = 0.6;
constexpr double float_gram_packing_cols = 180;
// Its Cholesky factor and the estimate of the condition number, per cube of the columns.
constexpr double cholesky_per_cube = 1.1;
// Each vector more of a pass, per stored entry; and a flop of one with so many that it is a product of blocks with the
// kernels of the Gram matrix, beside the packing of these blocks.
constexpr double pass_per_vector = 7;
constexpr double wide_flop = 1.3;
constexpr double wide_packing = 55;
// The residual, and with few right-hand sides a step of refinement.
constexpr double passes_of_few = 3;
// A flop of the triangular solve with a few hundred rows, with what copies them.
constexpr double triangular_flop = 2.1;
// Passes of a solve by the Gram matrix that are not iterations: the gradient at zero, the first residual, the last.
constexpr double extra_gram_passes = 3;
// With many right-hand sides the solution of the normal equations is taken if it will do, as it does to this condition
// number: the gradient at zero, half a pass, and the residual.
constexpr double gram_passes_of_many = 1.5;
constexpr double most_condition_of_many = 100;

// A full-accuracy solve reduces the error of the sketch-and-solve point by exp(-log_reduction), some 14 digits;
// measured on singular values of all sizes, by so much less for each factor of e in the condition number above exp(6).
constexpr double log_reduction = 32.5;
constexpr double log_reduction_per_log_condition = 0.8;
constexpr double least_log_condition = 6;
constexpr double least_log_reduction = 12;
// Passes that are not iterations: the first and the last residual, and one between.
constexpr double extra_passes = 3;
// The solver gives a sketch up when ten iterations do not reduce the residual tenfold; it has then made 12 passes.
constexpr double slowest_rate = 0.794;
constexpr double passes_to_give_up = 12;
// So many columns bring a sketch's distortion near enough to what is typical that two rows for each will do.
constexpr std::int64_t least_cols_for_few_rows = 1000;
// For the norms of very few columns.
constexpr std::int64_t extra_probe_rows = 30;

// Householder QR: its flops, slowed by panels, which weigh the more the narrower the matrix is.
double qr_cost(double rows, double cols) { return 1.2 * (1 + 200 / cols) * 2 * rows * cols * cols; }

double backward_error_cost(const ProblemShape& s) { return std::min(shifted_factor_cost(s.cols), upper_bound_cost(s)); }

// Past a few vectors a pass is a matrix product, not a read.
double pass_cost_per_entry(const ProblemShape& s) {
  const double k = static_cast<double>(s.vectors);
  return bound_by_arithmetic(s.vectors) ? wide_packing + 4 * wide_flop * k : pass_per_entry + pass_per_vector * (k - 1);
}

double entries_and_rows(const ProblemShape& s) {
  return static_cast<double>(s.stored_entries) + static_cast<double>(s.rows);
}

// The passes that are expected, those of iterations over a copy in fixed point.
double fixed_point_passes_cost(const ProblemShape& s, const ExpectedPasses& expected) {
  const double n = static_cast<double>(s.cols);
  const double iteration =
      entries_and_rows(s) * fixed_point_per_entry + fixed_point_solve_per_entry * n * n + pass_overhead;
  return entries_and_rows(s) * making_fixed_point + (extra_passes + passes_beside_fixed_point) * pass_cost(s) +
         (expected.passes - extra_passes) * iteration;
}

}  // namespace

SolveCost direct_cost(const ProblemShape& s) {
  const double m = static_cast<double>(s.rows);
  const double n = static_cast<double>(s.cols);
  return {.sketch = 0,
          .factor = qr_cost(m, n) + 5 * m * n * static_cast<double>(s.vectors) + qr_cost(n, n),
          .iterate = (2 * pass_per_entry + pass_cost_per_entry(s)) * m * n + shifted_factor_cost(s.cols)};
}

double sketch_cost(const ProblemShape& s, const AnySketch& sketch) {
  const double entries = entries_and_rows(s);
  const double d = static_cast<double>(sketch.rows());
  const double m = static_cast<double>(s.rows);
  const bool dense = s.stored_entries == s.rows * s.cols;
  switch (sketch.family()) {
    case SketchFamily::sparse_sign:
    case SketchFamily::count_sketch:
      return entries * (sparse_read + sparse_add * static_cast<double>(sketch.nonzeros()));
    case SketchFamily::srht:
      if (dense) return entries * hadamard_level * std::log2(d + 1);
      break;
    case SketchFamily::srtt:
      if (dense) return entries * trigonometric_level * std::log2(m + 1);
      break;
    case SketchFamily::hashed_rht:
      if (dense) return entries * (hadamard_level * std::log2(std::max(4096.0, 4 * d)) + sparse_add);
      break;
    case SketchFamily::row_sampling:
      return sparse_read * std::min(d / m, 1.0) * entries;
    case SketchFamily::gaussian:
    case SketchFamily::rademacher:
    case SketchFamily::uniform:
      break;
  }
  return 3 * d * entries + draw * d * m;
}

double factor_cost(const ProblemShape& s, std::int64_t sketch_rows) {
  return qr_cost(static_cast<double>(sketch_rows), static_cast<double>(s.cols));
}

double pass_cost(const ProblemShape& s) {
  const double n = static_cast<double>(s.cols);
  const double k = static_cast<double>(s.vectors);
  return entries_and_rows(s) * pass_cost_per_entry(s) + solve_per_entry * n * n * k + pass_overhead;
}

double shifted_factor_cost(std::int64_t cols) {
  const double n = static_cast<double>(cols);
  return shift_per_cube * n * n * n;
}

double upper_bound_cost(const ProblemShape& s) { return iterations_of_upper_bound * pass_cost(s); }

ExpectedPasses expected_passes(const ProblemShape& s, double condition) {
  const double rate = (condition - 1) / (condition + 1);
  if (!(rate <= slowest_rate)) return {.passes = passes_to_give_up, .gives_up = true};
  if (rate <= 0) return {.passes = extra_passes};
  // In exact arithmetic conjugate gradients end after as many iterations as there are unknowns.
  const double already = log_reduction_per_log_condition * std::max(0.0, std::log(s.condition) - least_log_condition);
  const double reduction = std::max(least_log_reduction, log_reduction - already);
  const double iterations = std::min(-reduction / std::log(rate), 2 * static_cast<double>(s.cols));
  return {.passes = extra_passes + iterations};
}

bool fixed_point_pays(const ProblemShape& s, const ExpectedPasses& expected) {
  if (!s.fixed_point || s.vectors > 1 || s.condition > most_condition_of_fixed_point) return false;
  return static_cast<double>(s.stored_entries) >= least_entries_of_fixed_point &&
         fixed_point_passes_cost(s, expected) < expected.passes * pass_cost(s);
}

SolveCost sketch_and_precondition_cost(const ProblemShape& s, const AnySketch& sketch, double condition) {
  const ExpectedPasses expected = expected_passes(s, condition);
  SolveCost cost{.sketch = sketch_cost(s, sketch),
                 .factor = factor_cost(s, sketch.rows()),
                 .iterate = (fixed_point_pays(s, expected) ? fixed_point_passes_cost(s, expected)
                                                           : expected.passes * pass_cost(s)) +
                            backward_error_cost(s)};
  if (expected.gives_up) {
    const SolveCost direct = direct_cost(s);
    cost = {.sketch = 2 * cost.sketch,
            .factor = 2 * cost.factor + direct.factor,
            .iterate = 2 * cost.iterate + direct.iterate};
  }
  return cost;
}

SolveCost sketch_and_solve_cost(const ProblemShape& s, const AnySketch& sketch) {
  return {.sketch = sketch_cost(s, sketch),
          .factor = factor_cost(s, sketch.rows()),
          .iterate = pass_cost(s) + shifted_factor_cost(s.cols)};
}

SolveCost gram_and_precondition_cost(const ProblemShape& s, GramPrecision precision, double condition) {
  const double m = static_cast<double>(s.rows);
  const double n = static_cast<double>(s.cols);
  const bool single = precision == GramPrecision::single;
  const double roundoff =
      single ? std::numeric_limits<float>::epsilon() / 2 : std::numeric_limits<double>::epsilon() / 2;
  const double flop =
      single ? float_gram_flop * (1 + float_gram_packing_cols / n) : gram_flop * (1 + gram_packing_cols / n);
  // An iteration gains what rounding leaves of orthonormality.
  const double gain = std::min(0.5, roundoff * condition * condition);
  const bool final = bound_by_arithmetic(s.vectors) && !single && condition <= most_condition_of_many;
  const double iterations = gain > 0 ? std::floor(log_reduction / -std::log(gain)) : 0;
  const double passes = final ? gram_passes_of_many : extra_gram_passes + iterations;
  return {.sketch = 0,
          .factor = flop * m * n * n + cholesky_per_cube * n * n * n,
          .iterate = passes * pass_cost(s) + shifted_factor_cost(s.cols)};
}

SolveCost cholesky_qr_cost(const ProblemShape& s, const AnySketch& sketch) {
  const double m = static_cast<double>(s.rows);
  const double n = static_cast<double>(s.cols);
  const double k = static_cast<double>(s.vectors);
  const double gram = gram_flop * (1 + gram_packing_cols / n) * m * n * n;
  return {.sketch = sketch_cost(s, sketch),
          .factor = factor_cost(s, sketch.rows()) + triangular_flop * m * n * n + gram + 2 * wide_flop * m * n * k,
          .iterate = (bound_by_arithmetic(s.vectors) ? 1 : passes_of_few) * pass_cost(s) + shifted_factor_cost(s.cols)};
}

std::int64_t probe_sketch_rows(std::int64_t cols) {
  return (cols < least_cols_for_few_rows ? 2 * cols : cols + cols / 2) + extra_probe_rows;
}

double probe_cost(const ProblemShape& s) {
  const double n = static_cast<double>(s.cols);
  const double rows = static_cast<double>(probe_sketch_rows(s.cols));
  return entries_and_rows(s) * (sparse_read + sparse_add) + gram_flop * (1 + gram_packing_cols / n) * rows * n * n +
         cholesky_per_cube * n * n * n;
}

std::int64_t cheapest_sketch_rows(const ProblemShape& shape) {
  std::int64_t best = 0;
  double best_cost = 0;
  for (const double ratio : {2., 2.5, 3., 4., 5., 6., 8., 10., 12., 16.}) {
    if (ratio < 3 && shape.cols < least_cols_for_few_rows) continue;
    const std::int64_t rows = static_cast<std::int64_t>(std::ceil(ratio * static_cast<double>(shape.cols)));
    const AnySketch sketch = make_sketch(SketchFamily::sparse_sign, rows, shape.rows, 0);
    const double condition = typical_distortion(sketch, shape.cols).preconditioned_condition();
    const double cost = sketch_and_precondition_cost(shape, sketch, condition).total();
    if (best == 0 || cost < best_cost) {
      best = rows;
      best_cost = cost;
    }
  }
  return best;
}

}  // namespace croquis
