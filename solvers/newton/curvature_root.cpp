#include "solvers/newton/curvature_root.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/tall_qr.hpp"
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
// A column is dependent on those before it if some combination with it is shorter than this.
constexpr double dependent = 4 * floor_of_sketch;
// Columns this far from those before them are not looked at, and a Gram matrix is good enough for them.
constexpr double independent = 1e-6;
constexpr double most_bytes = 2.0 * (1 << 30);
// Beyond so many products a dense triangle is not worth its making.
constexpr double most_cost = 2000;
// Products that a sketch takes more than a Gram matrix until convergence, about.
constexpr double products_of_a_sketch = 10;

// Seconds for a flop or a byte on two cores of today: only their ratios matter.
constexpr double reads_of_a_sketch = 6;
constexpr double read_byte = 1 / 25e9;
constexpr double vector_flop = 1 / 30e9;
constexpr double gram_flop = 1 / 80e9;
constexpr double qr_flop = 1 / 50e9;
constexpr double sparse_entry = 1.5e-9;
constexpr double sparse_pair = 0.5e-9;

double squared(double x) { return x * x; }

// The sum over the rows of the squares of their numbers of entries.
double pairs_of_entries(const AnyMatrixView<double>& a) {
  return std::visit(
      [](const auto& view) {
        double pairs = 0;
        if constexpr (requires { view.row_start; }) {
          for (std::int64_t i = 0; i < view.rows; ++i)
            pairs += squared(static_cast<double>(view.row_start[i + 1] - view.row_start[i]));
        }
        return pairs;
      },
      a.storage());
}

}  // namespace

void ScaledTriangle::solve(const double* b, double* z) const {
  const auto n = static_cast<std::int64_t>(scale.size());
  for (std::int64_t j = 0; j < n; ++j) z[j] = scale[static_cast<std::size_t>(j)] * b[j];
  if (r.rows() > 0) {
    solve_triangular<double>(Side::left, Transpose::yes, r.view(), column_major(z, n, 1));
    solve_triangular<double>(Side::left, Transpose::no, r.view(), column_major(z, n, 1));
  }
  for (std::int64_t j = 0; j < n; ++j) z[j] *= scale[static_cast<std::size_t>(j)];
}

CurvatureRoot::CurvatureRoot(const AnyMatrixView<double>& a, bool intercept, std::int64_t triangles,
                             std::int64_t vectors, const NewtonOptions& options)
    : a_(a), intercept_(intercept), size_(a.cols() + (intercept ? 1 : 0)) {
  const std::int64_t wanted = (triangles > 1 ? aspect_of_many : aspect) * size_;
  sketch_rows_ = std::clamp<std::int64_t>(options.sketch_rows > 0 ? options.sketch_rows : wanted, 1,
                                          std::max<std::int64_t>(1, a.rows()));
  choose(options.preconditioner, triangles, vectors);
}

void CurvatureRoot::choose(NewtonPreconditioner wanted, std::int64_t triangles, std::int64_t vectors) {
  const auto m = static_cast<double>(a_.rows()), n = static_cast<double>(size_), d = static_cast<double>(sketch_rows_);
  const auto entries = static_cast<double>(std::max<std::int64_t>(1, a_.stored_entries()));
  const auto k = static_cast<double>(vectors), count = static_cast<double>(triangles);
  const bool dense = a_.is_dense();
  const double product = dense ? std::max(8 * entries * read_byte, 4 * entries * k * vector_flop)
                               : entries * std::max(1.0, k / 2) * sparse_entry;
  const double gram = dense ? m * n * n * gram_flop : pairs_of_entries(a_) * sparse_pair + m * n * 1e-10;
  const double sketch = (dense ? reads_of_a_sketch * 8 * entries * read_byte : 8 * entries * sparse_entry) +
                        2 * (d + n) * n * n * qr_flop;
  const double gram_cost = count * gram / product, sketch_cost = count * sketch / product;
  const bool short_sketch = sketch_rows_ < 2 * size_ || 2 * sketch_rows_ > a_.rows();
  if (wanted == NewtonPreconditioner::automatic) {
    const bool gram_is_cheaper = short_sketch || gram_cost <= sketch_cost + products_of_a_sketch;
    wanted = gram_is_cheaper ? NewtonPreconditioner::gram : NewtonPreconditioner::sketch;
    const double bytes = 8 * n * (wanted == NewtonPreconditioner::gram ? (count + 1) * n : d + (count + 1) * n);
    if (bytes > most_bytes || std::min(gram_cost, sketch_cost) > most_cost) wanted = NewtonPreconditioner::diagonal;
    may_change_ = !short_sketch && 8 * n * (d + (count + 1) * n) <= most_bytes && sketch_cost <= most_cost;
  }
  sketch_cost_ = sketch_cost;
  kind_ = wanted;
  cost_ = kind_ == NewtonPreconditioner::gram ? gram_cost : kind_ == NewtonPreconditioner::sketch ? sketch_cost : count;
}

double CurvatureRoot::passes() const {
  return kind_ == NewtonPreconditioner::gram ? 1 + std::floor(static_cast<double>(size_) / 500) : 1;
}

namespace {

double reciprocal_root(double square) { return square > 0 && std::isfinite(square) ? 1 / std::sqrt(square) : 1; }

double shortest_diagonal(const Matrix<double>& r) {
  double shortest = std::numeric_limits<double>::infinity();
  for (std::int64_t j = 0; j < r.rows(); ++j) shortest = std::min(shortest, std::abs(r(j, j)));
  return shortest;
}

// Puts a one in the place of the diagonal entry of each column that depends on those before it, and zeros beside it:
// R^T R gains e_j e_j^T, so that no step is taken along the null vector that ends at j, and nothing else changes. Where
// a Hessian's own R would be singular, this one leaves its other eigenvalues as they are.
void pin_dependent_columns(Matrix<double>& r) {
  const std::int64_t n = r.cols();
  std::vector<double> combination(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < n; ++j) {
    if (std::abs(r(j, j)) >= independent) continue;
    // The combination of a_j and those before it that is left: |r_jj| long, with coefficients (-R^-1 r_j, 1).
    std::copy_n(r.data() + j * n, j, combination.data());
    solve_triangular<double>(Side::left, Transpose::no, r.view().block(0, 0, j, j),
                             column_major(combination.data(), j, 1));
    if (std::abs(r(j, j)) > dependent * std::hypot(1, norm2(j, combination.data()))) continue;
    r(j, j) = 1;
    for (std::int64_t k = j + 1; k < n; ++k) r(j, k) = 0;
  }
}

}  // namespace

ScaledTriangle CurvatureRoot::triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) {
  switch (kind_) {
    case NewtonPreconditioner::gram: {
      ScaledTriangle result = from_gram(row_scale, ridge);
      if (!may_change_ || shortest_diagonal(result.r) >= independent) return result;
      kind_ = NewtonPreconditioner::sketch;
      cost_ = sketch_cost_;
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
  pin_dependent_columns(result.r);
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
