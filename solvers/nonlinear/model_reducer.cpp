#include "solvers/nonlinear/model_reducer.hpp"

#include <algorithm>
#include <utility>

#include "linalg/blas.hpp"
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
// B^T B of a B with this condition number has the digits that a step needs: it errs by 1e6 roundoffs.
constexpr double largest_condition = 1e3;

ReducedModel householder(const AnyMatrixView<double>& j, std::span<const double> r) {
  const std::int64_t m = j.rows();
  const std::int64_t rows = std::max(m, j.cols());
  // Rows of zeros make a wide J square.
  Matrix<double> a(rows, j.cols());
  copy<double>(densify<double>(j).view(), a.view().block(0, 0, m, j.cols()));
  Matrix<double> b(rows, 1);
  std::copy(r.begin(), r.end(), b.data());
  TallQr<double> qr = tall_qr<double>(a.view(), b.view());
  return {std::move(qr.r), {qr.qtb.entries().begin(), qr.qtb.entries().end()}};
}

}  // namespace

double ReducedModel::column_norm(std::int64_t j) const { return norm2(j + 1, r.data() + j * r.rows()); }

std::vector<double> ReducedModel::gradient() const {
  std::vector<double> g = c;
  multiply_triangular<double>(Transpose::yes, r.view(), g.data());
  return g;
}

double ReducedModel::decrease(std::span<const double> y) const {
  std::vector<double> moved(y.begin(), y.end());
  multiply_triangular<double>(Transpose::no, r.view(), moved.data());
  double sum = 0;
  for (std::size_t i = 0; i < moved.size(); ++i) sum += moved[i] * (c[i] + moved[i] / 2);
  return -sum;
}

ReducedModel ReducedModel::restricted_to(const std::vector<std::int64_t>& columns) const {
  const auto kept = static_cast<std::int64_t>(columns.size());
  auto part = Matrix<double>::uninitialized(cols(), kept);
  for (std::int64_t k = 0; k < kept; ++k)
    std::copy_n(r.data() + columns[static_cast<std::size_t>(k)] * cols(), cols(), part.data() + k * cols());
  return householder(part, c);
}

std::optional<ReducedModel> ModelReducer::precondition(const AnyMatrixView<double>& j, std::span<const double> r,
                                                       const Matrix<double>& triangle) const {
  for (std::int64_t k = 0; k < triangle.cols(); ++k)
    if (triangle(k, k) == 0) return std::nullopt;
  GramAndProduct<double> b =
      preconditioned_gram<double>(j, triangle.view(), column_major(r.data(), j.rows(), std::int64_t{1}));
  if (!all_finite<double>(b.gram.view())) return std::nullopt;
  const ExtremeSingularValues extremes = singular_values_of_gram(b.gram);
  if (!(extremes.largest < largest_condition * extremes.smallest) || !cholesky<double>(b.gram)) return std::nullopt;
  solve_triangular<double>(Side::left, Transpose::yes, b.gram.view(), b.product.view());
  return ReducedModel{product_of_triangles<double>(b.gram.view(), triangle.view()),
                      {b.product.entries().begin(), b.product.entries().end()}};
}

ReducedModel ModelReducer::reduce(const AnyMatrixView<double>& j, std::span<const double> r) {
  const std::int64_t p = j.cols();
  if (j.rows() < least_rows_of_cholesky_qr(p) || j.rows() * p < least_entries) return householder(j, r);
  std::optional<ReducedModel> model;
  if (previous_.cols() == p) {
    model = precondition(j, r, previous_);
    if (model) ++reused_;
  }
  if (!model) {
    model = precondition(j, r, sketched_triangle(j, seed_));
    ++sketched_;
  }
  if (!model) model = householder(j, r);
  previous_ = model->r;
  return std::move(*model);
}

}  // namespace croquis
