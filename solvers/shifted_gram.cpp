#include "solvers/shifted_gram.hpp"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "solvers/certified_iteration.hpp"
#include "solvers/conclude.hpp"
#include "solvers/factorization.hpp"
#include "solvers/refinement.hpp"

namespace croquis {
namespace {

// The eigenvalues of a Gram matrix and of its Cholesky factor are off by a few roundoffs.
constexpr double shift_roundoffs = 10;
// The iteration has come so far only if no singular value is below a third of the smallest that it shows, or so.
constexpr double margin = 0.3;

}  // namespace

template <class T>
double gram_shift(double largest_diagonal) {
  return shift_roundoffs * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2 * largest_diagonal;
}

template <class T>
Attempt<T> attempt_from_shifted_gram_factor(const LeastSquaresProblem<T>& problem, Matrix<T> r, std::vector<T> scale,
                                            const ExtremeSingularValues& extreme, double shift, double most_passes,
                                            LeastSquaresReport& report) {
  Attempt<T> attempt;
  const Stopwatch phase;
  const double rcond = problem.options.rcond > 0 ? problem.options.rcond : default_rcond<T>(problem.cols());
  Matrix<T> coordinates(problem.cols(), problem.vectors());
  const auto f = factorize<T>(std::move(r), std::move(scale), std::numeric_limits<double>::min(), Pivoting::no,
                              coordinates, &extreme);
  f->rcond = rcond;
  f->shift = shift;
  attempt.reason = "the condition number of A is too large for its Gram matrix, and the iteration with it too slow";
  const auto certify = [&](const Testimony<T>& witness) {
    f->least_part = margin * witness.extreme.smallest;
    f->condition = extreme.largest / (f->least_part * extreme.smallest);
    attempt.condition = f->condition;
    if (rcond * f->condition >= 1) attempt.reason = "A may be rank deficient at the tolerance asked for";
    return rcond * f->condition < 1;
  };
  Matrix<T> gradient = Matrix<T>::uninitialized(problem.cols(), problem.vectors());
  problem.a.multiply_transposed(problem.b.view(), gradient.view());
  ++report.passes;
  const std::optional<Matrix<T>> y =
      certified_iteration<T>(problem, *f, call_witnesses(problem, *f, 1, report), gradient.view(), most_passes,
                             LowRank::not_wanted, certify, report);
  report.seconds.factor += phase.seconds();
  if (!y) return attempt;
  attempt.reason.clear();
  return attempt_from(problem, *f, *y, Refine::to_target, report);
}

#define CROQUIS_INSTANTIATE(T)                                                                                      \
  template double gram_shift<T>(double);                                                                            \
  template Attempt<T> attempt_from_shifted_gram_factor<T>(const LeastSquaresProblem<T>&, Matrix<T>, std::vector<T>, \
                                                          const ExtremeSingularValues&, double, double,             \
                                                          LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
