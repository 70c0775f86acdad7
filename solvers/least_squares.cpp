#include <croquis/solvers/least_squares.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/copy.hpp"
#include "solvers/cost_model.hpp"
#include "solvers/direct.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/sketch_and_precondition.hpp"

namespace croquis {
namespace {

constexpr int most_attempts = 2;

void check_options(const LeastSquaresOptions& options, std::int64_t rows, std::int64_t cols) {
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
        s.seed += static_cast<std::uint64_t>(attempt) * step;
        return s;
      },
      sketch.storage());
}

template <class T>
LeastSquaresProblem<T> make_problem(const AnyMatrixView<T>& a, MatrixView<const T> b,
                                    const LeastSquaresOptions& options) {
  LeastSquaresProblem<T> problem{.a = a,
                                 .b = Matrix<T>::uninitialized(b.rows, b.cols),
                                 .b_exponent = {},
                                 .b_norm = {},
                                 .options = options,
                                 .clock = {}};
  copy<T>(b, problem.b.view());
  for (std::int64_t j = 0; j < b.cols; ++j) {
    T* column = problem.b.data() + j * b.rows;
    const double norm = norm2(b.rows, column);
    int exponent = 0;
    if (norm > 0 && std::isfinite(norm)) {
      // Two factors, since the reciprocal of the smallest numbers is out of range.
      std::frexp(norm, &exponent);
      const T first = std::ldexp(T(1), -exponent / 2);
      const T second = std::ldexp(T(1), -exponent - (-exponent / 2));
      for (std::int64_t i = 0; i < b.rows; ++i) column[i] = column[i] * first * second;
    }
    problem.b_exponent.push_back(exponent);
    problem.b_norm.push_back(norm2(b.rows, column));
  }
  return problem;
}

std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

// Moves what an attempt found into the result, in the units of the user's right-hand sides.
template <class T>
void take(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem, Attempt<T>& attempt) {
  fit.rank = attempt.rank;
  fit.rcond = attempt.rcond;
  fit.condition_estimate = attempt.condition;
  LeastSquaresPoint<T>& point = attempt.point;
  if (point.residual_norm.empty()) return;
  fit.residual_norm.clear();
  fit.gradient_norm.clear();
  for (std::int64_t j = 0; j < problem.vectors(); ++j) {
    const int exponent = problem.b_exponent[j];
    for (std::int64_t i = 0; i < problem.cols(); ++i) point.x(i, j) = std::ldexp(point.x(i, j), exponent);
    fit.residual_norm.push_back(std::ldexp(point.residual_norm[j], exponent));
    fit.gradient_norm.push_back(
        std::ldexp(static_cast<double>(norm2(problem.cols(), point.gradient.data() + j * problem.cols())), exponent));
  }
  fit.backward_error = point.backward_error;
  fit.x = std::move(point.x);
}

template <class T>
void conclude(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem, Attempt<T>& attempt, bool fell_back,
              const std::string& why) {
  take(fit, problem, attempt);
  const std::string error = "backward error " + scientific(fit.worst_backward_error());
  const std::string rank = "rank " + std::to_string(fit.rank) + " of " + std::to_string(problem.cols()) +
                           " (tolerance " + scientific(fit.rcond) + "), minimum-norm solution";
  switch (attempt.outcome) {
    case AttemptOutcome::solved:
      if (fit.method == LeastSquaresMethod::sketch_and_solve) {
        fit.status = Status::preview;
        fit.message = "preview by sketch-and-solve, " + error;
      } else {
        const bool deficient = fit.rank < problem.cols();
        fit.status = deficient ? Status::rank_deficient : fell_back ? Status::fell_back : Status::converged;
        fit.message = "solved by " + to_string(fit.method) + (deficient ? ", " + rank : "") + ", " + error + why;
      }
      break;
    case AttemptOutcome::iteration_limit:
      fit.status = Status::iteration_limit;
      fit.message = "the limit of " + std::to_string(problem.options.iteration_limit) +
                    " iterations was reached before the tolerance, " + error;
      break;
    case AttemptOutcome::cancelled:
      fit.status = Status::cancelled;
      fit.message = "cancelled by the progress callback, " + error;
      break;
    case AttemptOutcome::non_finite_input:
      fit.status = Status::non_finite_input;
      fit.message = "A or B holds a NaN or an infinity";
      break;
    case AttemptOutcome::rejected:
    case AttemptOutcome::out_of_range:
      fit.status = Status::accuracy_not_reached;
      fit.message = "not solved: " + attempt.reason + ", " + error + why;
      break;
  }
  fit.seconds.total = problem.clock.seconds();
}

// The problem of no unknowns, whose residual is b.
template <class T>
LeastSquaresFit<T> solve_empty(LeastSquaresFit<T> fit, const LeastSquaresProblem<T>& problem) {
  fit.x = Matrix<T>(0, problem.vectors());
  fit.method = LeastSquaresMethod::direct;
  fit.status = Status::converged;
  fit.message = "nothing to solve: A has no columns";
  fit.condition_estimate = 1;
  for (std::int64_t j = 0; j < problem.vectors(); ++j) {
    fit.residual_norm.push_back(std::ldexp(problem.b_norm[j], problem.b_exponent[j]));
    fit.gradient_norm.push_back(0);
    fit.backward_error.push_back(0);
  }
  fit.seconds.total = problem.clock.seconds();
  return fit;
}

template <class T>
LeastSquaresFit<T> solve(const AnyMatrixView<T>& a, MatrixView<const T> b, const LeastSquaresOptions& options) {
  check_view(a, "A");
  check_view(b, "B");
  if (a.rows() < a.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ": a least-squares problem needs rows >= columns");
  check_shape(b.rows, b.cols, a.rows(), b.cols, "B", "it needs a row for each row of A");
  check_options(options, a.rows(), a.cols());

  const LeastSquaresProblem<T> problem = make_problem(a, b, options);
  const ProblemShape shape{a.rows(), a.cols(), a.stored_entries(), b.cols};
  LeastSquaresFit<T> fit;
  Attempt<T> attempt;
  const bool finite_b =
      std::all_of(problem.b_norm.begin(), problem.b_norm.end(), [](double norm) { return std::isfinite(norm); });
  if (!finite_b) {
    attempt.outcome = AttemptOutcome::non_finite_input;
    conclude(fit, problem, attempt, false, "");
    return fit;
  }
  if (a.cols() == 0) return solve_empty(std::move(fit), problem);

  const std::int64_t sketch_rows = options.sketch_rows > 0 ? options.sketch_rows : cheapest_sketch_rows(shape);
  std::string why;
  fit.method = options.method;
  if (options.method == LeastSquaresMethod::automatic) {
    const bool direct = direct_cost(shape) <= sketch_and_precondition_cost(shape, sketch_rows);
    fit.method = direct ? LeastSquaresMethod::direct : LeastSquaresMethod::sketch_and_precondition;
    why = direct ? "; chosen as cheaper than a sketch for " : "; chosen as cheaper than a direct solve for ";
    why += shape_text(a.rows(), a.cols());
  }
  if (fit.method == LeastSquaresMethod::direct) {
    attempt = solve_direct(problem, fit);
    conclude(fit, problem, attempt, false, why);
    return fit;
  }

  const AnySketch first = options.sketch ? *options.sketch
                                         : AnySketch(SparseSign{.rows = sketch_rows,
                                                                .cols = a.rows(),
                                                                .nonzeros = std::min<std::int64_t>(8, sketch_rows),
                                                                .seed = options.seed});
  for (int number = 0; number < most_attempts; ++number) {
    fit.sketch = reseeded(first, number);
    attempt = sketch_and_precondition(problem, *fit.sketch, fit);
    if (attempt.outcome == AttemptOutcome::out_of_range) break;
    if (attempt.outcome != AttemptOutcome::rejected) {
      if (number > 0) why += "; a second sketch was drawn because " + attempt.reason;
      conclude(fit, problem, attempt, false, why);
      return fit;
    }
  }
  const std::string reason = attempt.outcome == AttemptOutcome::out_of_range
                                 ? "the scale of A's columns is out of the sketch's range"
                                 : attempt.reason;
  fit.method = LeastSquaresMethod::direct;
  attempt = solve_direct(problem, fit);
  conclude(fit, problem, attempt, true, "; fell back to it because " + reason);
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
