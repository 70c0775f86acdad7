#include "solvers/subspace_newton/subspaces.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/copy.hpp"
#include "linalg/dot.hpp"
#include "linalg/finite.hpp"
#include "linalg/gram.hpp"
#include "linalg/products.hpp"
#include "sketch/philox.hpp"
#include "solvers/nonlinear/step_space.hpp"
#include "solvers/subspace_newton/sparse_directions.hpp"

namespace croquis {
namespace {

// Up to so many unknowns, all of them at once are no larger than a subspace would be;
constexpr std::int64_t few_unknowns = 50;
constexpr std::int64_t usual_dimensions = 10;
// up to so many, subspaces may grow to all of them, and beyond to so many times their first size.
constexpr std::int64_t medium_unknowns = 500;
constexpr std::int64_t most_growth = 2;
constexpr std::int64_t most_entries = std::int64_t{1} << 28;  // of S and H S: 2 GiB
constexpr std::int64_t usual_krylov_directions = 7;
constexpr std::int64_t usual_recalled = 2;

// Scales v to norm one, or to zeros where it is not longer than `least`.
void normalize(double* v, std::int64_t n, double least) {
  const double norm = norm2(n, v);
  for (std::int64_t i = 0; i < n; ++i) v[i] = norm > least ? v[i] / norm : 0;
}

void make_symmetric(Matrix<double>& a) {
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < j; ++i) a(i, j) = a(j, i) = 0.5 * (a(i, j) + a(j, i));
}

}  // namespace

AnyMatrixView<double> Subspace::directions() const {
  if (dense.cols() > 0) return dense;
  return AnyMatrixView<double>(sparse_transposed).transposed();
}

bool Subspace::finite() const {
  return all_finite_serial(gradient.data(), static_cast<std::int64_t>(gradient.size())) &&
         all_finite_serial(hessian.data(), hessian.rows() * hessian.cols()) &&
         all_finite_serial(gram.data(), gram.rows() * gram.cols());
}

Subspaces::Subspaces(const Objective& objective, const SubspaceNewtonOptions& options)
    : objective_(objective), options_(options) {
  const std::int64_t n = objective.unknowns;
  sparse_ = options.family != SubspaceFamily::gaussian && options.krylov == 0 && objective.hessian_on_sparse_subspace;
  dimensions_ = options.dimensions > 0 ? options.dimensions : n <= few_unknowns ? n : usual_dimensions;
  dimensions_ = std::min(dimensions_, n);
  if (options.most_dimensions > 0) {
    most_ = std::min(options.most_dimensions, n);
  } else if (n <= medium_unknowns) {
    most_ = n;
  } else {
    const std::int64_t most_with_room = sparse_ ? n : std::max<std::int64_t>(1, most_entries / (2 * n));
    most_ = std::min({n, most_growth * dimensions_, most_with_room});
  }
  most_ = std::max(most_, dimensions_);
  const bool in_parts =
      sparse_ ? objective.gradient_on_sparse_subspace != nullptr : objective.gradient_on_subspace != nullptr;
  takes_gradients_ = options.krylov != 0 || !in_parts || !objective.value;
}

std::int64_t Subspaces::krylov_directions() const {
  // One direction at least is random.
  if (dimensions_ == 1) return 0;
  const std::int64_t wanted =
      std::min(options_.krylov < 0 ? usual_krylov_directions : options_.krylov, dimensions_ - 1);
  const bool has_products = objective_.hessian_times || objective_.hessian_root || !objective_.hessian_on_subspace;
  return has_products ? wanted : std::min<std::int64_t>(wanted, 1);
}

std::int64_t Subspaces::most_recalled() const {
  const std::int64_t room = dimensions_ - 1 - krylov_directions();
  if (options_.recall >= 0) return std::min(options_.recall, room);
  return krylov_directions() > 0 ? std::min(usual_recalled, room) : 0;
}

void Subspaces::remember(std::span<const double> step) {
  if (whole() || most_recalled() <= 0) return;
  steps_.emplace_front(step.begin(), step.end());
  while (static_cast<std::int64_t>(steps_.size()) > most_recalled()) steps_.pop_back();
}

void Subspaces::learn_rank(std::int64_t rank) {
  const std::int64_t margin = options_.rank_margin < 0 && options_.krylov == 0 ? 1 : options_.rank_margin;
  if (margin > 0) widen_to(rank + margin);
}

void Subspaces::widen_to(std::int64_t dimensions) {
  dimensions_ = std::max(dimensions_, std::min(dimensions, most_));
  if (whole()) steps_.clear();
}

void Subspaces::add_products(std::span<const double> x, Matrix<double>& s, Matrix<double>& hs, std::int64_t first,
                             std::int64_t count) {
  if (count == 0) return;
  hessian_times(objective_, x, s.view().block(0, first, s.rows(), count), hs.view().block(0, first, s.rows(), count));
  products_ += count;
}

void Subspaces::add_krylov_directions(std::span<const double> x, std::span<const double> g, Matrix<double>& s,
                                      Matrix<double>& hs, std::int64_t first) {
  const std::int64_t n = s.rows();
  for (std::int64_t j = first; j < s.cols(); ++j) {
    double* const v = s.data() + j * n;
    const double* const from = j == first ? g.data() : hs.data() + (j - 1) * n;
    std::copy_n(from, n, v);
    const double length = norm2(n, v);
    // As Lanczos: the two before it. What a few directions lose of being orthogonal does not matter.
    for (std::int64_t k = std::max(first, j - 2); k < j; ++k) {
      const double* const before = s.data() + k * n;
      const double along = dot(n, before, v);
      for (std::int64_t i = 0; i < n; ++i) v[i] -= along * before[i];
    }
    // What is left of an invariant subspace is rounding errors.
    normalize(v, n, j > first ? 1e-10 * length : 0);
    if (hs.cols() > 0) add_products(x, s, hs, j, 1);
  }
}

std::int64_t Subspaces::recalled() const {
  return std::min<std::int64_t>(static_cast<std::int64_t>(steps_.size()), most_recalled());
}

void Subspaces::recall(MatrixView<double> directions) const {
  for (std::int64_t k = 0; k < directions.cols; ++k) {
    double* const to = directions.data + k * directions.leading_dimension;
    std::copy_n(steps_[static_cast<std::size_t>(k)].data(), directions.rows, to);
    normalize(to, directions.rows, 0);
  }
}

std::uint64_t Subspaces::next_seed() {
  return random_words(options_.seed, stream_word(Stream::subspaces, 2), drawn_++)[0];
}

Subspace Subspaces::next(std::span<const double> x, std::span<const double> g, std::span<const double> direction) {
  return sparse_ ? next_sparse(x, g, direction) : next_dense(x, g, direction);
}

Subspace Subspaces::next_sparse(std::span<const double> x, std::span<const double> g,
                                std::span<const double> direction) {
  const std::int64_t n = objective_.unknowns, p = dimensions_;
  const std::uint64_t seed = next_seed();
  Subspace space;
  SparseMatrix<double>& transposed = space.sparse_transposed;
  if (whole()) {
    transposed = sparse_identity(n);
  } else {
    Matrix<double> steps(n, recalled());
    recall(steps.view());
    std::vector<std::span<const double>> others;
    for (std::int64_t k = 0; k < steps.cols(); ++k) others.emplace_back(&steps(0, k), static_cast<std::size_t>(n));
    if (!direction.empty()) others.push_back(direction);
    transposed = draw_sparse_directions(family(), n, p - static_cast<std::int64_t>(others.size()), seed, others);
  }
  const CscView<double, std::int64_t> s = croquis::transposed(transposed.view());
  space.gram = gram_of_sparse(transposed);
  space.hessian = Matrix<double>(p, p);
  objective_.hessian_on_sparse_subspace(x, s, space.hessian.view());
  make_symmetric(space.hessian);
  products_ += p;
  space.gradient.resize(static_cast<std::size_t>(p));
  if (takes_gradients_) {
    multiply_by_transpose<double>(s, column_major(g.data(), n, std::int64_t{1}),
                                  column_major(space.gradient.data(), p, std::int64_t{1}));
  } else {
    objective_.gradient_on_sparse_subspace(x, s, space.gradient);
  }
  return space;
}

Subspace Subspaces::next_dense(std::span<const double> x, std::span<const double> g,
                               std::span<const double> direction) {
  const std::int64_t n = objective_.unknowns, p = dimensions_;
  const std::uint64_t seed = next_seed();
  Subspace space;
  Matrix<double>& s = space.dense;
  std::int64_t krylov = 0;
  if (whole()) {
    s = Matrix<double>(n, n);
    for (std::int64_t i = 0; i < n; ++i) s(i, i) = 1;
  } else {
    krylov = krylov_directions();
    const std::int64_t joining = direction.empty() ? 0 : 1;
    const std::int64_t random = p - krylov - recalled() - joining;
    s = Matrix<double>::uninitialized(n, p);
    if (random > 0) copy<double>(draw_directions(family(), n, 0, random, seed).view(), s.view().block(0, 0, n, random));
    recall(s.view().block(0, random, n, recalled()));
    if (joining > 0) std::copy(direction.begin(), direction.end(), s.data() + (p - krylov - 1) * n);
  }
  const std::int64_t first_krylov = p - krylov;
  const bool by_callback =
      objective_.hessian_on_subspace && (krylov <= 1 || !(objective_.hessian_times || objective_.hessian_root));
  Matrix<double> hs;
  if (!by_callback) {
    hs = Matrix<double>::uninitialized(n, p);
    add_products(x, s, hs, 0, first_krylov);
  }
  add_krylov_directions(x, g, s, hs, first_krylov);
  space.gram = gram<double>(std::as_const(s).view());
  for (std::int64_t j = 0; j < p; ++j)
    for (std::int64_t i = 0; i < j; ++i) space.gram(j, i) = space.gram(i, j);
  if (by_callback) {
    space.hessian = hessian_on_subspace(objective_, x, std::as_const(s).view());
    products_ += p;
  } else {
    space.hessian = Matrix<double>(p, p);
    multiply_by_transpose<double>(s, std::as_const(hs).view(), space.hessian.view());
    make_symmetric(space.hessian);
  }
  if (takes_gradients_) {
    space.gradient.resize(static_cast<std::size_t>(p));
    multiply_by_transpose<double>(s, column_major(g.data(), n, std::int64_t{1}),
                                  column_major(space.gradient.data(), p, std::int64_t{1}));
  } else {
    space.gradient = gradient_on_subspace(objective_, x, std::as_const(s).view());
  }
  return space;
}

}  // namespace croquis
