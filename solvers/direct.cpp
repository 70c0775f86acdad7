#include "solvers/direct.hpp"

#include <limits>

#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/backward_error.hpp"
#include "solvers/column_scaling.hpp"

namespace croquis {
namespace {

// Householder QR is backward stable; an error of more units of roundoff than this means that x left the range of T.
constexpr double acceptable_roundoffs = 100;

}  // namespace

template <class T>
Attempt<T> solve_direct(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report) {
  Attempt<T> attempt;
  Stopwatch phase;
  Matrix<T> copy = densify<T>(problem.a);
  ++report.passes;
  if (!all_finite<T>(copy.view())) {
    attempt.outcome = AttemptOutcome::non_finite_input;
    return attempt;
  }
  std::vector<T> scale = unit_column_scale<T>(copy.view());
  scale_columns<T>(copy.view(), scale);
  Matrix<T> b = problem.b;
  TallQr<T> qr = tall_qr<T>(copy.view(), b.view());
  copy = {};
  b = {};
  const Factorization<T> f =
      factorize<T>(std::move(qr.r), std::move(scale), problem.options.rcond, Pivoting::yes, qr.qtb);
  report.seconds.factor += phase.seconds();

  phase = {};
  attempt.rank = f.rank;
  attempt.rcond = f.rcond;
  attempt.condition = f.condition;
  BackwardError<T> error(f);
  attempt.point.x = Matrix<T>::uninitialized(problem.cols(), problem.vectors());
  f.precondition(qr.qtb.view(), attempt.point.x.view());
  minimize_norm(f, attempt.point.x.view());
  measure(problem, f, error, attempt.point, report);
  const double accepted =
      std::max(problem.acceptable(), acceptable_roundoffs * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2);
  if (attempt.point.worst_backward_error() <= (problem.options.tolerance > 0 ? problem.acceptable() : accepted)) {
    attempt.outcome = AttemptOutcome::solved;
  } else {
    attempt.reason = "the direct method's backward error is above the tolerance";
  }
  report.seconds.iterate += phase.seconds();
  return attempt;
}

template Attempt<float> solve_direct<float>(const LeastSquaresProblem<float>&, LeastSquaresReport&);
template Attempt<double> solve_direct<double>(const LeastSquaresProblem<double>&, LeastSquaresReport&);

}  // namespace croquis
