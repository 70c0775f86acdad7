#include <croquis/solvers/least_squares.hpp>

#include <algorithm>
#include <cassert>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"
#include "solvers/direct.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/method_choice.hpp"
#include "solvers/sketch_and_precondition.hpp"
#include "solvers/stored_matrix.hpp"

namespace croquis {
namespace {

constexpr int most_attempts = 2;

void check_options(const LeastSquaresOptions& options, std::int64_t rows, std::int64_t cols) {
  if (options.method < LeastSquaresMethod::automatic || options.method > LeastSquaresMethod::gram_and_precondition)
    throw InvalidOption("method is " + std::to_string(static_cast<int>(options.method)) +
                        " but must be one of LeastSquaresMethod");
  if (!(options.tolerance >= 0 && options.tolerance < 1))
    throw InvalidOption("tolerance is " + std::to_string(options.tolerance) + " but must be in [0, 1)");
  if (!(options.rcond >= 0 && options.rcond < 1))
    throw InvalidOption("rcond is " + std::to_string(options.rcond) + " but must be in [0, 1)");
  if (options.iteration_limit < 1)
    throw InvalidOption("iteration_limit is " + std::to_string(options.iteration_limit) + " but must be at least 1");
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

// Another independent operator of the same family and size.
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

// Each method that fails its check hands over to the next: the Gram matrix in float, in the type of the data, two
// sketches, the direct method. The first is the one that `method` says.
template <class T>
void solve(const LeastSquaresProblem<T>& problem, LeastSquaresFit<T>& fit) {
  const LeastSquaresOptions& options = problem.options;
  const ProblemShape shape{problem.rows(), problem.cols(), problem.a.stored_entries(), problem.vectors()};
  const AnySketch first = first_sketch(options, shape);
  Explanation why;
  MethodChoice<T> choice = choose_method(problem, shape, first, fit);
  fit.method = choice.method;
  why.choice = choice.reason;
  Attempt<T> attempt;
  if (fit.method == LeastSquaresMethod::gram_and_precondition) {
    attempt = gram_and_precondition(problem, choice.precision, choice.probe, fit);
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
      if (attempt.outcome == AttemptOutcome::out_of_range) break;
      if (attempt.outcome != AttemptOutcome::rejected) return conclude(fit, problem, attempt, why);
      why.resketched = attempt.reason;
    }
    why.fell_back = attempt.reason;
    fit.method = LeastSquaresMethod::direct;
  }
  attempt = solve_direct(problem, fit);
  conclude(fit, problem, attempt, why);
}

template <class T>
LeastSquaresFit<T> solve(const AnyMatrixView<T>& a, MatrixView<const T> b, const LeastSquaresOptions& options) {
  check_view(a, "A");
  check_view(b, "B");
  if (a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": a least-squares problem needs rows >= columns");
  if (b.rows != a.rows())
    throw ShapeError("B is " + shape_text(b.rows, b.cols) + " but A is " + shape_text(a.rows(), a.cols()) +
                     ": B needs a row for each row of A");
  check_options(options, a.rows(), a.cols());

  const StoredMatrix<T> matrix(a);
  const LeastSquaresProblem<T> problem = make_problem<T>(matrix, b, options);
  LeastSquaresFit<T> fit;
  if (!problem.finite_b()) {
    Attempt<T> attempt;
    attempt.outcome = AttemptOutcome::non_finite_input;
    conclude(fit, problem, attempt, {});
  } else if (a.cols() == 0) {
    conclude_without_unknowns(fit, problem);
  } else {
    solve(problem, fit);
  }
  return fit;
}

template <class T>
MatrixView<const T> as_column(std::span<const T> b) {
  return column_major(b.data(), static_cast<std::int64_t>(b.size()), 1);
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
  }
  assert(false && "a method without a name");
  return {};
}

double LeastSquaresReport::worst_backward_error() const {
  return backward_error.empty() ? 0 : *std::max_element(backward_error.begin(), backward_error.end());
}

LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                     const LeastSquaresOptions& options) {
  return solve(a, b, options);
}
LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, MatrixView<const double> b,
                                      const LeastSquaresOptions& options) {
  return solve(a, b, options);
}
LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, std::span<const float> b,
                                     const LeastSquaresOptions& options) {
  return solve(a, as_column(b), options);
}
LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, std::span<const double> b,
                                      const LeastSquaresOptions& options) {
  return solve(a, as_column(b), options);
}

}  // namespace croquis
