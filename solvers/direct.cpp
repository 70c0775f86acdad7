#include "solvers/direct.hpp"

#include <utility>

#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/refinement.hpp"

namespace croquis {

template <class T>
Attempt<T> solve_direct(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report) {
  Attempt<T> attempt;
  const Stopwatch phase;
  Matrix<T> copy = problem.a.densify();
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
  const auto f = factorize<T>(std::move(qr.r), std::move(scale), problem.options.rcond, Pivoting::yes, qr.qtb);
  report.seconds.factor += phase.seconds();
  return attempt_from(problem, *f, qr.qtb, Refine::if_unacceptable, report);
}

template Attempt<float> solve_direct<float>(const LeastSquaresProblem<float>&, LeastSquaresReport&);
template Attempt<double> solve_direct<double>(const LeastSquaresProblem<double>&, LeastSquaresReport&);

}  // namespace croquis
