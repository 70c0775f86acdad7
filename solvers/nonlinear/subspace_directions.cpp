#include "solvers/nonlinear/subspace_directions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/dot.hpp"
#include "sketch/philox.hpp"
#include "solvers/nonlinear/step_space.hpp"

namespace croquis {
namespace {

// What is left of a vector without its part in others is rounding errors below this part of it.
constexpr double dependent = 1e3 * std::numeric_limits<double>::epsilon();

// Sizes of unknowns that are closer than this are no units.
constexpr double least_spread = 1e4;

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

std::int64_t SubspaceDirections::krylov_of(std::int64_t dimensions) const {
  const bool automatic = options_.subspace.krylov < 0;
  if (!(automatic ? source_.alternates_cheaply() : source_.can_transpose())) return 0;
  const std::int64_t wanted = automatic ? std::max<std::int64_t>(1, dimensions / 2) : options_.subspace.krylov;
  // One direction at least is random.
  return std::min(wanted, dimensions - 1);
}

std::int64_t SubspaceDirections::recalled_of(std::int64_t dimensions) const {
  const std::int64_t krylov = krylov_of(dimensions);
  const std::int64_t automatic = krylov > 0 ? dimensions / 4 : 0;
  return std::min(options_.subspace.recall < 0 ? automatic : options_.subspace.recall, dimensions - 1 - krylov);
}

void SubspaceDirections::remember(std::span<const double> step) {
  const std::int64_t most = recalled_of(directions_.cols());
  if (most == 0) return;
  steps_.emplace_front(step.begin(), step.end());
  if (static_cast<std::int64_t>(steps_.size()) > most) steps_.pop_back();
}

void SubspaceDirections::draw(const ResidualPoint& point, std::int64_t dimensions) {
  const std::int64_t n = problem_.unknowns;
  seed_ = random_words(options_.seed, stream_word(Stream::subspaces, 0), subspaces_++)[0];
  drawn_ = 0;
  const std::int64_t krylov = krylov_of(dimensions);
  source_.require(dimensions - krylov, krylov);
  directions_ = products_ = {};
  directions_ = Matrix<double>(n, dimensions);
  products_ = Matrix<double>(problem_.residuals, dimensions);
  const std::int64_t wanted = std::max<std::int64_t>(recalled_of(dimensions), is_asked_for_ ? 1 : 0);
  const std::int64_t past = std::min({wanted, static_cast<std::int64_t>(steps_.size()), dimensions - krylov});
  const std::int64_t known = dimensions - krylov;
  copy<double>(draw_random(known - past).view(), directions_.view().block(0, 0, n, known - past));
  for (std::int64_t k = 0; k < past; ++k) recall(k, &directions_(0, known - past + k));
  source_.multiply(std::as_const(directions_).view().block(0, 0, n, known),
                   products_.view().block(0, 0, problem_.residuals, known));
  make_krylov(point, known);
  if (is_asked_for_) steps_.pop_front();
  is_asked_for_ = false;
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
void SubspaceDirections::recall(std::int64_t k, double* direction) const {
  const std::vector<double>& step = steps_[static_cast<std::size_t>(k)];
  std::vector<double> measured = step;
  for (std::size_t j = 0; j < units_.size(); ++j) measured[j] /= units_[j];
  const double norm = norm2(problem_.unknowns, measured.data());
  for (std::size_t j = 0; j < step.size(); ++j) direction[j] = norm > 0 ? step[j] / norm : 0;
}

// Of B = diag(s) J diag(t), s the scale of the rows: B^T r, B^T B B^T r, ..., orthonormal, times diag(t). What depends
// on the others is left zero, as is all behind it.
void SubspaceDirections::make_krylov(const ResidualPoint& point, std::int64_t first) {
  const std::int64_t n = problem_.unknowns;
  const std::int64_t m = problem_.residuals;
  Matrix<double> basis(n, directions_.cols() - first);
  std::vector<double> u = point.model_residual();
  for (std::int64_t k = 0; k < basis.cols(); ++k) {
    for (std::size_t i = 0; i < point.row_scale.size(); ++i) u[i] *= point.row_scale[i];
    double* v = &basis(0, k);
    source_.multiply_transposed(column_major(std::as_const(u).data(), m, std::int64_t{1}), column_major(v, n, 1));
    for (std::size_t j = 0; j < units_.size(); ++j) v[j] *= units_[j];
    const double length = norm2(n, v);
    // Twice is enough.
    for (int pass = 0; pass < 2; ++pass)
      for (std::int64_t before = 0; before < k; ++before) {
        const double part = dot(n, &basis(0, before), v);
        for (std::int64_t j = 0; j < n; ++j) v[j] -= part * basis(j, before);
      }
    const double norm = norm2(n, v);
    if (!(norm > dependent * length)) return;
    for (std::int64_t j = 0; j < n; ++j) {
      v[j] /= norm;
      directions_(j, first + k) = units_.empty() ? v[j] : v[j] * units_[static_cast<std::size_t>(j)];
    }
    source_.multiply(std::as_const(directions_).view().block(0, first + k, n, 1),
                     products_.view().block(0, first + k, m, 1));
    std::copy_n(&products_(0, first + k), m, u.data());
    for (std::size_t i = 0; i < point.row_scale.size(); ++i) u[i] *= point.row_scale[i];
  }
}

}  // namespace croquis
