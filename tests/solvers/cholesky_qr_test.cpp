// The triangular factor without Q: as accurate as Householder QR at any condition number, and the same in any storage.
#include "solvers/cholesky_qr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/extended.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// max_j ||A^T A e_j - R^T R e_j||-like backward error, columns at unit scale: the largest entry of
// |A^T A - R^T R| / (|a_i| |a_j|), from sums in long double. Householder QR leaves a few roundoffs.
double gram_error(const Matrix<double>& a, const Matrix<double>& r) {
  const std::int64_t m = a.rows();
  const std::int64_t n = a.cols();
  ExtendedMatrix x(m, n);
  ExtendedMatrix y(n, n);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i < m; ++i) x(i, j) = a(i, j);
    for (std::int64_t i = 0; i <= j; ++i) y(i, j) = r(i, j);
  }
  double worst = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t i = 0; i <= j; ++i) {
      const long double norms =
          std::sqrt(dot(m, x.column(i), x.column(i))) * std::sqrt(dot(m, x.column(j), x.column(j)));
      const long double error = dot(m, x.column(i), x.column(j)) - dot(n, y.column(i), y.column(j));
      worst = std::max(worst, static_cast<double>(std::abs(error) / norms));
    }
  }
  return worst;
}

// Both have positive diagonals after this, so that they can be compared.
Matrix<double> with_positive_diagonal(Matrix<double> r) {
  for (std::int64_t i = 0; i < r.rows(); ++i)
    if (r(i, i) < 0)
      for (std::int64_t j = i; j < r.cols(); ++j) r(i, j) = -r(i, j);
  return r;
}

// The errors of R are those of a backward stable factorization: some sqrt(m n) u at most.
constexpr double few_roundoffs = 100 * 1.1e-16;

}  // namespace

TEST_CASE("backward stable for condition numbers up to the roundoff, from a sketch and without one") {
  for (const std::int64_t rows : {60, 2000, 6001}) {
    for (const double condition : {1.0, 1e8, 1e14}) {
      CAPTURE(rows);
      CAPTURE(condition);
      RandomSource random(static_cast<std::uint64_t>(rows));
      Matrix<double> a = with_condition(rows, 30, condition, random);
      CHECK(gram_error(a, triangular_factor(a, 3)) < few_roundoffs);
      scale_columns(a, -120, 120);
      CHECK(gram_error(a, triangular_factor(a, 3)) < few_roundoffs);
    }
  }
}

TEST_CASE("the smallest diagonal entry has the digits that the condition number leaves it") {
  RandomSource random(5);
  const Matrix<double> a = with_condition(4000, 40, 1e10, random);
  ExtendedMatrix exact(a.rows(), a.cols());
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) exact(i, j) = a(i, j);
  const ExtendedMatrix expected = triangular_factor(exact);
  const Matrix<double> r = croquis::triangular_factor(a, 1);
  for (std::int64_t j = 0; j < a.cols(); ++j)
    CHECK(std::abs(std::abs(r(j, j)) / static_cast<double>(std::abs(expected(j, j))) - 1) < 1e10 * 1e-15);
}

TEST_CASE("leverage in a few rows, and a sketch that loses the range") {
  RandomSource random(7);
  for (const Matrix<double>& a : {identity_above_small(3000, 20, random), one_huge_row(3000, 20, random),
                                  graded_rows(3000, 20, random), lauchli(3000, 20, 1e-10)})
    CHECK(gram_error(a, triangular_factor(a, 1)) < few_roundoffs);
  // Two entries only: whatever sketch they fall through, R is right.
  Matrix<double> two(5000, 2);
  two(17, 0) = 1e-200;
  two(4000, 1) = 1e200;
  const Matrix<double> r = triangular_factor(two, 1);
  CHECK(std::abs(r(0, 0)) == doctest::Approx(1e-200).epsilon(1e-14));
  CHECK(std::abs(r(1, 1)) == doctest::Approx(1e200).epsilon(1e-14));
}

TEST_CASE("the same factor for either layout, CSR and CSC, and the same bits for any number of threads") {
  RandomSource random(9);
  Matrix<double> a(12001, 90);
  std::vector<Triplet<double>> entries;
  std::vector<Triplet<double>> turned;
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    for (const std::int64_t j : {i % 90, random.below(90)}) {
      const double value = random.normal();
      a(i, j) += value;
      entries.push_back({i, j, value});
      turned.push_back({j, i, value});
    }
  }
  const auto by_rows = SparseMatrix<double>::from_triplets(a.rows(), a.cols(), entries);
  const auto by_columns = SparseMatrix<double>::from_triplets(a.cols(), a.rows(), turned);
  Matrix<double> row_major_a(a.rows(), a.cols(), Layout::row_major);
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) row_major_a(i, j) = a(i, j);

  const Matrix<double> expected = with_positive_diagonal(triangular_factor(a, 2));
  CHECK(gram_error(a, expected) < few_roundoffs);
  for (const AnyMatrixView<double>& each : {AnyMatrixView<double>(row_major_a), AnyMatrixView<double>(by_rows),
                                            AnyMatrixView<double>(by_columns).transposed()}) {
    const Matrix<double> r = with_positive_diagonal(triangular_factor(each, 2));
    double worst = 0;
    for (std::int64_t i = 0; i < 90 * 90; ++i) worst = std::max(worst, std::abs(r.data()[i] - expected.data()[i]));
    // Entries of up to 100, of a matrix whose condition number is about 2.
    CHECK(worst < 1e-11);
  }
  Matrix<double> first;
  for (const int threads : {1, 2, 5}) {
    Matrix<double> r;
    run_with_threads(threads, [&] { r = triangular_factor(a, 2); });
    if (threads == 1) first = r;
    CHECK(std::memcmp(r.data(), first.data(), sizeof(double) * r.entries().size()) == 0);
  }
}

TEST_CASE("the inverse of a triangle") {
  RandomSource random(11);
  const Matrix<double> a = with_condition(300, 130, 100, random);
  const Matrix<double> r = triangular_factor(a, 1);
  const Matrix<double> inverse = inverse_of_triangle<double>(r.view());
  Matrix<double> product(130, 130);
  multiply<double>(1, r.view(), inverse.view(), 0, product.view());
  double worst = 0;
  double below = 0;
  for (std::int64_t j = 0; j < 130; ++j) {
    for (std::int64_t i = 0; i < 130; ++i) {
      worst = std::max(worst, std::abs(product(i, j) - (i == j)));
      if (i > j) below = std::max(below, std::abs(inverse(i, j)));
    }
  }
  // Column by column the residual is a few n u |R| |R^-1|, at most the condition number times that.
  CHECK(worst < 100 * few_roundoffs);
  CHECK(below == 0);
}
