#include "solvers/gram_and_precondition.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/gram.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/conclude.hpp"
#include "solvers/refinement.hpp"

namespace croquis {
namespace {

// The smallest eigenvalue of the Gram matrix of columns of unit norm is off by roundoffs, as many as `default_rcond`
// allows for; that part of it still leaves a preconditioner that gains a digit in each iteration.
constexpr double most_perturbation = 0.1;

// The power of two for each column that brings its norm, the root of the diagonal entry, into [1/2, 1). Empty if
// squares of the entries have left the range of T or come near its ends.
template <class T>
std::vector<T> column_scale_of_gram(const Matrix<T>& g) {
  std::vector<T> scale;
  for (std::int64_t j = 0; j < g.cols(); ++j) {
    const T square = g(j, j);
    constexpr int margin = 2 * std::numeric_limits<T>::digits;
    if (!std::isfinite(square) || !(square > 0) || std::ilogb(square) < std::numeric_limits<T>::min_exponent + margin ||
        std::ilogb(square) > std::numeric_limits<T>::max_exponent - margin)
      return {};
    int exponent = 0;
    std::frexp(std::sqrt(square), &exponent);
    scale.push_back(std::ldexp(T(1), -exponent));
  }
  return scale;
}

}  // namespace

template <class T>
Attempt<T> gram_and_precondition(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report) {
  Attempt<T> attempt;
  const AnyMatrixView<T>* const stored = problem.a.stored();
  const auto* const a = stored == nullptr ? nullptr : std::get_if<MatrixView<const T>>(&stored->storage());
  if (a == nullptr) {
    attempt.reason = "A is sparse or not stored, and its Gram matrix need not be cheap";
    return attempt;
  }
  const Stopwatch phase;
  Matrix<T> g = gram<T>(*a);
  Matrix<T> coordinates = Matrix<T>::uninitialized(problem.cols(), problem.vectors());
  problem.a.multiply_transposed(problem.b.view(), coordinates.view());
  report.passes += 2;
  std::vector<T> scale = column_scale_of_gram(g);
  if (scale.empty()) {
    const bool finite = problem.a.all_finite();
    ++report.passes;
    attempt.outcome = finite ? AttemptOutcome::rejected : AttemptOutcome::non_finite_input;
    attempt.reason = "a column of A is zero, or the squares of its entries are out of range";
    return attempt;
  }
  for (std::int64_t j = 0; j < g.cols(); ++j)
    for (std::int64_t i = 0; i <= j; ++i) g(i, j) = g(i, j) * scale[i] * scale[j];
  if (!cholesky<T>(g)) {
    attempt.reason = "the Gram matrix is not positive definite to working accuracy";
    return attempt;
  }
  const ExtremeSingularValues extreme = extreme_singular_values<T>(g.view());
  attempt.condition = extreme.largest / extreme.smallest;
  if (!(default_rcond<T>(g.cols()) * attempt.condition * attempt.condition <= most_perturbation)) {
    attempt.reason =
        "the condition number of A, about " + scientific(attempt.condition) + ", is too large for its Gram matrix";
    return attempt;
  }
  if (problem.options.rcond * attempt.condition >= 1) {
    attempt.reason = "A is rank deficient at the tolerance asked for";
    return attempt;
  }
  for (std::int64_t k = 0; k < coordinates.cols(); ++k)
    for (std::int64_t j = 0; j < coordinates.rows(); ++j) coordinates(j, k) *= scale[j];
  solve_triangular<T>(Side::left, Transpose::yes, g.view(), coordinates.view());
  const auto f = factorize<T>(std::move(g), std::move(scale), problem.options.rcond, Pivoting::no, coordinates);
  report.seconds.factor += phase.seconds();
  return attempt_from(problem, *f, coordinates, Refine::to_target, report);
}

template Attempt<float> gram_and_precondition<float>(const LeastSquaresProblem<float>&, LeastSquaresReport&);
template Attempt<double> gram_and_precondition<double>(const LeastSquaresProblem<double>&, LeastSquaresReport&);

}  // namespace croquis
