#include "solvers/gram_and_precondition.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "solvers/conclude.hpp"
#include "solvers/refinement.hpp"

namespace croquis {
namespace {

// The smallest eigenvalue of the Gram matrix of columns of unit norm is off by roundoffs, as many as `default_rcond`
// allows for; that part of it still leaves a preconditioner that gains a digit in each iteration.
constexpr double most_perturbation = 0.1;
// A Gram matrix in float is tried where a probe says that its condition number is within that limit; a little beyond,
// some more iterations cost less than beginning anew.
constexpr double slack_of_single = 1.5;

// R with A D = Q R up to rounding, from the Gram matrix of A D; empty if that is not positive definite.
template <class T>
Matrix<T> factor_of_gram(const ProblemMatrix<T>& a, GramPrecision precision, const std::vector<T>& scale) {
  if (precision == GramPrecision::working) {
    Matrix<T> g = a.gram(scale);
    return cholesky<T>(g) ? std::move(g) : Matrix<T>();
  }
  Matrix<float> g = a.gram_in_float(scale);
  if (!cholesky<float>(g)) return {};
  Matrix<T> r = Matrix<T>::uninitialized(g.rows(), g.cols());
  std::copy(g.entries().begin(), g.entries().end(), r.data());
  return r;
}

}  // namespace

template <class T>
double most_gram_condition(std::int64_t cols, GramPrecision precision) {
  const double rcond = precision == GramPrecision::single ? default_rcond<float>(cols) : default_rcond<T>(cols);
  return std::sqrt(most_perturbation / rcond);
}

template <class T>
Attempt<T> gram_and_precondition(const LeastSquaresProblem<T>& problem, GramPrecision precision,
                                 const ConditionProbe<T>& probe, LeastSquaresReport& report) {
  Attempt<T> attempt;
  if (probe.scale.empty()) {
    attempt.reason = probe.no_scale;
    return attempt;
  }
  const Stopwatch phase;
  Matrix<T> r = factor_of_gram(problem.a, precision, probe.scale);
  ++report.passes;
  if (r.cols() != problem.cols()) {
    attempt.reason = "the Gram matrix is not positive definite to working accuracy";
    return attempt;
  }
  const ExtremeSingularValues extreme = extreme_singular_values<T>(r.view());
  report.seconds.factor += phase.seconds();
  return attempt_from_gram_factor(problem, std::move(r), probe.scale, extreme, precision, report);
}

template <class T>
std::string gram_is_too_coarse(std::int64_t cols, GramPrecision precision, double condition, double rcond) {
  const double slack = precision == GramPrecision::single ? slack_of_single : 1;
  if (!(condition <= slack * most_gram_condition<T>(cols, precision)))
    return "the condition number of A, about " + scientific(condition) + ", is too large for its Gram matrix";
  if (rcond * condition >= 1) return "A is rank deficient at the tolerance asked for";
  return {};
}

template <class T>
Attempt<T> attempt_from_gram_factor(const LeastSquaresProblem<T>& problem, Matrix<T> r, const std::vector<T>& scale,
                                    const ExtremeSingularValues& extreme, GramPrecision precision,
                                    LeastSquaresReport& report) {
  Attempt<T> attempt;
  const Stopwatch phase;
  attempt.condition = extreme.largest / extreme.smallest;
  attempt.reason = gram_is_too_coarse<T>(problem.cols(), precision, attempt.condition, problem.options.rcond);
  if (!attempt.reason.empty()) return attempt;
  Matrix<T> coordinates = Matrix<T>::uninitialized(problem.cols(), problem.vectors());
  problem.a.multiply_transposed(problem.b.view(), coordinates.view());
  ++report.passes;
  for (std::int64_t k = 0; k < coordinates.cols(); ++k)
    for (std::int64_t j = 0; j < coordinates.rows(); ++j) coordinates(j, k) *= scale[j];
  solve_triangular<T>(Side::left, Transpose::yes, r.view(), coordinates.view());
  const auto f = factorize<T>(std::move(r), scale, problem.options.rcond, Pivoting::no, coordinates, &extreme);
  report.seconds.factor += phase.seconds();
  return attempt_from(problem, *f, coordinates, refinement_of(problem), report);
}

#define CROQUIS_INSTANTIATE(T)                                                                                         \
  template double most_gram_condition<T>(std::int64_t, GramPrecision);                                                 \
  template Attempt<T> gram_and_precondition<T>(const LeastSquaresProblem<T>&, GramPrecision, const ConditionProbe<T>&, \
                                               LeastSquaresReport&);                                                   \
  template std::string gram_is_too_coarse<T>(std::int64_t, GramPrecision, double, double);                             \
  template Attempt<T> attempt_from_gram_factor<T>(const LeastSquaresProblem<T>&, Matrix<T>, const std::vector<T>&,     \
                                                  const ExtremeSingularValues&, GramPrecision, LeastSquaresReport&);
CROQUIS_INSTANTIATE(float)
CROQUIS_INSTANTIATE(double)
#undef CROQUIS_INSTANTIATE

}  // namespace croquis
