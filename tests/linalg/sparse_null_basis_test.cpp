// The null space of a sparse matrix by elimination, against singular values.
#include "linalg/sparse_null_basis.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/densify.hpp"
#include "linalg/tall_qr.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double plenty = 1e9;

template <class T>
std::int64_t rank_by_singular_values(const SparseMatrix<T>& a) {
  Matrix<T> dense = densify<T>(a);
  Matrix<T> none(a.rows(), 0);
  const auto svd = singular_value_decomposition<T>(tall_qr<T>(dense.view(), none.view()).r.view());
  std::int64_t rank = 0;
  while (rank < a.cols() && svd.s[rank] > 1e3 * std::numeric_limits<T>::epsilon() * svd.s[0]) ++rank;
  return rank;
}

// A D times the basis is zero, the basis is as wide as the rank says, and its columns are independent: each has a one
// where the others have zeros.
template <class T>
void check(const SparseMatrix<T>& a, const std::vector<T>& scale) {
  const auto basis = sparse_null_basis<T>(a, scale, plenty);
  REQUIRE(basis.has_value());
  const std::int64_t nullity = a.cols() - rank_by_singular_values(a);
  REQUIRE(basis->cols() == nullity);
  const Matrix<T> dense = densify<T>(a);
  for (std::int64_t k = 0; k < nullity; ++k) {
    bool own_column = false;
    for (std::int64_t j = 0; j < a.cols(); ++j) {
      bool own = (*basis)(j, k) == T(1);
      for (std::int64_t l = 0; l < nullity; ++l) own = own && (l == k || (*basis)(j, l) == T(0));
      own_column = own_column || own;
    }
    CHECK(own_column);
    for (std::int64_t i = 0; i < a.rows(); ++i) {
      double sum = 0, size = 0;
      for (std::int64_t j = 0; j < a.cols(); ++j) {
        const double term = static_cast<double>(dense(i, j)) * scale[j] * (*basis)(j, k);
        sum += term;
        size = std::max(size, std::abs(term));
      }
      // Rounding errors of a few eliminations in a row.
      CHECK(std::abs(sum) <= 1e3 * std::numeric_limits<T>::epsilon() * std::max(size, 1.0));
    }
  }
}

// Random rows of a few entries in which `dependent` columns are combinations of two others each.
template <class T>
SparseMatrix<T> with_dependent_columns(std::int64_t rows, std::int64_t cols, std::int64_t dependent,
                                       RandomSource& random) {
  std::vector<Triplet<T>> entries;
  const std::int64_t free = cols - dependent;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int k = 0; k < 3; ++k) {
      const std::int64_t j = random.below(free);
      const auto value = static_cast<T>(1 + random.below(4));
      entries.push_back({i, j, value});
      for (std::int64_t c = 0; c < dependent; ++c)
        if (j == c || j == c + 1) entries.push_back({i, free + c, j == c ? value : -value});
    }
  }
  return SparseMatrix<T>::from_triplets(rows, cols, entries);
}

}  // namespace

TEST_CASE("by hand: the differences of three numbers") {
  const auto a = SparseMatrix<double>::from_triplets(
      3, 3, {{0, 0, 1.}, {0, 1, -1.}, {1, 1, 1.}, {1, 2, -1.}, {2, 0, 1.}, {2, 2, -1.}});
  const auto basis = sparse_null_basis<double>(a, {1, 1, 1}, plenty);
  REQUIRE(basis.has_value());
  REQUIRE(basis->cols() == 1);
  for (std::int64_t j = 0; j < 3; ++j) CHECK((*basis)(j, 0) == 1);
  const auto scaled = sparse_null_basis<double>(a, {1, 2, 4}, plenty);  // x / scale
  REQUIRE(scaled.has_value());
  CHECK((*scaled)(0, 0) == 4 * (*scaled)(2, 0));
  CHECK((*scaled)(1, 0) == 2 * (*scaled)(2, 0));
}

TEST_CASE_TEMPLATE("dependent columns, columns of zeros and full rank", T, float, double) {
  RandomSource random(1);
  for (const std::int64_t dependent : {0, 1, 5, 12}) {
    CAPTURE(dependent);
    std::vector<T> scale;
    for (std::int64_t j = 0; j < 40; ++j) scale.push_back(std::ldexp(T(1), static_cast<int>(random.below(5)) - 2));
    check(with_dependent_columns<T>(300, 40, dependent, random), scale);
  }
  check(SparseMatrix<T>::from_triplets(5, 3, {{1, 1, T(2)}, {4, 1, T(-1)}}), {1, 1, 1});
  check(SparseMatrix<T>::from_triplets(5, 3, {}), {1, 1, 1});
}

TEST_CASE("places given twice add up, in any order") {
  // Rows (1 + 1, -2) and (3, -1 - 2).
  const std::vector<std::int64_t> start{0, 3, 6}, column{0, 1, 0, 1, 0, 1};
  const std::vector<double> value{1, -2, 1, -1, 3, -2};
  const CsrView<double, std::int64_t> view{2, 2, start.data(), column.data(), value.data()};
  const auto basis = sparse_null_basis<double>(view, {1, 1}, plenty);
  REQUIRE(basis.has_value());
  REQUIRE(basis->cols() == 1);
  CHECK((*basis)(0, 0) == (*basis)(1, 0));
}

TEST_CASE("nothing where it would take more work than allowed, or the basis is of no use") {
  RandomSource random(2);
  const auto a = with_dependent_columns<double>(300, 40, 3, random);
  const std::vector<double> ones(40, 1);
  CHECK(sparse_null_basis<double>(a, ones, plenty).has_value());
  CHECK(!sparse_null_basis<double>(a, ones, 50).has_value());
  // x(j) = -8 x(j + 1): the null vector grows to 8^39.
  std::vector<Triplet<double>> entries;
  for (std::int64_t j = 0; j + 1 < 40; ++j) {
    entries.push_back({j, j, 1.0});
    entries.push_back({j, j + 1, 8.0});
  }
  CHECK(!sparse_null_basis<double>(SparseMatrix<double>::from_triplets(39, 40, entries), ones, plenty).has_value());
}
