// Sketches summed over blocks of rows. Entries are small integers and S is +-1 times a power of two, so that sums are
// exact in any order: what differs is wrong.
#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include <croquis/linalg/sparse.hpp>
#include <croquis/sketch/apply.hpp>

#include "linalg/parallel.hpp"
#include "sketch/sketch_sum.hpp"
#include "tests/support/kernel_inputs.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t m = 20000;

template <class T>
Matrix<T> integer_matrix(std::int64_t rows, std::int64_t cols, Layout layout, std::uint64_t seed) {
  Matrix<T> result = Matrix<T>::uninitialized(rows, cols, layout);
  const Workspace<T> entries = integers<T>(rows * cols, seed);
  std::copy_n(entries.data(), entries.size(), result.data());
  return result;
}

template <class T>
std::int64_t differences(const Matrix<T>& a, const Matrix<T>& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  std::int64_t different = 0;
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) different += a(i, j) == b(i, j) ? 0 : 1;
  return different;
}

// Adds all rows in blocks of `sizes` rows, over and over; true if all were finite.
template <class T>
bool add_all(SketchSum<T>& sum, MatrixView<const T> a, MatrixView<const T> b, const std::vector<std::int64_t>& sizes) {
  bool finite = true;
  std::int64_t first = 0;
  for (std::size_t k = 0; first < a.rows; ++k) {
    const std::int64_t rows = std::min(sizes[k % sizes.size()], a.rows - first);
    finite = sum.add(first, a.block(first, 0, rows, a.cols), b.block(first, 0, rows, b.cols)) && finite;
    first += rows;
  }
  return finite;
}

}  // namespace

TEST_CASE_TEMPLATE("however the rows are cut, the sum is the sketch of the whole", T, float, double) {
  for (const std::int64_t d : {40, 3000}) {
    for (const std::int64_t n : {1, 13, 150}) {
      const SparseSign s{.rows = d, .cols = m, .nonzeros = 4, .seed = 5};
      const Matrix<T> b = integer_matrix<T>(m, 3, Layout::column_major, 7);
      for (const Layout layout : {Layout::row_major, Layout::column_major}) {
        const Matrix<T> a = integer_matrix<T>(m, n, layout, 6);
        const Matrix<T> sa = s * a;
        const Matrix<T> sb = s * b;
        for (const std::vector<std::int64_t>& sizes : {std::vector<std::int64_t>{m}, {777, 1, 5000}}) {
          SketchSum<T> sum(s, n, 3);
          CHECK(add_all<T>(sum, a.view(), b.view(), sizes));
          CHECK(differences(sum.sa(), sa) == 0);
          CHECK(differences(sum.sb(), sb) == 0);
        }
      }
    }
  }
}

TEST_CASE("layouts, sparse blocks and other sketches") {
  const Matrix<double> rows = integer_matrix<double>(m, 70, Layout::row_major, 1);
  Matrix<double> columns(m, 70);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < 70; ++j) columns(i, j) = rows(i, j);
  for (std::int64_t i = 0; i < 100; ++i)
    for (std::int64_t j = 0; j < 70; ++j) entries.push_back({i, j, rows(10000 + i, j)});
  const auto sparse = SparseMatrix<double>::from_triplets(100, 70, entries);
  const Matrix<double> b = integer_matrix<double>(m, 1, Layout::column_major, 2);
  const auto part = [](const Matrix<double>& a, std::int64_t first, std::int64_t last) {
    return a.view().block(first, 0, last - first, a.cols());
  };
  for (const AnySketch& s : {AnySketch(SparseSign{.rows = 300, .cols = m, .nonzeros = 4, .seed = 3}),
                             AnySketch(CountSketch{.rows = 300, .cols = m, .seed = 3}),
                             AnySketch(SparseSign{.rows = 70000, .cols = m, .nonzeros = 4, .seed = 3})}) {
    CAPTURE(to_string(s));
    SketchSum<double> sum(s, 70, 1);
    CHECK(sum.add(0, part(rows, 0, 3000), part(b, 0, 3000)));
    CHECK(sum.add(3000, part(columns, 3000, 10000), part(b, 3000, 10000)));
    CHECK(sum.add(10000, sparse, part(b, 10000, 10100)));
    CHECK(sum.add(10100, part(rows, 10100, m), part(b, 10100, m)));
    CHECK(differences(sum.sa(), s * rows) == 0);
    CHECK(differences(sum.sb(), s * b) == 0);
  }
}

TEST_CASE_TEMPLATE("an entry that is not finite is noticed, wherever it is", T, float, double) {
  const SparseSign s{.rows = 80, .cols = m, .nonzeros = 4, .seed = 5};
  for (const Layout layout : {Layout::row_major, Layout::column_major}) {
    Matrix<T> a = integer_matrix<T>(m, 19, layout, 6);
    Matrix<T> b = integer_matrix<T>(m, 2, layout, 7);
    for (const T value : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
      for (const std::int64_t row : {std::int64_t{0}, std::int64_t{9999}, m - 1}) {
        for (T* entry : {&a(row, 0), &a(row, 18), &b(row, 1)}) {
          const T before = *entry;
          *entry = value;
          SketchSum<T> sum(s, 19, 2);
          CHECK_FALSE(add_all<T>(sum, a.view(), b.view(), {3000}));
          *entry = before;
        }
      }
    }
  }
}

TEST_CASE("the sum is the same to the last bit for any number of threads") {
  // Not integers here: a third of them.
  Matrix<double> a = integer_matrix<double>(m, 50, Layout::row_major, 1);
  for (double& x : a.entries()) x /= 3;
  const Matrix<double> b = integer_matrix<double>(m, 1, Layout::column_major, 2);
  const SparseSign s{.rows = 100, .cols = m, .nonzeros = 8, .seed = 3};
  const auto sa = [&] {
    SketchSum<double> sum(s, 50, 1);
    CHECK(add_all<double>(sum, a.view(), b.view(), {9000, 700}));
    return sum.sa();
  };
  const Matrix<double> all = sa();
  run_with_threads(1, [&] { CHECK(differences(sa(), all) == 0); });
}

TEST_CASE("a table of draws that is cut is the whole") {
  // 2^12 nonzeros: tables of 2048 rows.
  const SparseSign s{.rows = 4096, .cols = 5000, .nonzeros = 4096, .seed = 9};
  for (const Layout layout : {Layout::row_major, Layout::column_major}) {
    const Matrix<double> a = integer_matrix<double>(5000, 3, layout, 4);
    Matrix<double> expected(4096, 3);
    Matrix<double> entries(4096, 1);
    for (std::int64_t i = 0; i < 5000; ++i) {
      fill(s, entries.view(), 0, i);
      for (std::int64_t j = 0; j < 3; ++j)
        for (std::int64_t k = 0; k < 4096; ++k) expected(k, j) += entries(k, 0) * a(i, j);
    }
    CHECK(differences(s * a, expected) == 0);
    accumulate(s, 0, a, expected.view());
    Matrix<double> twice = s * a;
    for (double& x : twice.entries()) x *= 2;
    CHECK(differences(expected, twice) == 0);
  }
}
