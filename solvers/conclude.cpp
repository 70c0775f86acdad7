#include "solvers/conclude.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/parallel.hpp"

namespace croquis {
namespace {

template <class T>
void take(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem, Attempt<T>& attempt) {
  fit.rank = attempt.rank;
  fit.rcond = attempt.rcond;
  fit.condition_estimate = attempt.condition;
  LeastSquaresPoint<T>& point = attempt.point;
  if (point.x.rows() == 0) return;
  const int a_exponent = problem.a.exponent();
  const std::int64_t n = point.gradient.rows();
  fit.residual_norm.assign(static_cast<std::size_t>(problem.vectors()), 0);
  fit.gradient_norm.assign(static_cast<std::size_t>(problem.vectors()), 0);
  for_each_tile(problem.vectors(), [&](std::int64_t j) {
    const int exponent = problem.b_exponent[j];
    for (std::int64_t i = 0; i < point.x.rows(); ++i) point.x(i, j) = std::ldexp(point.x(i, j), exponent);
    fit.residual_norm[j] = std::ldexp(point.data_residual_norm[j], exponent + a_exponent);
    fit.gradient_norm[j] = std::ldexp(norm2(n, point.gradient.data() + j * n), exponent + 2 * a_exponent);
  });
  fit.backward_error = point.backward_error;
  fit.x = std::move(point.x);
  if (attempt.outcome == AttemptOutcome::solved && !all_finite<T>(fit.x.view()))
    attempt.outcome = AttemptOutcome::solution_out_of_range;
}

std::string because(const Explanation& why) {
  std::string text;
  if (!why.choice.empty()) text += "; " + why.choice;
  if (!why.fell_back.empty()) return text + "; fell back to it because " + why.fell_back;
  if (!why.resketched.empty()) text += "; a second sketch was drawn because " + why.resketched;
  return text;
}

}  // namespace

std::string scientific(double value) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1);
  return {text, written.ptr};
}

template <class T>
void conclude(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem, Attempt<T>& attempt,
              const Explanation& why) {
  take(fit, problem, attempt);
  const std::string error = "backward error " + scientific(fit.worst_backward_error());
  const bool deficient = fit.rank < problem.cols();
  switch (attempt.outcome) {
    case AttemptOutcome::solved:
      if (fit.method == LeastSquaresMethod::sketch_and_solve) {
        fit.status = Status::preview;
      } else if (deficient) {
        fit.status = Status::rank_deficient;
      } else {
        fit.status = why.fell_back.empty() ? Status::converged : Status::fell_back;
      }
      fit.message = (fit.status == Status::preview ? "preview by " : "solved by ") + to_string(fit.method);
      if (deficient) {
        fit.message += ", rank " + std::to_string(fit.rank) + " of " + std::to_string(problem.cols()) + " (tolerance " +
                       scientific(fit.rcond) + ")";
        if (fit.status != Status::preview) fit.message += ", minimum-norm solution";
      }
      fit.message += ", " + error + because(why);
      break;
    case AttemptOutcome::iteration_limit:
      fit.status = Status::iteration_limit;
      fit.message = "not solved: the limit of " + std::to_string(problem.options.iteration_limit) +
                    " iterations was reached, " + error;
      break;
    case AttemptOutcome::cancelled:
      fit.status = Status::cancelled;
      fit.message = "not solved: cancelled by the progress callback, " + error;
      break;
    case AttemptOutcome::non_finite_input:
      fit.status = Status::non_finite_input;
      fit.message = "not solved: A or B holds a NaN or an infinity";
      break;
    case AttemptOutcome::solution_out_of_range:
      fit.status = Status::accuracy_not_reached;
      fit.message = "not solved: the solution is out of the range of its type, " + error + because(why);
      break;
    case AttemptOutcome::rejected:
    case AttemptOutcome::out_of_range:
      fit.status = Status::accuracy_not_reached;
      fit.message = "not solved: " + attempt.reason + (fit.x.rows() > 0 ? ", " + error : "") + because(why);
      break;
  }
  fit.seconds.total = problem.clock.seconds();
}

template <class T>
void conclude_without_unknowns(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem) {
  fit.x = Matrix<T>(0, problem.vectors());
  fit.method = LeastSquaresMethod::direct;
  fit.status = Status::converged;
  fit.message = "nothing to solve: A has no columns";
  fit.condition_estimate = 1;
  for (std::int64_t j = 0; j < problem.vectors(); ++j) {
    fit.residual_norm.push_back(std::ldexp(problem.b_norm[j], problem.b_exponent[j] + problem.a.exponent()));
    fit.gradient_norm.push_back(0);
    fit.backward_error.push_back(0);
  }
  fit.seconds.total = problem.clock.seconds();
}

#define CROQUIS_INSTANTIATE(T)                                                                                    \
  template void conclude<T>(LeastSquaresFit<T>&, const LeastSquaresProblem<T>&, Attempt<T>&, const Explanation&); \
  template void conclude_without_unknowns<T>(LeastSquaresFit<T>&, const LeastSquaresProblem<T>&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
