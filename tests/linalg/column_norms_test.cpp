// Norms of the columns of sparse matrices.
#include "linalg/column_norms.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "linalg/parallel.hpp"
#include "linalg/products.hpp"
#include "linalg/stored_by_rows.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Of enough entries that their rows are shared out.
SparseMatrix<double> long_matrix() {
  constexpr std::int64_t rows = 30001, cols = 40, per_row = 5;
  RandomSource random(1);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = 0; k < per_row; ++k) entries.push_back({i, random.below(cols), random.normal()});
  return SparseMatrix<double>::from_triplets(rows, cols, entries);
}

double value_of(const ColumnNorm& norm) { return std::ldexp(norm.fraction, norm.exponent); }

}  // namespace

TEST_CASE("by rows as by columns, and the same bits for any number of threads") {
  const SparseMatrix<double> a = long_matrix();
  const SparseMatrix<double> turned = stored_by_rows<double>(AnyMatrixView<double>(a).transposed());
  const auto by_columns = column_norms<double>(AnyMatrixView<double>(turned).transposed());
  std::vector<ColumnNorm> by_rows;
  run_with_threads(1, [&] { by_rows = column_norms<double>(a); });
  REQUIRE(by_rows.size() == by_columns.size());
  for (std::size_t j = 0; j < by_rows.size(); ++j) {
    // Sums of some 4000 squares in another order.
    CHECK(std::abs(value_of(by_rows[j]) - value_of(by_columns[j])) <= 1e-13 * value_of(by_columns[j]));
    double square = 0;
    const auto view = turned.view();
    const auto column = static_cast<std::int64_t>(j);
    for (std::int64_t k = view.row_start[column]; k < view.row_start[column + 1]; ++k)
      square += view.value[k] * view.value[k];
    CHECK(std::abs(value_of(by_rows[j]) - std::sqrt(square)) <= 1e-13 * std::sqrt(square));
  }
  for (const int threads : {2, 3}) {
    std::vector<ColumnNorm> again;
    run_with_threads(threads, [&] { again = column_norms<double>(a); });
    for (std::size_t j = 0; j < by_rows.size(); ++j) {
      CHECK(again[j].fraction == by_rows[j].fraction);
      CHECK(again[j].exponent == by_rows[j].exponent);
    }
  }
}

TEST_CASE("squares out of range, zeros and entries that are not finite") {
  const auto a = SparseMatrix<double>::from_triplets(
      3, 4, {{0, 0, 3e200}, {2, 0, 4e200}, {0, 1, 3e-200}, {1, 1, 4e-200}, {1, 3, INFINITY}});
  const auto norms = column_norms<double>(a);
  CHECK(value_of(norms[0]) == doctest::Approx(5e200));
  CHECK(value_of(norms[1]) == doctest::Approx(5e-200));
  CHECK(norms[2].fraction == 0);
  CHECK(!std::isfinite(norms[3].fraction));
}

TEST_CASE("the norms with A^T B are those without, and A^T B is the product") {
  RandomSource random(2);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 900; ++i) entries.push_back({random.below(200), random.below(30), random.normal()});
  const auto small = SparseMatrix<double>::from_triplets(200, 30, entries);
  for (auto& entry : entries)
    if (entry.col == 3) entry.value *= 1e-170;  // squares out of range
  const auto tiny_column = SparseMatrix<double>::from_triplets(200, 30, entries);
  const auto large = long_matrix();
  const auto turned = stored_by_rows<double>(AnyMatrixView<double>(small).transposed());
  for (const AnyMatrixView<double> a : {AnyMatrixView<double>(small), AnyMatrixView<double>(tiny_column),
                                        AnyMatrixView<double>(large), AnyMatrixView<double>(turned).transposed()}) {
    for (const std::int64_t vectors : {1, 3}) {
      Matrix<double> b(a.rows(), vectors), g(a.cols(), vectors), expected(a.cols(), vectors);
      for (double& entry : b.entries()) entry = random.normal();
      const auto norms = column_norms_and_product<double>(a, b.view(), g.view());
      const auto alone = column_norms<double>(a);
      multiply_by_transpose<double>(a, b.view(), expected.view());
      for (std::int64_t j = 0; j < a.cols(); ++j) {
        CHECK(norms[j].fraction == alone[j].fraction);
        CHECK(norms[j].exponent == alone[j].exponent);
        // Sums of some 30 terms, or 4000, in the same order or another.
        for (std::int64_t k = 0; k < vectors; ++k)
          CHECK(std::abs(g(j, k) - expected(j, k)) <= 1e-12 * value_of(alone[j]) * std::sqrt(200.0));
      }
    }
  }
}
