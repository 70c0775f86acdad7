// The sparse result of a sparse-sign sketch against the dense one, and against its pattern by definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <croquis/errors.hpp>
#include <croquis/sketch/apply_sparse.hpp>

#include "linalg/parallel.hpp"
#include "sketch/regroup.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class T>
Matrix<T> dense(const SparseMatrix<T>& a) {
  Matrix<T> out(a.rows(), a.cols());
  const auto view = a.view();
  for (std::int64_t i = 0; i < view.rows; ++i)
    for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k) out(i, view.column[k]) += view.value[k];
  return out;
}

template <class T>
bool same(const SparseMatrix<T>& a, const SparseMatrix<T>& b) {
  const auto x = a.view();
  const auto y = b.view();
  return x.rows == y.rows && x.cols == y.cols && std::equal(x.row_start, x.row_start + x.rows + 1, y.row_start) &&
         std::equal(x.column, x.column + a.nonzeros(), y.column) &&
         std::equal(x.value, x.value + a.nonzeros(), y.value);
}

}  // namespace

TEST_CASE_TEMPLATE("the sparse result is S A, by rows, each place of the pattern once and in order", T, float, double) {
  struct Shape {
    std::int64_t rows, cols, n, nonzeros;
  };
  for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{7, 40, 12, 1}, Shape{33, 300, 70, 3}, Shape{90, 2500, 200, 8},
                             Shape{8, 50, 9, 8}, Shape{300, 100, 1000, 2}}) {
    CAPTURE(shape.rows);
    const SparseSign s{shape.rows, shape.cols, shape.nonzeros, 5};
    const auto a =
        SparseMatrix<T>::from_triplets(shape.cols, shape.n, random_triplets<T>(shape.cols, shape.n, 0.03, 17));
    const Matrix<T> entries = entries_of_sketch<T>(s);
    const auto by_columns = regroup(a.view());
    std::vector<std::int32_t> start, column;
    for (std::int64_t i = 0; i <= a.rows(); ++i) start.push_back(static_cast<std::int32_t>(a.view().row_start[i]));
    for (std::int64_t k = 0; k < a.nonzeros(); ++k) column.push_back(static_cast<std::int32_t>(a.view().column[k]));
    const CsrView<T, std::int32_t> narrow{a.rows(), a.cols(), start.data(), column.data(), a.view().value};

    const SparseMatrix<T> result = apply_sparse(s, a);
    CHECK(same(result, apply_sparse(s, by_columns.view())));
    CHECK(same(result, apply_sparse(s, narrow)));
    CHECK(error_in_roundoffs<T>(entries, dense(a), dense(result)) <= allowed_roundoffs(shape.cols));

    std::set<std::pair<std::int64_t, std::int64_t>> pattern;
    for (std::int64_t i = 0; i < a.rows(); ++i)
      for (std::int64_t k = a.view().row_start[i]; k < a.view().row_start[i + 1]; ++k)
        for (std::int64_t r = 0; r < s.rows; ++r)
          if (entries(r, i) != 0) pattern.insert({r, a.view().column[k]});
    REQUIRE(result.nonzeros() == static_cast<std::int64_t>(pattern.size()));
    auto expected = pattern.begin();
    for (std::int64_t r = 0; r < s.rows; ++r)
      for (std::int64_t k = result.view().row_start[r]; k < result.view().row_start[r + 1]; ++k, ++expected) {
        REQUIRE(expected->first == r);
        REQUIRE(expected->second == result.view().column[k]);
      }
  }
}

TEST_CASE("terms that cancel leave a zero, and repeated entries of A are added") {
  // One row of S: all terms of a column of A fall on one place. Equal values at two rows of opposite sign cancel.
  const CountSketch s{1, 40, 3};
  const Matrix<double> entries = entries_of_sketch<double>(s);
  std::int64_t opposite = 1;
  while (entries(0, opposite) == entries(0, 0)) ++opposite;
  const std::vector<std::int64_t> start = {0, 2, 4};
  const std::vector<std::int64_t> row = {0, opposite, 0, 0};
  const std::vector<double> value = {5, 5, 2, 3};
  const auto result = apply_sparse(s, CscView<double, std::int64_t>{40, 2, start.data(), row.data(), value.data()});
  REQUIRE(result.nonzeros() == 2);
  CHECK(result.view().value[0] == 0);
  CHECK(result.view().value[1] == 5 * entries(0, 0));
}

TEST_CASE_TEMPLATE("the sparse result is the same to the last bit for any number of threads", T, float, double) {
  const SparseSign s{200, 5000, 8, 9};
  const auto a = SparseMatrix<T>::from_triplets(5000, 300, random_triplets<T>(5000, 300, 0.01, 4));
  const SparseMatrix<T> one = [&] {
    SparseMatrix<T> result;
    run_with_threads(1, [&] { result = apply_sparse(s, a); });
    return result;
  }();
  for (const int threads : {2, 3, 8}) run_with_threads(threads, [&] { CHECK(same(apply_sparse(s, a), one)); });
}

TEST_CASE("the expected number of entries is met within its spread") {
  const SparseSign s{500, 20000, 4, 6};
  const auto a = SparseMatrix<double>::from_triplets(20000, 400, random_triplets<double>(20000, 400, 0.001, 8));
  const double expected = expected_sparse_entries(s, a);
  const auto met = static_cast<double>(apply_sparse(s, a).nonzeros());
  // Each of the 20000 columns of S moves the count by at most 4 for each of its row's entries of A (0.4 on average, and
  // 8 at most here), so its standard deviation is below 4 sqrt(sum of squares of the rows' counts) < 4 sqrt(8000 * 2);
  // by McDiarmid's inequality the chance of being 6 of these off is below 2 exp(-2 * 36) for a random seed.
  CHECK(std::abs(met - expected) <= 6 * 4 * std::sqrt(16000.0));
  CHECK(expected < 4.0 * static_cast<double>(a.nonzeros()));
  const SparseMatrix<double> none(20000, 400, std::vector<std::int64_t>(20001, 0), {}, {});
  CHECK(expected_sparse_entries(s, none) == 0);
  CHECK(apply_sparse(s, none).nonzeros() == 0);
  // As many nonzeros as rows: a column with an entry is full.
  const auto full = SparseMatrix<double>::from_triplets(3, 2, {{1, 0, 1.0}, {2, 0, 1.0}});
  CHECK(expected_sparse_entries(SparseSign{4, 3, 4, 1}, full) == 4);
}

TEST_CASE("which result is smaller") {
  const SparseSign s{100, 1000, 2, 1};
  // 4000 columns of one entry: 2 of 100 places of each column. 3 columns of 1000: nearly all.
  std::vector<Triplet<double>> few, many;
  for (std::int64_t j = 0; j < 4000; ++j) few.push_back({j % 1000, j, 1.0});
  for (std::int64_t i = 0; i < 1000; ++i)
    for (std::int64_t j = 0; j < 3; ++j) many.push_back({i, j, 1.0});
  CHECK(sparse_result_is_smaller<double>(s, SparseMatrix<double>::from_triplets(1000, 4000, few)));
  CHECK_FALSE(sparse_result_is_smaller<double>(s, SparseMatrix<double>::from_triplets(1000, 3, many)));
}

TEST_CASE("what does not fit is refused") {
  const SparseSign s{5, 10, 2, 1};
  const auto short_one = SparseMatrix<double>::from_triplets(9, 3, {});
  CHECK_THROWS_WITH_AS(apply_sparse(s, short_one),
                       "A is 9 x 3 but S is 5 x 10: A must have as many rows as S has columns", ShapeError);
  CHECK_THROWS_AS(apply_sparse(s, Matrix<double>(10, 3)), ShapeError);
  CHECK_THROWS_AS(expected_sparse_entries(s, Matrix<double>(10, 3)), ShapeError);
  CHECK_THROWS_AS(apply_sparse(SparseSign{5, 10, 6, 1}, SparseMatrix<double>::from_triplets(10, 3, {})), InvalidOption);
}
