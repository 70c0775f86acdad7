#include "solvers/nonlinear/subspace_directions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "sketch/philox.hpp"
#include "solvers/nonlinear/step_space.hpp"
#include "solvers/spectrum/block_basis.hpp"

namespace croquis {
namespace {

// Where a Krylov space ends, what is left of a vector without its part in the others is rounding errors, many times as
// large as those of one product: each product has multiplied those of the products before.
constexpr double dependent = 1e-8;
// A past step of which no larger part is new makes V ill conditioned: short steps V y then are of long y.
constexpr double mostly_known = 1e-2;

// Sizes of unknowns that are closer than this are no units.
constexpr double least_spread = 1e4;

// The column k of a basis without its part in those before, of norm one; false if not more than `least` of it is left.
bool make_orthonormal(Matrix<double>& basis, std::int64_t k, double least) {
  const std::int64_t n = basis.rows();
  double* const v = &basis(0, k);
  const double length = norm2(n, v);
  project_out(std::as_const(basis).view().block(0, 0, n, k), basis.view().block(0, k, n, 1));
  const double norm = norm2(n, v);
  if (!(norm > least * length)) return false;
  for (std::int64_t j = 0; j < n; ++j) v[j] /= norm;
  return true;
}

Matrix<double> beside(const Matrix<double>& a, const Matrix<double>& b) {
  auto result = Matrix<double>::uninitialized(a.rows(), a.cols() + b.cols());
  copy<double>(a.view(), result.view().block(0, 0, a.rows(), a.cols()));
  copy<double>(b.view(), result.view().block(0, a.cols(), a.rows(), b.cols()));
  return result;
}

}  // namespace

std::vector<double> units_of_subspaces(const NonlinearProblem& problem, std::span<const double> x0) {
  if (!problem.typical_x.empty()) return problem.typical_x;
  std::vector<double> sizes;
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const double entry : x0) {
    sizes.push_back(entry != 0 ? std::abs(entry) : 1);
    if (entry == 0) continue;
    least = std::min(least, sizes.back());
    most = std::max(most, sizes.back());
  }
  if (most / least <= least_spread) return {};
  return sizes;
}

std::int64_t SubspaceDirections::krylov_of(std::int64_t dimensions, bool guided) const {
  const bool automatic = options_.subspace.krylov < 0;
  if (!(automatic ? source_.alternates_cheaply() : source_.can_transpose())) return 0;
  const std::int64_t wanted = automatic ? std::max<std::int64_t>(1, dimensions / 2) : options_.subspace.krylov;
  // One direction at least is random.
  return guided ? wanted : std::min(wanted, dimensions - 1);
}

std::int64_t SubspaceDirections::recalled_of(std::int64_t dimensions, bool guided) const {
  const std::int64_t krylov = krylov_of(dimensions, guided);
  const std::int64_t room = dimensions - krylov - (guided ? 0 : 1);
  const std::int64_t automatic = guided ? room : krylov > 0 ? dimensions / 4 : 0;
  return std::min(options_.subspace.recall < 0 ? automatic : options_.subspace.recall, room);
}

void SubspaceDirections::remember(std::span<const double> step) {
  if (recalled_ == 0) return;
  steps_.emplace_front(step.begin(), step.end());
  while (static_cast<std::int64_t>(steps_.size()) > recalled_) steps_.pop_back();
}

void SubspaceDirections::draw(const ResidualPoint& point, std::int64_t dimensions, bool guided) {
  const std::int64_t n = problem_.unknowns;
  const std::int64_t m = problem_.residuals;
  guided = guided && options_.subspace.krylov < 0 && source_.alternates_cheaply();
  seed_ = random_words(options_.seed, stream_word(Stream::subspaces, 0), subspaces_++)[0];
  drawn_ = 0;
  recalled_ = recalled_of(dimensions, guided);
  const std::int64_t krylov = krylov_of(dimensions, guided);
  const std::int64_t wanted = std::min({std::max<std::int64_t>(recalled_, is_asked_for_ ? 1 : 0), dimensions - krylov,
                                        static_cast<std::int64_t>(steps_.size())});
  source_.require(guided ? wanted : dimensions - krylov, krylov);
  directions_ = products_ = {};
  directions_ = Matrix<double>(n, dimensions);
  products_ = Matrix<double>(m, dimensions);
  Matrix<double> basis(n, krylov + wanted);
  const std::int64_t spanned = make_krylov(point, krylov, basis);
  const std::int64_t past = recall(wanted, spanned, basis);
  if (is_asked_for_) steps_.pop_front();
  is_asked_for_ = false;
  const std::int64_t known = spanned + past;
  const std::int64_t random = guided && known > 0 ? 0 : dimensions - krylov - past;
  copy<double>(draw_random(random).view(), directions_.view().block(0, known, n, random));
  const std::int64_t count = known + random;
  source_.multiply(std::as_const(directions_).view().block(0, spanned, n, count - spanned),
                   products_.view().block(0, spanned, m, count - spanned));
  if (count == dimensions) return;
  directions_ = Matrix<double>(std::as_const(directions_).view().block(0, 0, n, count));
  products_ = Matrix<double>(std::as_const(products_).view().block(0, 0, m, count));
}

void SubspaceDirections::extend(std::int64_t count) {
  const Matrix<double> more = draw_random(count);
  auto more_products = Matrix<double>::uninitialized(problem_.residuals, count);
  source_.multiply(more.view(), more_products.view());
  directions_ = beside(directions_, more);
  products_ = beside(products_, more_products);
}

Matrix<double> SubspaceDirections::draw_random(std::int64_t count) {
  Matrix<double> v = draw_directions(options_.subspace, problem_.unknowns, drawn_, count, seed_);
  drawn_ += count;
  for (std::int64_t k = 0; k < count; ++k)
    for (std::size_t j = 0; j < units_.size(); ++j) v(static_cast<std::int64_t>(j), k) *= units_[j];
  return v;
}

// Of norm one, in the units of the unknowns.
std::int64_t SubspaceDirections::recall(std::int64_t wanted, std::int64_t first, Matrix<double>& basis) {
  std::int64_t k = first;
  for (const std::vector<double>& step : steps_) {
    if (k == first + wanted) break;
    std::copy(step.begin(), step.end(), &basis(0, k));
    for (std::size_t j = 0; j < units_.size(); ++j) basis(static_cast<std::int64_t>(j), k) /= units_[j];
    const double norm = norm2(problem_.unknowns, &basis(0, k));
    if (!make_orthonormal(basis, k, mostly_known)) continue;
    for (std::size_t j = 0; j < step.size(); ++j) directions_(static_cast<std::int64_t>(j), k) = step[j] / norm;
    ++k;
  }
  return k - first;
}

// Of B = diag(s) J diag(t), s the scale of the rows: B^T r, B^T B B^T r, ..., up to the first that depends on the
// others.
std::int64_t SubspaceDirections::make_krylov(const ResidualPoint& point, std::int64_t wanted, Matrix<double>& basis) {
  const std::int64_t n = problem_.unknowns;
  const std::int64_t m = problem_.residuals;
  std::vector<double> u = point.model_residual();
  for (std::int64_t k = 0; k < wanted; ++k) {
    for (std::size_t i = 0; i < point.row_scale.size(); ++i) u[i] *= point.row_scale[i];
    double* const v = &basis(0, k);
    source_.multiply_transposed(column_major(std::as_const(u).data(), m, std::int64_t{1}), column_major(v, n, 1));
    for (std::size_t j = 0; j < units_.size(); ++j) v[j] *= units_[j];
    if (!make_orthonormal(basis, k, dependent)) return k;
    for (std::int64_t j = 0; j < n; ++j)
      directions_(j, k) = units_.empty() ? v[j] : v[j] * units_[static_cast<std::size_t>(j)];
    source_.multiply(std::as_const(directions_).view().block(0, k, n, 1), products_.view().block(0, k, m, 1));
    std::copy_n(&products_(0, k), m, u.data());
    for (std::size_t i = 0; i < point.row_scale.size(); ++i) u[i] *= point.row_scale[i];
  }
  return wanted;
}

}  // namespace croquis
