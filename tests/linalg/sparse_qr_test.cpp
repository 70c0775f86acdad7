// Sparse QR and Cholesky factors against what they are to be: triangles of the right product, with dependent columns
// apart.
#include "linalg/sparse_qr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "linalg/densify.hpp"
#include "linalg/sparse_cholesky.hpp"
#include "linalg/sparse_gram.hpp"
#include "linalg/stored_by_rows.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

SparseMatrix<double> random_sparse(std::int64_t rows, std::int64_t cols, std::int64_t per_row, RandomSource& random) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = 0; k < per_row; ++k)
      entries.push_back({i, static_cast<std::int64_t>(random.below(cols)), random.normal()});
  return SparseMatrix<double>::from_triplets(rows, cols, entries);
}

template <class T>
Matrix<T> dense_factor(const SparseTrapezoid<T>& r) {
  Matrix<T> c(r.rank, r.cols());
  std::vector<T> column(static_cast<std::size_t>(r.rank));
  for (std::int64_t j = 0; j < r.cols(); ++j) {
    r.write_column(j, column.data());
    for (std::int64_t i = 0; i < r.rank; ++i) c(i, r.permutation[j]) = column[i];
  }
  return c;
}

// The largest entry of C^T C - (A D)^T A D.
template <class T>
double gram_difference(const SparseTrapezoid<T>& r, const Matrix<T>& a, const std::vector<T>& scale) {
  const Matrix<T> c = dense_factor(r);
  double largest = 0;
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    for (std::int64_t k = 0; k < a.cols(); ++k) {
      double sum = 0;
      for (std::int64_t i = 0; i < a.rows(); ++i) sum -= static_cast<double>(a(i, j)) * scale[j] * a(i, k) * scale[k];
      for (std::int64_t i = 0; i < c.rows(); ++i) sum += static_cast<double>(c(i, j)) * c(i, k);
      largest = std::max(largest, std::abs(sum));
    }
  }
  return largest;
}

std::vector<std::int64_t> natural_order(std::int64_t n) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace

TEST_CASE("rows in order, and entries of one place added") {
  const std::vector<std::int64_t> start = {0, 3, 3, 6};
  const std::vector<std::int64_t> column = {2, 0, 2, 1, 0, 1};
  const std::vector<double> value = {1, 2, 4, 8, 16, 32};
  const CsrView<double, std::int64_t> a{3, 3, start.data(), column.data(), value.data()};
  const SparseMatrix<double> ordered = stored_by_rows<double>(a);
  CHECK(ordered.nonzeros() == 4);
  const auto view = ordered.view();
  CHECK(std::vector<std::int64_t>(view.column, view.column + 4) == std::vector<std::int64_t>{0, 2, 0, 1});
  CHECK(std::vector<double>(view.value, view.value + 4) == std::vector<double>{2, 5, 16, 40});
  const SparseMatrix<double> by_columns = stored_by_rows<double>(AnyMatrixView<double>(a).transposed());
  CHECK(by_columns.nonzeros() == 4);
  CHECK(densify<double>(by_columns)(2, 0) == 5);
}

TEST_CASE("the Gram matrix of a sparse matrix") {
  RandomSource random(1);
  const SparseMatrix<double> a = random_sparse(200, 30, 4, random);
  const SparseMatrix<double> transpose = stored_by_rows<double>(AnyMatrixView<double>(a).transposed());
  std::vector<double> scale(30, 0.5);
  scale[3] = 4;
  const Matrix<double> g = sparse_gram<double>(a.view(), transposed(transpose.view()), scale);
  const Matrix<double> dense = densify<double>(a);
  for (std::int64_t j = 0; j < 30; ++j) {
    for (std::int64_t k = 0; k < 30; ++k) {
      double sum = 0;
      for (std::int64_t i = 0; i < 200; ++i) sum += dense(i, j) * scale[j] * dense(i, k) * scale[k];
      CHECK(std::abs(g(j, k) - (j <= k ? sum : 0)) <= 1e-12);
    }
  }
}

TEST_CASE("QR: the product, Q^T B, solves and products with the triangle") {
  if (!has_sparse_qr()) return;
  RandomSource random(2);
  constexpr std::int64_t m = 300, n = 40;
  const SparseMatrix<double> a = random_sparse(m, n, 3, random);
  const SparseMatrix<double> by_columns = stored_by_rows<double>(AnyMatrixView<double>(a).transposed());
  const auto analysis = SparseCholesky::analyze(a.view());
  REQUIRE(analysis != nullptr);
  std::vector<double> scale(n, 1);
  scale[5] = 0.25;
  Matrix<double> b(m, 2);
  for (double& entry : b.entries()) entry = random.normal();
  const SparseQr<double> qr =
      sparse_qr<double>(transposed(by_columns.view()), scale, b.view(), analysis->ordering, 1e-14);
  const SparseTrapezoid<double>& r = qr.r;
  REQUIRE(r.rank == n);
  // SPQR adds a few explicit zeros, where it joins fronts.
  CHECK(static_cast<double>(r.nonzeros()) <= 1.1 * analysis->entries);
  const Matrix<double> dense = densify<double>(a);
  CHECK(gram_difference(r, dense, scale) <= 1e-13 * m);

  // C^T (Q^T B) = (A D)^T B.
  for (std::int64_t k = 0; k < 2; ++k) {
    const std::vector<double> g = r.transposed_product(qr.qtb.data() + k * n);
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::int64_t i = 0; i < m; ++i) sum += dense(i, r.permutation[j]) * scale[r.permutation[j]] * b(i, k);
      CHECK(std::abs(g[j] - sum) <= 1e-12);
    }
  }
  std::vector<double> x(n);
  for (double& value : x) value = random.normal();
  std::vector<double> y = x;
  r.multiply(y.data());
  r.solve(y.data());
  std::vector<double> z = x;
  r.multiply_transposed(z.data());
  CHECK(z == r.transposed_product(x.data()));
  r.solve_transposed(z.data());
  for (std::int64_t j = 0; j < n; ++j) {
    CHECK(std::abs(y[j] - x[j]) <= 1e-10);
    CHECK(std::abs(z[j] - x[j]) <= 1e-10);
  }
}

TEST_CASE("QR: dependent columns are set apart, wherever they are") {
  if (!has_sparse_qr()) return;
  RandomSource random(3);
  constexpr std::int64_t m = 200, n = 20;
  const SparseMatrix<double> full = random_sparse(m, n, 3, random);
  std::vector<Triplet<double>> entries;
  const auto view = full.view();
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k) {
      const std::int64_t j = view.column[k];
      if (j == 0 || j == 7) continue;  // 7 becomes 3's double, 0 stays without entries
      entries.push_back({i, j, view.value[k]});
      if (j == 3) entries.push_back({i, 7, 2 * view.value[k]});
    }
  }
  const auto a = SparseMatrix<double>::from_triplets(m, n, entries);
  const SparseMatrix<double> by_columns = stored_by_rows<double>(AnyMatrixView<double>(a).transposed());
  const std::vector<double> scale(n, 1);
  const Matrix<double> b(m, 1);
  for (const bool ordered : {false, true}) {
    CAPTURE(ordered);
    const auto order = ordered ? SparseCholesky::analyze(a.view())->ordering : natural_order(n);
    const SparseQr<double> qr = sparse_qr<double>(transposed(by_columns.view()), scale, b.view(), order, 1e-12);
    CHECK(qr.r.rank == n - 2);
    CHECK(qr.qtb.rows() == n - 2);
    CHECK(gram_difference(qr.r, densify<double>(a), scale) <= 1e-13 * m);
  }
}

TEST_CASE("Cholesky: the product, or nothing where there is none") {
  if (!has_sparse_qr()) return;
  RandomSource random(4);
  const SparseMatrix<double> a = random_sparse(300, 40, 3, random);
  std::vector<double> scale(40, 1);
  scale[7] = 8;
  const auto analysis = SparseCholesky::analyze(a.view());
  const auto r = analysis->factorize(a.view(), scale);
  REQUIRE(r.has_value());
  CHECK(static_cast<double>(r->nonzeros()) == analysis->entries);
  CHECK(gram_difference(*r, densify<double>(a), scale) <= 1e-11);
  scale[7] = 0;
  CHECK(!analysis->factorize(a.view(), scale).has_value());
}

TEST_CASE("no entries, and what a factorization will take") {
  if (!has_sparse_qr()) return;
  const auto empty = SparseMatrix<double>::from_triplets(5, 3, {});
  const SparseMatrix<double> by_columns = stored_by_rows<double>(AnyMatrixView<double>(empty).transposed());
  const Matrix<double> b(5, 1);
  const auto qr = sparse_qr<double>(transposed(by_columns.view()), {1, 1, 1}, b.view(), natural_order(3), 1e-14);
  CHECK(qr.r.rank == 0);
  CHECK(qr.r.cols() == 3);

  RandomSource random(5);
  const SparseMatrix<double> a = random_sparse(400, 100, 5, random);
  const SparseMatrix<double> columns = stored_by_rows<double>(AnyMatrixView<double>(a).transposed());
  const SparseQrCost cost = sparse_qr_cost<double>(transposed(columns.view()), natural_order(100));
  const auto factor = sparse_qr<double>(transposed(columns.view()), std::vector<double>(100, 1),
                                        Matrix<double>(400, 1).view(), natural_order(100), 1e-14);
  // At least the entries of R are counted, and no more than a dense factorization's.
  CHECK(cost.bytes >= 8.0 * static_cast<double>(factor.r.nonzeros()));
  CHECK(cost.bytes <= 4 * 8.0 * 400 * 100);
  CHECK(cost.flops > 0);
  CHECK(cost.flops <= 4.0 * 400 * 100 * 100);
}
