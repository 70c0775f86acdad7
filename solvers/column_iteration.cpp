#include "solvers/column_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/column_norms.hpp"
#include "linalg/sparse_null_basis.hpp"
#include "solvers/certified_iteration.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/diagonal_factorization.hpp"
#include "solvers/one_singular_value.hpp"
#include "solvers/orthogonal_complement.hpp"
#include "solvers/refinement.hpp"
#include "solvers/shared_null_space.hpp"

namespace croquis {
namespace {

// More passes over A than this, and a factorization is cheaper; but looking for an ordering takes the time of passes
// over so many entries, however few A has.
constexpr double passes_of_factorization = 45;
constexpr double entries_of_analysis = 20000;
// Even eight iterations, as few as there can be, are too many for more vectors.
constexpr std::int64_t most_vectors = 5;
// The iteration has come so far only if no singular value is below a third of the smallest that it shows, or so.
constexpr double margin = 0.3;
// A null space that takes more work than so many passes, or whose QR does, is left to a factorization.
constexpr double passes_of_elimination = 30;

// How far z is from the range of the basis.
template <class T>
double distance_from(const Matrix<T>& basis, Matrix<T> z) {
  OrthogonalComplement<T>(basis, 1).project(z.view());
  return norm2(z.rows(), z.data());
}

// Completes `f` by what the witness says of A D, `reason` otherwise.
template <class T>
bool certify(const LeastSquaresProblem<T>& problem, const Testimony<T>& witness, Factorization<T>& f,
             std::string& reason, LeastSquaresReport& report) {
  const std::int64_t n = f.cols();
  f.largest_singular = witness.extreme.largest;
  f.least_part = margin * witness.extreme.smallest;
  f.condition = f.largest_singular / f.least_part;
  if (!(f.least_part > f.rcond * f.largest_singular)) {
    reason = "A may be rank deficient at the tolerance asked for";
    return false;
  }
  if (witness.full_rank) return true;
  reason = "A is rank deficient, and its null space is not found by a few eliminations";
  const double work = passes_of_elimination * (static_cast<double>(problem.a.stored_entries()) + entries_of_analysis);
  std::optional<Matrix<T>> basis = sparse_null_basis<T>(*problem.a.stored(), f.scale, work);
  if (!basis || basis->cols() == 0 || basis->cols() == n ||
      static_cast<double>(n * basis->cols()) * static_cast<double>(basis->cols()) > work)
    return false;
  if (!(distance_from(*basis, witness.lost) <= witness.close)) return false;
  f.rank = n - basis->cols();
  f.null_basis = std::move(*basis);
  return null_space_is_shared(problem.a, f, 1, report);
}

}  // namespace

template <class T>
Attempt<T> iterate_on_columns(const LeastSquaresProblem<T>& problem, LeastSquaresReport& report) {
  Attempt<T> attempt;
  const AnyMatrixView<T>* const a = problem.a.stored();
  if (a == nullptr || a->is_dense()) {
    attempt.reason = "A is not a stored sparse matrix";
    return attempt;
  }
  const Stopwatch phase;
  const bool few = problem.vectors() <= most_vectors;
  Matrix<T> gradient = Matrix<T>::uninitialized(problem.cols(), few ? problem.vectors() : 0);
  const std::vector<ColumnNorm> norms =
      few ? column_norms_and_product<T>(*a, problem.b.view(), gradient.view()) : column_norms(*a);
  report.passes += few ? 3 : 2;
  std::vector<T> scale = unit_column_scale<T>(norms);
  std::vector<std::int64_t> zero_columns;
  double square = 0;
  for (std::size_t j = 0; j < norms.size(); ++j) {
    if (!std::isfinite(norms[j].fraction)) {
      attempt.outcome = AttemptOutcome::non_finite_input;
      return attempt;
    }
    // Half the fraction, mostly, and no call of `ldexp` for each column of a small matrix.
    const double fraction = norms[j].fraction;
    const double scaled = fraction >= 1 && fraction < 2
                              ? fraction / 2
                              : std::ldexp(fraction * static_cast<double>(scale[j]), norms[j].exponent);
    square += scaled * scaled;
    if (norms[j].fraction == 0) zero_columns.push_back(static_cast<std::int64_t>(j));
  }
  if (!within_safe_range(scale)) attempt.reason = "the scale of A's columns is out of range";
  if (!attempt.reason.empty()) return attempt;
  if (!few) {
    attempt.reason = "for so many right-hand sides a factorization is cheaper than an iteration";
    return attempt;
  }
  const auto f = diagonal_factorization<T>(std::move(scale), std::sqrt(square), problem.options.rcond);
  f->zero_columns = std::move(zero_columns);
  const double most_passes = passes_of_factorization +
                             entries_of_analysis / std::max<double>(1, static_cast<double>(problem.a.stored_entries()));
  const bool unwatched = !problem.options.on_iteration;
  const Witnesses<T> witnesses =
      call_witnesses(problem, *f, unwatched ? witnesses_of_one_singular_value(*f) : 1, report);
  if (const std::optional<Matrix<T>> coordinates =
          solve_with_one_singular_value<T>(problem, *f, witnesses, gradient.view(), report)) {
    report.seconds.factor += phase.seconds();
    return attempt_from(problem, *f, *coordinates, Refine::last_errors, report);
  }
  std::string reason = "scaling the columns of A does not make it well conditioned";
  const std::optional<Matrix<T>> coordinates = certified_iteration<T>(
      problem, *f, witnesses, gradient.view(), most_passes, LowRank::welcome,
      [&](const Testimony<T>& witness) { return certify(problem, witness, *f, reason, report); }, report);
  report.seconds.factor += phase.seconds();
  if (!coordinates) {
    attempt.reason = std::move(reason);
    return attempt;
  }
  return attempt_from(problem, *f, *coordinates, Refine::last_errors, report);
}

template Attempt<float> iterate_on_columns<float>(const LeastSquaresProblem<float>&, LeastSquaresReport&);
template Attempt<double> iterate_on_columns<double>(const LeastSquaresProblem<double>&, LeastSquaresReport&);

}  // namespace croquis
