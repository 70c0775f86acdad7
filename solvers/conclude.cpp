#include "solvers/conclude.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/plain_tile.hpp"

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
  for_each_plain_tile(problem.vectors(), [&](std::int64_t j) {
    const int exponent = problem.b_exponent[j];
    T* const x = point.x.data() + j * point.x.rows();
    if (const T factor = std::ldexp(T(1), exponent); std::isnormal(factor)) {
      for (std::int64_t i = 0; i < point.x.rows(); ++i) x[i] *= factor;
    } else {
      for (std::int64_t i = 0; i < point.x.rows(); ++i) x[i] = std::ldexp(x[i], exponent);
    }
    fit.residual_norm[j] = std::ldexp(point.data_residual_norm[j], exponent + a_exponent);
    fit.gradient_norm[j] = std::ldexp(norm2(n, point.gradient.data() + j * n), exponent + 2 * a_exponent);
  });
  fit.backward_error = point.backward_error;
  fit.x = std::move(point.x);
  if (attempt.outcome == AttemptOutcome::solved && !all_finite<T>(fit.x.view()))
    attempt.outcome = AttemptOutcome::solution_out_of_range;
}

void append_reasons(const Explanation& why, std::string& text) {
  if (!why.choice.empty()) text.append("; ").append(why.choice);
  if (!why.fell_back.empty()) {
    text.append("; fell back to it because ").append(why.fell_back);
  } else if (!why.resketched.empty()) {
    text.append("; a second sketch was drawn because ").append(why.resketched);
  }
}

}  // namespace

// Two digits of a number in the usual range need none of the long tables that a conversion reads, unless it is nearly
// half way between two.
std::string scientific(double value) {
  char text[32];
  if (value > 1e-30 && value < 1e30) {
    double digits = value;
    int exponent = 0;
    for (; digits < 1; --exponent) digits *= 10;
    for (; digits >= 10; ++exponent) digits /= 10;
    const int below = static_cast<int>(digits * 10);
    const double rest = digits * 10 - below;
    const int rounded = below + (rest > 0.5);
    if (std::abs(rest - 0.5) < 0.499 && std::abs(rest - 0.5) > 1e-6 && rounded < 100) {
      char* end = text;
      *end++ = static_cast<char>('0' + rounded / 10);
      *end++ = '.';
      *end++ = static_cast<char>('0' + rounded % 10);
      *end++ = 'e';
      *end++ = exponent < 0 ? '-' : '+';
      *end++ = static_cast<char>('0' + std::abs(exponent) / 10);
      *end++ = static_cast<char>('0' + std::abs(exponent) % 10);
      return {text, end};
    }
  }
  const auto written = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1);
  return {text, written.ptr};
}

template <class T>
void conclude(LeastSquaresFit<T>& fit, const LeastSquaresProblem<T>& problem, Attempt<T>& attempt,
              const Explanation& why) {
  take(fit, problem, attempt);
  fit.message.clear();
  fit.message.reserve(256);
  const auto append_error = [&] {
    fit.message.append(", backward error ").append(scientific(fit.worst_backward_error()));
  };
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
      fit.message.append(fit.status == Status::preview ? "preview by " : "solved by ").append(to_string(fit.method));
      if (deficient) {
        fit.message.append(", rank ").append(std::to_string(fit.rank)).append(" of ");
        fit.message.append(std::to_string(problem.cols())).append(" (tolerance ").append(scientific(fit.rcond));
        fit.message.append(fit.status != Status::preview ? "), minimum-norm solution" : ")");
      }
      append_error();
      append_reasons(why, fit.message);
      break;
    case AttemptOutcome::iteration_limit:
      fit.status = Status::iteration_limit;
      fit.message =
          "not solved: the limit of " + std::to_string(problem.options.iteration_limit) + " iterations was reached";
      append_error();
      break;
    case AttemptOutcome::cancelled:
      fit.status = Status::cancelled;
      fit.message = "not solved: cancelled by the progress callback";
      append_error();
      break;
    case AttemptOutcome::non_finite_input:
      fit.status = Status::non_finite_input;
      fit.message = "not solved: A or B holds a NaN or an infinity";
      break;
    case AttemptOutcome::solution_out_of_range:
      fit.status = Status::accuracy_not_reached;
      fit.message = "not solved: the solution is out of the range of its type";
      append_error();
      append_reasons(why, fit.message);
      break;
    case AttemptOutcome::rejected:
    case AttemptOutcome::out_of_range:
      fit.status = Status::accuracy_not_reached;
      fit.message = "not solved: " + attempt.reason;
      if (fit.x.rows() > 0) append_error();
      append_reasons(why, fit.message);
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
