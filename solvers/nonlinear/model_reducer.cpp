#include "solvers/nonlinear/model_reducer.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"
#include "linalg/copy.hpp"
#include "linalg/densify.hpp"
#include "linalg/finite.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/cholesky_qr.hpp"
#include "solvers/preconditioned_gram.hpp"

namespace croquis {
namespace {

// Below, Householder QR takes no time worth saving.
constexpr std::int64_t least_entries = 1 << 16;
constexpr double roundoff = std::numeric_limits<double>::epsilon();
// Squares of columns' norms beyond these lose digits to underflow, or are lost to overflow.
constexpr double least_square = 1e-280;
constexpr double largest_square = 1e300;

// Of [J, r] stacked below the triangle of what came before it, if anything.
ReducedModel householder_below(const ReducedModel* before, const AnyMatrixView<double>& j, std::span<const double> r) {
  const std::int64_t n = j.cols();
  const std::int64_t above = before == nullptr ? 0 : n;
  // Rows of zeros make a wide J square.
  const std::int64_t rows = std::max(above + j.rows(), n);
  Matrix<double> a(rows, n);
  Matrix<double> b(rows, 1);
  if (before != nullptr) {
    copy<double>(before->r.view(), a.view().block(0, 0, n, n));
    std::copy(before->c.begin(), before->c.end(), b.data());
  }
  copy<double>(densify<double>(j).view(), a.view().block(above, 0, j.rows(), n));
  std::copy(r.begin(), r.end(), b.data() + above);
  TallQr<double> qr = tall_qr<double>(a.view(), b.view());
  return {std::move(qr.r), {qr.qtb.entries().begin(), qr.qtb.entries().end()}, nullptr};
}

ReducedModel householder(const AnyMatrixView<double>& j, std::span<const double> r) {
  return householder_below(nullptr, j, r);
}

ReducedModel householder(const MadeRows<double>& j, std::span<const double> r) {
  std::optional<ReducedModel> model;
  RowBatches<double> batches(j);
  for (std::int64_t batch = 0; batch < batches.count(); ++batch) {
    const MatrixView<const double> rows = batches.make(batch);
    model = householder_below(
        model ? &*model : nullptr, rows,
        r.subspan(static_cast<std::size_t>(batches.first_row(batch)), static_cast<std::size_t>(rows.rows)));
  }
  return std::move(*model);
}

// J^T J and J^T r, without a copy of a dense J.
GramAndProduct<double> squares(const AnyMatrixView<double>& j, std::span<const double> r) {
  const auto rhs = column_major(r.data(), j.rows(), std::int64_t{1});
  const auto* const dense = std::get_if<MatrixView<const double>>(&j.storage());
  if (dense == nullptr) {
    Matrix<double> identity(j.cols(), j.cols());
    for (std::int64_t k = 0; k < j.cols(); ++k) identity(k, k) = 1;
    return preconditioned_gram<double>(j, identity.view(), rhs);
  }
  return gram_and_product<double>(j.rows(), j.cols(), 1, 1, [&](std::int64_t) -> RowBlock<double> {
    return {*dense, rhs};
  });
}
GramAndProduct<double> squares(const MadeRows<double>& j, std::span<const double> r) {
  return preconditioned_gram<double>(j, {}, column_major(r.data(), j.rows, std::int64_t{1}));
}

double condition_of(const Matrix<double>& triangle) {
  const ExtremeSingularValues extremes = extreme_singular_values<double>(triangle.view());
  return extremes.smallest > 0 ? extremes.largest / extremes.smallest : std::numeric_limits<double>::infinity();
}

// R D^-1 with columns of norm one; a column of zeros stays.
Matrix<double> with_unit_columns(const Matrix<double>& r) {
  Matrix<double> scaled = r;
  for (std::int64_t j = 0; j < r.cols(); ++j) {
    const double norm = norm2(j + 1, r.data() + j * r.rows());
    if (norm == 0) continue;
    for (std::int64_t i = 0; i <= j; ++i) scaled(i, j) /= norm;
  }
  return scaled;
}

struct Factored {
  std::optional<ReducedModel> model;
  double condition = std::numeric_limits<double>::infinity();
};

// R = chol(B^T B) T and c = chol(B^T B)^-T B^T r for B = J T^-1, if its condition number is at most `most`.
Factored factor(GramAndProduct<double> b, double most) {
  Factored result;
  if (!cholesky<double>(b.gram)) return result;
  result.condition = condition_of(b.gram);
  if (!(result.condition <= most)) return result;
  solve_triangular<double>(Side::left, Transpose::yes, b.gram.view(), b.product.view());
  result.model = {std::move(b.gram), {b.product.entries().begin(), b.product.entries().end()}, nullptr};
  return result;
}

// The same for T = D, the norms of J's columns, from J^T J and J^T r.
Factored factor_scaled(GramAndProduct<double> b, double most) {
  const std::int64_t p = b.gram.cols();
  std::vector<double> scale(static_cast<std::size_t>(p));
  for (std::int64_t j = 0; j < p; ++j) {
    const double square = b.gram(j, j);
    if (!(square >= least_square && square <= largest_square)) return {};
    scale[static_cast<std::size_t>(j)] = std::sqrt(square);
  }
  for (std::int64_t j = 0; j < p; ++j) {
    for (std::int64_t i = 0; i <= j; ++i)
      b.gram(i, j) /= scale[static_cast<std::size_t>(i)] * scale[static_cast<std::size_t>(j)];
    b.product(j, 0) /= scale[static_cast<std::size_t>(j)];
  }
  Factored result = factor(std::move(b), most);
  if (!result.model) return result;
  for (std::int64_t j = 0; j < p; ++j)
    for (std::int64_t i = 0; i <= j; ++i) result.model->r(i, j) *= scale[static_cast<std::size_t>(j)];
  return result;
}

template <class Jacobian>
Factored factor_preconditioned(const Jacobian& j, std::span<const double> r, const Matrix<double>& triangle,
                               double most) {
  for (std::int64_t k = 0; k < triangle.cols(); ++k)
    if (triangle(k, k) == 0) return {};
  GramAndProduct<double> b = preconditioned_gram<double>(
      j, triangle.view(), column_major(r.data(), static_cast<std::int64_t>(r.size()), std::int64_t{1}));
  if (!all_finite<double>(b.gram.view())) return {};
  Factored result = factor(std::move(b), most);
  if (!result.model) return result;
  result.model->r = product_of_triangles<double>(result.model->r.view(), triangle.view());
  return result;
}

bool is_tall(std::int64_t rows, std::int64_t cols) {
  return rows >= least_rows_of_cholesky_qr(cols) && rows * cols >= least_entries;
}

}  // namespace

double ReducedModel::column_norm(std::int64_t j) const {
  if (sparse) return sparse->column_norm(j);
  return norm2(j + 1, r.data() + j * r.rows());
}

std::vector<double> ReducedModel::gradient() const {
  if (sparse) return sparse->gradient();
  std::vector<double> g = c;
  multiply_triangular<double>(Transpose::yes, r.view(), g.data());
  return g;
}

double ReducedModel::decrease(std::span<const double> y) const {
  if (sparse) return sparse->decrease(y);
  std::vector<double> moved(y.begin(), y.end());
  multiply_triangular<double>(Transpose::no, r.view(), moved.data());
  double sum = 0;
  for (std::size_t i = 0; i < moved.size(); ++i) sum += moved[i] * (c[i] + moved[i] / 2);
  return -sum;
}

ReducedModel ReducedModel::restricted_to(const std::vector<std::int64_t>& columns) const {
  if (sparse) return {{}, {}, std::make_shared<const SparseModel>(sparse->restricted_to(columns))};
  const auto kept = static_cast<std::int64_t>(columns.size());
  auto part = Matrix<double>::uninitialized(cols(), kept);
  for (std::int64_t k = 0; k < kept; ++k)
    std::copy_n(r.data() + columns[static_cast<std::size_t>(k)] * cols(), cols(), part.data() + k * cols());
  return householder(part, c);
}

template <class Jacobian>
std::optional<ReducedModel> ModelReducer::reduce_tall(const Jacobian& j, const std::function<bool()>& is_finite,
                                                      std::span<const double> r, double accuracy, std::int64_t p,
                                                      std::int64_t passes) {
  if (previous_.cols() != p) forget();
  // Squaring errs by k^2 roundoffs. What a triangle has preconditioned is judged by the strict measure in any case.
  const double most_strict = std::sqrt(strict / roundoff);
  const double most = std::max(most_strict, std::sqrt(accuracy / roundoff));
  // Whether so many passes can be made, and the last resort's after them.
  const auto can_try = [&passes](std::int64_t count) {
    if (passes <= count) return false;
    passes -= count;
    return true;
  };
  Factored result;
  if (condition_ <= most && can_try(1)) {
    result = factor_scaled(squares(j, r), most);
    if (result.model) ++squared_;
  }
  if (!result.model && previous_.cols() == p && can_try(1)) {
    result = factor_preconditioned(j, r, previous_, most_strict);
    if (result.model) ++reused_;
  }
  // A NaN would have failed either.
  if (!result.model && !is_finite()) return std::nullopt;
  if (!result.model && can_try(2)) {
    result = factor_preconditioned(j, r, sketched_triangle(j, seed_), most_strict);
    ++sketched_;
  }
  if (!result.model) {
    result.model = householder(j, r);
    if (!is_finite()) return std::nullopt;
  }
  previous_ = result.model->r;
  condition_ = condition_of(with_unit_columns(previous_));
  return std::move(result.model);
}

std::optional<ReducedModel> ModelReducer::reduce(const AnyMatrixView<double>& j, std::span<const double> r,
                                                 double accuracy) {
  const auto is_finite = [&] { return all_finite<double>(j); };
  if (is_tall(j.rows(), j.cols())) return reduce_tall(j, is_finite, r, accuracy, j.cols(), unlimited);
  if (!is_finite()) return std::nullopt;
  return householder(j, r);
}

std::optional<ReducedModel> ModelReducer::reduce(const MadeRows<double>& j, std::span<const double> r, double accuracy,
                                                 std::int64_t most_passes) {
  std::atomic<bool> finite = true;
  MadeRows<double> watched = j;
  watched.make = [&](std::int64_t first, MatrixView<double> block) {
    j.make(first, block);
    const MatrixView<double> columns = block.layout == Layout::column_major ? block : block.transposed();
    for (std::int64_t k = 0; k < columns.cols; ++k)
      if (!all_finite_serial(&columns(0, k), columns.rows)) finite = false;
  };
  // Of the rows made so far: all of them, once there was something to fail.
  const auto is_finite = [&] { return finite.load(); };
  if (is_tall(j.rows, j.cols)) return reduce_tall(watched, is_finite, r, accuracy, j.cols, most_passes);
  ReducedModel model = householder(watched, r);
  if (!is_finite()) return std::nullopt;
  return model;
}

}  // namespace croquis
