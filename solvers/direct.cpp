#include "solvers/direct.hpp"

#include <utility>

#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/refinement.hpp"

namespace croquis {

template <class T>
SketchedFactor<T> factor_whole(const ProblemMatrix<T>& a, Matrix<T> b, double rcond, ColumnRange range,
                               LeastSquaresReport& report) {
  SketchedFactor<T> result;
  const Stopwatch phase;
  Matrix<T> copy = a.densify();
  ++report.passes;
  if (!all_finite<T>(copy.view())) {
    result.outcome = AttemptOutcome::non_finite_input;
    return result;
  }
  std::vector<T> scale = unit_column_scale<T>(copy.view());
  if (range == ColumnRange::safe && !within_safe_range(scale)) {
    result.outcome = AttemptOutcome::out_of_range;
    result.reason = "the scale of A's columns is out of range";
    return result;
  }
  scale_columns<T>(copy.view(), scale);
  TallQr<T> qr = tall_qr<T>(copy.view(), b.view());
  copy = {};
  b = {};
  result.factorization = factorize<T>(std::move(qr.r), std::move(scale), rcond, Pivoting::yes, qr.qtb);
  result.coordinates = std::move(qr.qtb);
  report.seconds.factor += phase.seconds();
  return result;
}

template <class T>
Attempt<T> solve_direct(const LeastSquaresProblem<T>& problem, ColumnRange range, LeastSquaresReport& report) {
  const SketchedFactor<T> f = factor_whole<T>(problem.a, problem.b, problem.options.rcond, range, report);
  if (f.outcome != AttemptOutcome::solved) {
    Attempt<T> attempt;
    attempt.outcome = f.outcome;
    attempt.reason = f.reason;
    return attempt;
  }
  return attempt_from(problem, *f.factorization, f.coordinates, Refine::if_unacceptable, report);
}

#define CROQUIS_INSTANTIATE(T)                                                                        \
  template SketchedFactor<T> factor_whole<T>(const ProblemMatrix<T>&, Matrix<T>, double, ColumnRange, \
                                             LeastSquaresReport&);                                    \
  template Attempt<T> solve_direct<T>(const LeastSquaresProblem<T>&, ColumnRange, LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
