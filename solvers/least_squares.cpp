#include <croquis/solvers/least_squares.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "linalg/check.hpp"
#include "solvers/choose_sparse_method.hpp"
#include "solvers/column_iteration.hpp"
#include "solvers/conclude.hpp"
#include "solvers/direct.hpp"
#include "solvers/error_bars.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/method_choice.hpp"
#include "solvers/scaled_copy.hpp"
#include "solvers/sketch_and_precondition.hpp"
#include "solvers/solve_problem.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {

void check_options(const LeastSquaresOptions& options, std::int64_t rows, std::int64_t cols) {
  if (options.method < LeastSquaresMethod::automatic || options.method > LeastSquaresMethod::column_iteration)
    throw InvalidOption("method is " + std::to_string(static_cast<int>(options.method)) +
                        " but must be one of LeastSquaresMethod");
  if (!(options.tolerance >= 0 && options.tolerance < 1))
    throw InvalidOption("tolerance is " + std::to_string(options.tolerance) + " but must be in [0, 1)");
  if (!(options.rcond >= 0 && options.rcond < 1))
    throw InvalidOption("rcond is " + std::to_string(options.rcond) + " but must be in [0, 1)");
  if (!(options.ridge >= 0 && std::isfinite(options.ridge)))
    throw InvalidOption("ridge is " + std::to_string(options.ridge) + " but must be finite and not negative");
  if (options.iteration_limit < 1)
    throw InvalidOption("iteration_limit is " + std::to_string(options.iteration_limit) + " but must be at least 1");
  if (options.bootstrap) {
    if (options.method != LeastSquaresMethod::sketch_and_solve)
      throw InvalidOption("bootstrap is for the method sketch-and-solve, not " + to_string(options.method));
    if (options.ridge > 0) throw InvalidOption("bootstrap and a ridge are both given: its rows are not sketched");
    check_bootstrap(*options.bootstrap);
  }
  if (options.sketch_rows != 0 && options.sketch_rows < cols)
    throw InvalidOption("sketch_rows is " + std::to_string(options.sketch_rows) + " but must be at least " +
                        std::to_string(cols) + ", the columns of A (or 0 for automatic)");
  if (!options.sketch) return;
  if (options.sketch_rows != 0)
    throw InvalidOption("sketch and sketch_rows are both given: the sketch has its own number of rows");
  if (options.sketch->cols() != rows)
    throw ShapeError("sketch has " + std::to_string(options.sketch->cols()) + " columns but A has " +
                     std::to_string(rows) + " rows");
  if (options.sketch->rows() < cols)
    throw InvalidOption("sketch has " + std::to_string(options.sketch->rows()) + " rows but needs at least " +
                        std::to_string(cols) + ", the columns of A");
}

void check_right_hand_side(std::int64_t rows, std::int64_t cols, std::int64_t b_rows, std::int64_t b_cols) {
  if (b_rows != rows)
    throw ShapeError("B is " + shape_text(b_rows, b_cols) + " but A is " + shape_text(rows, cols) +
                     ": B needs a row for each row of A");
}

AnySketch reseeded(const AnySketch& sketch, int attempt) {
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15;  // odd, so the seeds differ
  return std::visit(
      [&](auto s) -> AnySketch {
        const std::uint64_t seed = s.seed + static_cast<std::uint64_t>(attempt) * step;
        if constexpr (std::is_same_v<decltype(s), RowSampling>) {
          return s.with_seed(seed);
        } else {
          s.seed = seed;
          return s;
        }
      },
      sketch.storage());
}

AnySketch first_sketch(const LeastSquaresOptions& options, const ProblemShape& shape) {
  if (options.sketch) return *options.sketch;
  const std::int64_t rows = options.sketch_rows > 0 ? options.sketch_rows : cheapest_sketch_rows(shape);
  return make_sketch(SketchFamily::sparse_sign, rows, shape.rows, options.seed);
}

namespace {

constexpr int most_attempts = 2;

template <class T>
void solve(const LeastSquaresProblem<T>& problem, SparseMethods<T>* sparse, ColumnRange range, LeastSquaresFit<T>& fit);

// With A scaled, as products with it would leave the range of T.
template <class T>
void solve_scaled(const LeastSquaresProblem<T>& problem, LeastSquaresFit<T>& fit) {
  fit.sketch.reset();
  const ScaledCopy<T> copy(problem.a);
  ++fit.passes;
  LeastSquaresProblem<T> scaled{.a = copy,
                                .b = problem.b,
                                .b_exponent = problem.b_exponent,
                                .b_norm = problem.b_norm,
                                .options = problem.options,
                                .clock = problem.clock};
  for (int& exponent : scaled.b_exponent) exponent -= copy.scaling();
  solve<T>(scaled, nullptr, ColumnRange::any, fit);
}

// Each method that fails its check hands over to the next: the scaled columns, the Gram matrix in float, in the type of
// the data, two sketches, the direct method. The first is the one that `method` says. `sparse` is null unless A is a
// stored sparse matrix.
template <class T>
void solve(const LeastSquaresProblem<T>& problem, SparseMethods<T>* sparse, ColumnRange range,
           LeastSquaresFit<T>& fit) {
  const LeastSquaresOptions& options = problem.options;
  const ProblemShape shape{problem.a.sketched_rows(), problem.cols(), problem.a.stored_entries(), problem.vectors()};
  const AnySketch first = first_sketch(options, shape);
  const bool can_be_scaled = sparse == nullptr && range == ColumnRange::safe;
  Explanation why;
  Attempt<T> attempt;
  MethodChoice<T> choice;
  const bool sketch_is_given = options.sketch || options.sketch_rows > 0;
  if (sparse != nullptr && !sketch_is_given && options.method == LeastSquaresMethod::automatic) {
    const auto next = try_sparse_methods(problem, *sparse, shape, first, fit, attempt, why);
    if (!next) return conclude(fit, problem, attempt, why);
    choice.method = *next;
  } else if (sparse != nullptr && options.method == LeastSquaresMethod::gram_and_precondition) {
    choice.method = options.method;
  } else {
    choice = choose_method(problem, shape, first, fit);
    why.choice = choice.reason;
    if (choice.probe.out_of_range && can_be_scaled) return solve_scaled(problem, fit);
  }
  fit.method = choice.method;
  if (fit.method == LeastSquaresMethod::column_iteration) {
    attempt = iterate_on_columns(problem, fit);
    if (attempt.outcome != AttemptOutcome::rejected) return conclude(fit, problem, attempt, why);
    why.fell_back = attempt.reason;
    fit.method = cheaper_of_sketch_and_direct(shape, first);
  }
  if (fit.method == LeastSquaresMethod::gram_and_precondition) {
    attempt = sparse != nullptr ? sparse->gram_and_precondition(fit)
                                : gram_and_precondition(problem, choice.precision, choice.probe, fit);
    if (attempt.outcome == AttemptOutcome::rejected && choice.precision == GramPrecision::single)
      attempt = gram_and_precondition(problem, GramPrecision::working, choice.probe, fit);
    if (attempt.outcome != AttemptOutcome::rejected) return conclude(fit, problem, attempt, why);
    why.fell_back = attempt.reason;
    fit.method = cheaper_of_sketch_and_direct(shape, first);
  }
  if (fit.method != LeastSquaresMethod::direct) {
    for (int number = 0; number < most_attempts; ++number) {
      fit.sketch = reseeded(first, number);
      attempt = sketch_and_precondition(problem, *fit.sketch, fit);
      if (attempt.outcome == AttemptOutcome::out_of_range && can_be_scaled) return solve_scaled(problem, fit);
      if (attempt.outcome == AttemptOutcome::out_of_range) break;
      if (attempt.outcome != AttemptOutcome::rejected) return conclude(fit, problem, attempt, why);
      why.resketched = attempt.reason;
    }
    why.fell_back = attempt.reason;
    fit.method = LeastSquaresMethod::direct;
  }
  if (sparse != nullptr) attempt = sparse->direct(fit);
  if (sparse == nullptr || attempt.outcome == AttemptOutcome::rejected) {
    const std::string no_copy = sparse == nullptr ? "" : sparse->why_not_dense(problem.rows());
    if (no_copy.empty()) {
      attempt = solve_direct(problem, range, fit);
      if (attempt.outcome == AttemptOutcome::out_of_range && can_be_scaled) return solve_scaled(problem, fit);
    } else {
      attempt.reason += ", and " + no_copy;
    }
  }
  conclude(fit, problem, attempt, why);
}

// The entries of a stored matrix in another order.
template <class T>
class Reordered final : public StoredMatrix<T> {
 public:
  Reordered(const ProblemMatrix<T>& original, AnyMatrixView<T> reordered)
      : StoredMatrix<T>(reordered), exponent_(original.exponent()) {}
  int exponent() const override { return exponent_; }

 private:
  int exponent_;
};

// The same by rows: a pass over a matrix by columns would sum up vectors of its rows.
template <class T>
void solve_sparse(LeastSquaresProblem<T> problem, LeastSquaresFit<T>& fit) {
  SparseStorage<T> storage(*problem.a.stored());
  const Reordered<T> by_rows(problem.a, storage.for_passes());
  const LeastSquaresProblem<T> turned{.a = by_rows,
                                      .b = std::move(problem.b),
                                      .b_exponent = std::move(problem.b_exponent),
                                      .b_norm = std::move(problem.b_norm),
                                      .options = problem.options,
                                      .clock = problem.clock};
  SparseMethods<T> sparse(turned, storage);
  solve(turned, &sparse, ColumnRange::safe, fit);
}

}  // namespace

std::string to_string(LeastSquaresMethod method) {
  switch (method) {
    case LeastSquaresMethod::automatic:
      return "automatic";
    case LeastSquaresMethod::sketch_and_precondition:
      return "sketch-and-precondition";
    case LeastSquaresMethod::direct:
      return "direct";
    case LeastSquaresMethod::sketch_and_solve:
      return "sketch-and-solve";
    case LeastSquaresMethod::gram_and_precondition:
      return "gram-and-precondition";
    case LeastSquaresMethod::column_iteration:
      return "column-iteration";
  }
  assert(false && "a method without a name");
  return {};
}

double LeastSquaresReport::worst_backward_error() const { return largest_or_nan(backward_error); }

template <class T>
LeastSquaresFit<T> solve_problem(const ProblemMatrix<T>& a, MatrixView<const T> b, const LeastSquaresOptions& options) {
  LeastSquaresProblem<T> problem = make_problem<T>(a, b, options);
  LeastSquaresFit<T> fit;
  if (!problem.finite_b()) {
    Attempt<T> attempt;
    attempt.outcome = AttemptOutcome::non_finite_input;
    conclude(fit, problem, attempt, {});
  } else if (a.cols() == 0) {
    conclude_without_unknowns(fit, problem);
  } else if (a.stored() != nullptr && !a.stored()->is_dense()) {
    solve_sparse(std::move(problem), fit);
  } else {
    solve<T>(problem, nullptr, ColumnRange::safe, fit);
  }
  return fit;
}

template LeastSquaresFit<float> solve_problem(const ProblemMatrix<float>&, MatrixView<const float>,
                                              const LeastSquaresOptions&);
template LeastSquaresFit<double> solve_problem(const ProblemMatrix<double>&, MatrixView<const double>,
                                               const LeastSquaresOptions&);

}  // namespace croquis
