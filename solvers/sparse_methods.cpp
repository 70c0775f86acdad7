#include "solvers/sparse_methods.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/check.hpp"
#include "linalg/column_norms.hpp"
#include "linalg/condition.hpp"
#include "linalg/memory.hpp"
#include "linalg/sparse_gram.hpp"
#include "linalg/sparse_qr.hpp"
#include "solvers/column_scaling.hpp"
#include "solvers/gram_and_precondition.hpp"
#include "solvers/refinement.hpp"
#include "solvers/shifted_gram.hpp"
#include "solvers/sparse_factorization.hpp"

namespace croquis {
namespace {

// A triangle with this part of its entries is factored and solved with faster as a dense one.
constexpr double dense_part = 0.3;
// A^T A of this density fills in completely, or nearly: no need to look for an ordering.
constexpr double dense_gram = 0.25;
constexpr std::int64_t sampled_columns = 32;
// Of this density, R is full whatever the ordering, or nearly: this part of the flops of a full one is the least.
constexpr double full_gram = 0.75;
constexpr double surely = 0.5;
// A dense square may take this part of the memory, of which the methods need three or four at once.
constexpr double square_memory = 0.1;
// A null basis, n entries for each dependent column, may take this part.
constexpr double basis_memory = 0.25;

// In the unit of the cost model: flops of the multifrontal fronts, which are
// small, and the work for each entry of A around them.
constexpr double front_flop = 3.2;
constexpr double front_entry = 190;

// What an iteration has to save is the QR of a sketch with so many rows for each column and the passes that follow it,
// or something as expensive.
constexpr std::int64_t rows_of_another_factor = 2;
constexpr double passes_with_another_factor = 40;

constexpr const char* not_positive_definite = "the Gram matrix is not positive definite to working accuracy";

std::string gigabytes(double bytes) { return std::to_string(std::lround(bytes / 1e8) / 10) + " GB"; }

template <class T>
Attempt<T> rejection(std::string reason) {
  Attempt<T> attempt;
  attempt.reason = std::move(reason);
  return attempt;
}

template <class T>
double largest_diagonal(const Matrix<T>& g) {
  T largest = 0;
  for (std::int64_t j = 0; j < g.cols(); ++j) largest = std::max(largest, g(j, j));
  return static_cast<double>(largest);
}

// The scale of the columns of A; or the attempt ends with them.
template <class T>
std::vector<T> checked_scale(const AnyMatrixView<T>& a, Attempt<T>& ended) {
  const std::vector<ColumnNorm> norms = column_norms(a);
  std::vector<T> scale = unit_column_scale<T>(norms);
  ended.outcome = AttemptOutcome::solved;
  for (const ColumnNorm& norm : norms)
    if (!std::isfinite(norm.fraction)) ended.outcome = AttemptOutcome::non_finite_input;
  if (ended.outcome == AttemptOutcome::solved && !within_safe_range(scale)) {
    ended.outcome = AttemptOutcome::out_of_range;
    ended.reason = "the scale of A's columns is out of range";
  }
  return scale;
}

}  // namespace

template <class T>
bool SparseMethods<T>::factor_is_dense() {
  if (density_is_known_) return dense_;
  density_is_known_ = true;
  const auto n = static_cast<double>(problem_.cols());
  if (sizeof(T) * n * n <= square_memory * machine_memory()) {
    gram_density_ = estimate_gram_density(storage_.rows(), storage_.columns(), sampled_columns);
    dense_ =
        gram_density_ >= dense_gram || analysis() == nullptr || analysis()->entries >= dense_part * n * (n + 1) / 2;
  }
  return dense_;
}

template <class T>
const SparseCholesky* SparseMethods<T>::analysis() {
  if (!analysis_) analysis_ = SparseCholesky::analyze<T>(storage_.rows());
  return analysis_.get();
}

template <class T>
Attempt<T> SparseMethods<T>::gram_and_precondition(LeastSquaresReport& report) {
  const Stopwatch phase;
  const bool dense = factor_is_dense();
  if (!dense && analysis() == nullptr)
    return rejection<T>("A^T A is too large as a dense matrix, and croquis was built without SuiteSparse");
  const double bytes = dense ? 0 : (12 + sizeof(T)) * analysis()->entries;
  if (bytes > machine_memory() / 2)
    return rejection<T>("the factor of A^T A would take " + gigabytes(bytes) + " of memory");
  Attempt<T> attempt;
  std::vector<T> scale = checked_scale(AnyMatrixView<T>(storage_.rows()), attempt);
  report.passes += 2;
  if (attempt.outcome != AttemptOutcome::solved) return attempt;
  if (dense) {
    Matrix<T> g = sparse_gram(storage_.rows(), storage_.columns(), scale);
    ++report.passes;
    const double shift = gram_shift<T>(largest_diagonal(g));
    for (std::int64_t j = 0; j < g.cols(); ++j) g(j, j) += static_cast<T>(shift);
    if (!cholesky<T>(g)) return rejection<T>(not_positive_definite);
    const ExtremeSingularValues extreme = extreme_singular_values<T>(g.view());
    const bool coarse = !gram_is_too_coarse<T>(problem_.cols(), GramPrecision::working,
                                               extreme.largest / extreme.smallest, problem_.options.rcond)
                             .empty();
    report.seconds.factor += phase.seconds();
    if (!coarse)
      return attempt_from_gram_factor(problem_, std::move(g), scale, extreme, GramPrecision::working, report);
    const ProblemShape shape = shape_of(problem_);
    const double most_passes =
        factor_cost(shape, rows_of_another_factor * problem_.cols()) / pass_cost(shape) + passes_with_another_factor;
    return attempt_from_shifted_gram_factor(problem_, std::move(g), std::move(scale), extreme, shift, most_passes,
                                            report);
  }
  std::optional<SparseTrapezoid<T>> r = analysis_->factorize(storage_.rows(), scale);
  if (!r) return rejection<T>(not_positive_definite);
  Matrix<T> coordinates(problem_.cols(), problem_.vectors());
  const auto f = factorize_sparse(std::move(*r), std::move(scale), problem_.options.rcond, coordinates);
  std::string reason = f->full_rank() ? gram_is_too_coarse<T>(problem_.cols(), GramPrecision::working, f->condition,
                                                              problem_.options.rcond)
                                      : "A is rank deficient";
  if (!reason.empty()) {
    attempt = rejection<T>(std::move(reason));
    attempt.condition = f->condition;
    return attempt;
  }
  Matrix<T> gradient = Matrix<T>::uninitialized(problem_.cols(), problem_.vectors());
  problem_.a.multiply_transposed(problem_.b.view(), gradient.view());
  ++report.passes;
  f->precondition_transposed(gradient.view(), coordinates.view());
  report.seconds.factor += phase.seconds();
  return attempt_from(problem_, *f, coordinates, Refine::to_target, report);
}

template <class T>
const SparseQrCost& SparseMethods<T>::qr_cost() {
  if (!qr_cost_) qr_cost_ = sparse_qr_cost(storage_.columns(), analysis()->ordering);
  return *qr_cost_;
}

template <class T>
std::string SparseMethods<T>::why_not_direct() {
  if (!has_sparse_qr()) return "croquis was built without SuiteSparse, which factors sparse matrices";
  const double bytes = qr_cost().bytes;
  if (bytes <= machine_memory() * 0.75) return {};
  return "sparse QR would take up to " + gigabytes(bytes) + " of memory and the machine has " +
         gigabytes(machine_memory());
}

template <class T>
std::string SparseMethods<T>::why_not_dense(std::int64_t rows) const {
  const double bytes = sizeof(T) * static_cast<double>(rows) * static_cast<double>(problem_.cols());
  if (2 * bytes <= machine_memory()) return {};
  return "a dense matrix of " + shape_text(rows, problem_.cols()) + " would take " + gigabytes(bytes) +
         " of memory, twice, and the machine has " + gigabytes(machine_memory());
}

template <class T>
double SparseMethods<T>::least_direct_cost() {
  if (!factor_is_dense() || gram_density_ < full_gram) return 0;
  const auto m = static_cast<double>(problem_.rows());
  const auto n = static_cast<double>(problem_.cols());
  const auto entries = static_cast<double>(problem_.a.stored_entries());
  // A row of p random places joins the front at the first of them, after n / (p + 1) columns on the average.
  const double per_row = entries / m;
  const double flops = 2 * n * n * (m * (1 - 2 / (per_row + 2)) - n / 3);
  return front_flop * surely * std::max(0.0, flops) + front_entry * entries;
}

template <class T>
double SparseMethods<T>::direct_cost() {
  if (!why_not_direct().empty()) return std::numeric_limits<double>::infinity();
  return front_flop * qr_cost().flops + front_entry * static_cast<double>(problem_.a.stored_entries());
}

template <class T>
Attempt<T> SparseMethods<T>::direct(LeastSquaresReport& report) {
  const Stopwatch phase;
  std::string reason = why_not_direct();
  if (!reason.empty()) return rejection<T>(std::move(reason));
  Attempt<T> attempt;
  std::vector<T> scale = checked_scale(AnyMatrixView<T>(storage_.rows()), attempt);
  report.passes += 2;
  if (attempt.outcome != AttemptOutcome::solved) return attempt;
  const std::int64_t n = problem_.cols();
  const double rcond = problem_.options.rcond > 0 ? problem_.options.rcond : default_rcond<T>(n);
  SparseQr<T> qr = sparse_qr<T>(storage_.columns(), scale, problem_.b.view(), analysis()->ordering, rcond);
  ++report.passes;
  const double bytes = sizeof(T) * static_cast<double>(n) * static_cast<double>(n - qr.r.rank);
  if (bytes > basis_memory * machine_memory())
    return rejection<T>("the minimum-norm solution of rank " + std::to_string(qr.r.rank) + " takes a null basis of " +
                        gigabytes(bytes));
  const auto f = factorize_sparse(std::move(qr.r), std::move(scale), rcond, qr.qtb);
  report.seconds.factor += phase.seconds();
  return attempt_from(problem_, *f, qr.qtb, Refine::if_unacceptable, report);
}

template class SparseMethods<float>;
template class SparseMethods<double>;

}  // namespace croquis
