// The Gram matrix against its definition, and the same bits for any number of threads.
#include "linalg/gram.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// A block of a larger matrix, so that the leading dimension is not the shape's.
template <class T>
struct Block {
  Matrix<T> around;
  MatrixView<const T> a;

  Block(std::int64_t rows, std::int64_t cols, Layout layout, RandomSource& random)
      : around(rows + 3, cols + 2, layout), a(MatrixView<const T>(around.view().block(2, 1, rows, cols))) {
    const Matrix<double> entries = gaussian_matrix(rows + 3, cols + 2, random);
    for (std::int64_t j = 0; j < cols + 2; ++j)
      for (std::int64_t i = 0; i < rows + 3; ++i) around(i, j) = static_cast<T>(entries(i, j));
  }
};

struct Shape {
  std::int64_t rows, cols;
};

}  // namespace

TEST_CASE_TEMPLATE("A^T A above the diagonal and zeros below it", T, float, double) {
  RandomSource random(3);
  for (const Shape shape :
       {Shape{1, 1}, Shape{7, 3}, Shape{191, 47}, Shape{192, 48}, Shape{193, 49}, Shape{9000, 5}, Shape{150, 1100}}) {
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      CAPTURE(shape.rows);
      CAPTURE(shape.cols);
      const Block<T> block(shape.rows, shape.cols, layout, random);
      const Matrix<T> g = gram<T>(block.a);
      REQUIRE(g.rows() == shape.cols);
      REQUIRE(g.cols() == shape.cols);
      double worst = 0;
      bool zeros = true;
      for (std::int64_t j = 0; j < shape.cols; ++j) {
        for (std::int64_t i = 0; i <= j; ++i) {
          double sum = 0, size = 0;
          for (std::int64_t k = 0; k < shape.rows; ++k) {
            const double term = double{block.a(k, i)} * double{block.a(k, j)};
            sum += term;
            size += std::abs(term);
          }
          worst = std::max(worst, std::abs(g(i, j) - sum) / size);
        }
        for (std::int64_t i = j + 1; i < shape.cols; ++i) zeros = zeros && g(i, j) == T(0);
      }
      CHECK(zeros);
      // A chunk's sum and the sum of the chunks: fewer roundings than terms, and their errors partly cancel.
      CHECK(worst <= 2 * std::sqrt(static_cast<double>(shape.rows)) * std::numeric_limits<T>::epsilon());
    }
  }
}

TEST_CASE("scaled and rounded to float") {
  RandomSource random(5);
  const std::int64_t m = 700, n = 60;
  for (const Layout layout : {Layout::column_major, Layout::row_major}) {
    // Columns whose squares leave the range of float.
    Matrix<double> a(m, n, layout);
    const Matrix<double> entries = gaussian_matrix(m, n, random);
    std::vector<double> scale;
    for (std::int64_t j = 0; j < n; ++j) {
      scale.push_back(std::ldexp(1.0, j % 2 == 0 ? -100 : 100));
      for (std::int64_t i = 0; i < m; ++i) a(i, j) = entries(i, j) / scale.back();
    }
    const Matrix<float> g = gram_in_float(a.view(), scale);
    const Matrix<double> expected = gram<double>(entries.view());
    double worst = 0;
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i <= j; ++i)
        worst = std::max(worst, std::abs(g(i, j) - expected(i, j)) / std::sqrt(expected(i, i) * expected(j, j)));
    CHECK(worst > 0);
    // The roundings of factors and sums, relative to the columns' norms, partly cancel.
    CHECK(worst <= 8 * std::numeric_limits<float>::epsilon());
  }
}

TEST_CASE("no rows give the zero matrix, no columns an empty one") {
  const Matrix<double> no_rows(0, 3);
  const Matrix<double> g = gram<double>(no_rows.view());
  for (const double entry : g.entries()) CHECK(entry == 0);
  CHECK(gram<double>(Matrix<double>(5, 0).view()).cols() == 0);
}

TEST_CASE("the same bits on 1, 2, 3 and 8 threads") {
  RandomSource random(4);
  const Matrix<double> a = gaussian_matrix(2000, 700, random);
  const Matrix<double> g = gram<double>(a.view());
  for (const int threads : {1, 2, 3, 8}) {
    Matrix<double> again;
    run_with_threads(threads, [&] { again = gram<double>(a.view()); });
    CHECK(std::memcmp(again.data(), g.data(), g.entries().size() * sizeof(double)) == 0);
  }
}
