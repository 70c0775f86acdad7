#include "solvers/newton/curvature_root.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/gram.hpp"
#include "linalg/parallel.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/newton/curvature_costs.hpp"
#include "solvers/newton/weighted_rows.hpp"

namespace croquis {
namespace {

// Rows of the sketch for each column: a condition number of 4.4, or 9 where many triangles are made at a time.
constexpr std::int64_t aspect = 8;
constexpr std::int64_t aspect_of_many = 4;
// What is added below the columns, of norm one, so that dependent ones make no triangle singular. A Gram matrix cannot
// tell shorter directions from rounding errors, and leaves them to the iteration; a sketch can, down to the second.
constexpr double floor_of_gram = 1e-8;
constexpr double floor_of_sketch = 2e-14;
constexpr double most_bytes = 2.0 * (1 << 30);
// Beyond so many products a dense triangle is not worth its making.
constexpr double most_cost = 2000;
// Products that a sketch takes more than a Gram matrix until convergence, about.
constexpr double products_of_a_sketch = 10;

// Low ranks begin at this part of the columns. They are tried where a dense triangle costs so many products or more,
// and as much more than theirs.
constexpr std::int64_t first_rank_part = 16;
constexpr std::int64_t least_rank = 32;
constexpr double costly = 40;
constexpr double cheaper = 4;
// Effective dimensions of more than this part of the rank are too many for it.
constexpr double most_of_rank = 0.5;
// Roots of eigenvalues this far above that of the ridge leave nothing of I - C^T (I + C C^T)^-1 C but rounding errors.
constexpr double most_above_ridge = 1e6;
// The curvature that an intercept without a ridge is given, as a part of its own: the iteration sets that right in a
// product or two.
constexpr double part_for_intercept = 0.01;

double squared(double x) { return x * x; }

}  // namespace

CurvatureRoot::CurvatureRoot(const AnyMatrixView<double>& a, bool intercept, std::int64_t triangles,
                             std::int64_t vectors, const NewtonOptions& options)
    : a_(a), intercept_(intercept), size_(a.cols() + (intercept ? 1 : 0)) {
  const std::int64_t wanted = (triangles > 1 ? aspect_of_many : aspect) * size_;
  sketch_rows_ = std::clamp<std::int64_t>(options.sketch_rows > 0 ? options.sketch_rows : wanted, 1,
                                          std::max<std::int64_t>(1, a.rows()));
  const CurvatureCosts costs(a, size_, vectors);
  const auto count = static_cast<double>(triangles), n = static_cast<double>(size_);
  const double to_products = count / costs.product();
  gram_cost_ = costs.gram() * to_products;
  sketch_cost_ = costs.sketch(sketch_rows_) * to_products;
  diagonal_cost_ = count;

  const bool automatic = options.preconditioner == NewtonPreconditioner::automatic;
  dense_kind_ = options.preconditioner;
  double dense_cost = std::numeric_limits<double>::infinity();
  if (automatic) {
    const bool short_sketch = sketch_rows_ < 2 * size_ || 2 * sketch_rows_ > a.rows();
    const bool gram_is_cheaper = short_sketch || gram_cost_ <= sketch_cost_ + products_of_a_sketch;
    dense_kind_ = gram_is_cheaper ? NewtonPreconditioner::gram : NewtonPreconditioner::sketch;
    const double triangle_bytes = 8 * n * (count + 1) * n;
    const double sketch_bytes = triangle_bytes + 8 * n * static_cast<double>(sketch_rows_);
    const bool fits = (gram_is_cheaper ? triangle_bytes : sketch_bytes) <= most_bytes;
    if (!fits || std::min(gram_cost_, sketch_cost_) > most_cost) {
      dense_kind_ = NewtonPreconditioner::diagonal;
    } else {
      dense_cost = gram_is_cheaper ? gram_cost_ : sketch_cost_;
    }
    may_become_sketch_ = !short_sketch && sketch_bytes <= most_bytes && sketch_cost_ <= most_cost;
  }

  // Twice the rank each time: what that costs, as sketches are drawn anew, stays in proportion.
  const auto add_rank = [&](std::int64_t rows) {
    const double cost = costs.low_rank(rows) * to_products;
    const bool worth_it = cost <= dense_cost / 2 && count * costs.low_rank_solve(rows) <= costs.product() &&
                          8 * count * n * static_cast<double>(rows) <= most_bytes;
    if (!automatic || worth_it) ranks_.push_back({rows, cost});
    return !automatic || worth_it;
  };
  if (options.preconditioner == NewtonPreconditioner::low_rank) dense_kind_ = NewtonPreconditioner::diagonal;
  if (options.preconditioner == NewtonPreconditioner::low_rank && options.sketch_rows > 0) {
    add_rank(sketch_rows_);
  } else if (automatic || options.preconditioner == NewtonPreconditioner::low_rank) {
    const std::int64_t first = std::max(least_rank, size_ / first_rank_part);
    const bool promising = dense_cost > costly && costs.low_rank(first) * to_products * cheaper <= dense_cost &&
                           (a.is_dense() || dense_kind_ != NewtonPreconditioner::diagonal);
    const std::int64_t last = automatic ? size_ / 2 : std::min(size_, a.rows());
    if (!automatic || promising)
      for (std::int64_t rows = std::min(first, std::max<std::int64_t>(1, last)); rows <= last && add_rank(rows);)
        rows *= 2;
  }
  ends_dense_ = automatic && dense_cost < std::numeric_limits<double>::infinity();
  use(ranks_.empty() ? dense_kind_ : NewtonPreconditioner::low_rank);
}

void CurvatureRoot::use(NewtonPreconditioner kind) {
  kind_ = kind;
  switch (kind) {
    case NewtonPreconditioner::gram:
      cost_ = gram_cost_;
      break;
    case NewtonPreconditioner::sketch:
      cost_ = sketch_cost_;
      break;
    case NewtonPreconditioner::low_rank:
      cost_ = ranks_[rank_].cost;
      break;
    default:
      cost_ = diagonal_cost_;
  }
}

double CurvatureRoot::refined_cost() const {
  if (kind_ != NewtonPreconditioner::low_rank) return std::numeric_limits<double>::infinity();
  if (rank_ + 1 < ranks_.size()) return ranks_[rank_ + 1].cost;
  if (!ends_dense_) return std::numeric_limits<double>::infinity();
  return dense_kind_ == NewtonPreconditioner::gram ? gram_cost_ : sketch_cost_;
}

void CurvatureRoot::refine() {
  if (rank_ < ranks_.size() && std::isfinite(refined_cost())) ++rank_;
}

namespace {

double longest_diagonal(const Matrix<double>& r) {
  double longest = 0;
  for (std::int64_t j = 0; j < r.rows(); ++j) longest = std::max(longest, std::abs(r(j, j)));
  return longest;
}

// The sum of lambda / (1 + lambda) over the eigenvalues of C C^T: that of the whole, if C has rows enough for it.
double effective_dimension(const ScaledTriangle& low_rank) {
  const std::int64_t d = low_rank.r.rows();
  Matrix<double> inverse(d, d);
  for (std::int64_t j = 0; j < d; ++j) inverse(j, j) = 1;
  const SingleThreadedBlas single_threaded_blas;
  solve_triangular<double>(Side::left, Transpose::no, low_rank.r.view(), inverse.view());
  return static_cast<double>(d) - squared(norm2(d * d, inverse.data()));
}

double reciprocal_root(double square) { return square > 0 && std::isfinite(square) ? 1 / std::sqrt(square) : 1; }

}  // namespace

ScaledTriangle CurvatureRoot::triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) {
  passes_ = 0;
  while (ridge > 0 && rank_ < ranks_.size()) {
    use(NewtonPreconditioner::low_rank);
    ++passes_;
    ScaledTriangle result = of_low_rank(row_scale, ridge, seed);
    const bool usable = result.r.rows() > 0 && longest_diagonal(result.r) <= most_above_ridge;
    const bool enough = effective_dimension(result) <= most_of_rank * static_cast<double>(ranks_[rank_].rows);
    const bool last = !std::isfinite(refined_cost());
    if (usable && (enough || last)) return result;
    if (last) break;
    refine();
  }
  use(dense_kind_);
  ++passes_;
  switch (kind_) {
    case NewtonPreconditioner::gram: {
      passes_ += std::floor(static_cast<double>(size_) / 500);
      ScaledTriangle result = from_gram(row_scale, ridge);
      if (!may_become_sketch_ || shortest_diagonal(result.r) >= independent_column) return result;
      dense_kind_ = NewtonPreconditioner::sketch;
      use(dense_kind_);
      ++passes_;
      return from_sketch(row_scale, ridge, seed);
    }
    case NewtonPreconditioner::sketch:
      return from_sketch(row_scale, ridge, seed);
    default:
      return from_diagonal(row_scale, ridge);
  }
}

ScaledTriangle CurvatureRoot::from_gram(const std::vector<double>& row_scale, double ridge) const {
  ScaledTriangle result;
  Matrix<double> gram = weighted_gram(a_, row_scale, intercept_);
  for (std::int64_t j = 0; j < a_.cols(); ++j) gram(j, j) += ridge;
  for (std::int64_t j = 0; j < size_; ++j) result.scale.push_back(reciprocal_root(gram(j, j)));
  for (std::int64_t j = 0; j < size_; ++j)
    for (std::int64_t i = 0; i <= j; ++i)
      gram(i, j) *= result.scale[static_cast<std::size_t>(i)] * result.scale[static_cast<std::size_t>(j)];
  // A shift that rounding errors hide, and a larger one only where that does not do.
  double shift = squared(floor_of_gram);
  for (;; shift *= 100) {
    result.r = gram;
    for (std::int64_t j = 0; j < size_; ++j) result.r(j, j) += shift;
    if (cholesky<double>(result.r)) return result;
    if (shift > 1) return from_diagonal(row_scale, ridge);
  }
}

ScaledTriangle CurvatureRoot::from_sketch(const std::vector<double>& row_scale, double ridge,
                                          std::uint64_t seed) const {
  ScaledTriangle result;
  Matrix<double> stacked(sketch_rows_ + size_, size_);
  weighted_sketch(a_, row_scale, intercept_, seed, stacked.view().block(0, 0, sketch_rows_, size_));
  for (std::int64_t j = 0; j < size_; ++j) {
    double* const column = stacked.data() + j * stacked.rows();
    const double penalty = j < a_.cols() ? ridge : 0;
    const double scale = reciprocal_root(squared(norm2(sketch_rows_, column)) + penalty);
    for (std::int64_t i = 0; i < sketch_rows_; ++i) column[i] *= scale;
    column[sketch_rows_ + j] = std::max(std::sqrt(penalty) * scale, floor_of_sketch);
    result.scale.push_back(scale);
  }
  Matrix<double> nothing(stacked.rows(), 0);
  result.r = tall_qr<double>(stacked.view(), nothing.view()).r;
  pin_dependent_columns(result.r, floor_of_sketch);
  return result;
}

ScaledTriangle CurvatureRoot::of_low_rank(const std::vector<double>& row_scale, double ridge,
                                          std::uint64_t seed) const {
  ScaledTriangle result;
  const std::int64_t d = ranks_[rank_].rows;
  result.c = Matrix<double>(d, size_);
  weighted_sketch(a_, row_scale, intercept_, seed, result.c.view());
  result.scale.assign(static_cast<std::size_t>(size_), reciprocal_root(ridge));
  if (intercept_)
    result.scale.back() = reciprocal_root(part_for_intercept * squared(norm2(d, result.c.data() + (size_ - 1) * d)));
  for (std::int64_t j = 0; j < size_; ++j)
    for (std::int64_t i = 0; i < d; ++i) result.c(i, j) *= result.scale[static_cast<std::size_t>(j)];
  result.r = gram<double>(result.c.view().transposed());
  for (std::int64_t i = 0; i < d; ++i) result.r(i, i) += 1;
  if (!cholesky<double>(result.r)) result.r = {};
  return result;
}

ScaledTriangle CurvatureRoot::from_diagonal(const std::vector<double>& row_scale, double ridge) const {
  ScaledTriangle result;
  result.scale = weighted_column_squares(a_, row_scale, intercept_);
  for (std::int64_t j = 0; j < size_; ++j) {
    double& entry = result.scale[static_cast<std::size_t>(j)];
    entry = reciprocal_root(entry + (j < a_.cols() ? ridge : 0));
  }
  return result;
}

}  // namespace croquis
