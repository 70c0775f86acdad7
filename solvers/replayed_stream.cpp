#include <string>

#include <croquis/errors.hpp>
#include <croquis/solvers/least_squares_stream.hpp>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"
#include "solvers/sketch_and_precondition.hpp"
#include "solvers/solve_problem.hpp"
#include "solvers/stream_matrix.hpp"

namespace croquis {
namespace {

constexpr int most_attempts = 2;

void check_stream_options(const LeastSquaresOptions& options) {
  if (options.method == LeastSquaresMethod::direct || options.method == LeastSquaresMethod::gram_and_precondition ||
      options.method == LeastSquaresMethod::cholesky_qr)
    throw InvalidOption("method " + to_string(options.method) + " is not for streams, which it would hold in memory");
  if (options.ridge > 0 || !options.weights.empty()) throw InvalidOption("ridge and weights are not for streams");
}

template <class T>
LeastSquaresFit<T> solve(const RowBlockSource<T>& source, LeastSquaresOptions options) {
  check_stream_options(options);
  const std::int64_t sketched = options.sketch ? options.sketch->cols() : source.cols;
  check_options(options, sketched, source.cols);
  if (options.method == LeastSquaresMethod::automatic) options.method = LeastSquaresMethod::sketch_and_precondition;
  LeastSquaresFit<T> fit;
  fit.method = options.method;
  fit.passes = 1;
  StreamMatrix<T> a(source);
  if (a.rows() < a.cols())
    throw ShapeError("the stream is " + shape_text(a.rows(), a.cols()) +
                     ": a least-squares problem needs rows >= columns");
  check_options(options, a.rows(), a.cols());
  const LeastSquaresProblem<T> problem = make_problem<T>(a, a.take_b(), options);
  Attempt<T> attempt;
  if (a.non_finite_row()) {
    attempt.outcome = AttemptOutcome::non_finite_input;
    conclude(fit, problem, attempt, {});
    fit.message = "not solved: row " + std::to_string(*a.non_finite_row()) +
                  " of the stream holds a NaN or an infinity in A or B";
    return fit;
  }
  if (a.cols() == 0) {
    conclude_without_unknowns(fit, problem);
    return fit;
  }
  const AnySketch first = first_sketch(options, {a.rows(), a.cols(), a.stored_entries(), problem.vectors()});
  Explanation why;
  for (int number = 0; number < most_attempts; ++number) {
    fit.sketch = reseeded(first, number);
    attempt = sketch_and_precondition(problem, *fit.sketch, fit);
    if (attempt.outcome != AttemptOutcome::rejected) break;
    if (number == 0) why.resketched = attempt.reason;
  }
  conclude(fit, problem, attempt, why);
  return fit;
}

}  // namespace

LeastSquaresFit<float> least_squares_stream(const RowBlockSource<float>& source, const LeastSquaresOptions& options) {
  return solve(source, options);
}
LeastSquaresFit<double> least_squares_stream(const RowBlockSource<double>& source, const LeastSquaresOptions& options) {
  return solve(source, options);
}

}  // namespace croquis
