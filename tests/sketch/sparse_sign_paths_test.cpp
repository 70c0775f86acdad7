// Shapes that reach each way of applying a sparse-sign sketch, against plain loops. The entries of A are small integers
// and those of S powers of two, so every sum is exact and all must agree to the bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "linalg/parallel.hpp"
#include "sketch/regroup.hpp"
#include "sketch/sparse_sign_draws.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Shape {
  std::int64_t rows, cols, nonzeros, n;
};

template <class T>
std::vector<Triplet<T>> integer_triplets(std::int64_t rows, std::int64_t cols, std::int64_t count) {
  std::mt19937_64 generator(7);
  std::vector<Triplet<T>> entries;
  for (std::int64_t k = 0; k < count; ++k)
    entries.push_back({static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(rows)),
                       static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(cols)),
                       static_cast<T>(static_cast<int>(generator() % 19) - 9)});
  return entries;
}

// S A + 1 by definition.
template <class T>
Matrix<T> one_more(const SparseSign& s, const std::vector<Triplet<T>>& a, std::int64_t n) {
  std::vector<std::uint32_t> table(static_cast<std::size_t>(s.cols * s.nonzeros));
  draw_sparse_signs(s, 0, s.cols, table.data());
  Matrix<T> out(s.rows, n);
  for (T& x : out.entries()) x = 1;
  for (const Triplet<T>& e : a)
    for (std::int64_t b = 0; b < s.nonzeros; ++b) {
      const std::uint32_t entry = table[static_cast<std::size_t>(e.row * s.nonzeros + b)];
      out(entry_row(entry), e.col) += (entry_is_negative(entry) ? -1 : 1) * entry_size<T>(s) * e.value;
    }
  return out;
}

template <class T>
void check_everything(const Shape& shape, const std::vector<AnyMatrixView<T>>& views,
                      const std::vector<Triplet<T>>& entries) {
  const SparseSign s{shape.rows, shape.cols, shape.nonzeros, 3};
  const Matrix<T> expected = one_more(s, entries, shape.n);
  for (std::size_t view = 0; view < views.size(); ++view) {
    CAPTURE(view);
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      for (const int threads : {1, 2, 3, 8}) {
        Matrix<T> out(shape.rows, shape.n, layout);
        for (T& x : out.entries()) x = 77;
        run_with_threads(threads, [&] {
          apply(s, views[view], out.view());
          for (T& x : out.entries()) x = 1;
          accumulate(s, 0, views[view], out.view());
        });
        std::int64_t different = 0;
        for (std::int64_t j = 0; j < shape.n; ++j)
          for (std::int64_t i = 0; i < shape.rows; ++i) different += out(i, j) == expected(i, j) ? 0 : 1;
        CHECK(different == 0);
        apply(s, views[view], out.view());
        for (std::int64_t j = 0; j < shape.n; ++j)
          for (std::int64_t i = 0; i < shape.rows; ++i) different += out(i, j) + 1 == expected(i, j) ? 0 : 1;
        CHECK(different == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("dense: groups of blocks of rows, chunks, whole and divided rows, few and many columns", T, float,
                   double) {
  for (const Shape& shape :
       {Shape{200000, 40, 4, 3}, Shape{70000, 300, 1, 9}, Shape{9, 3000, 1, 3}, Shape{16, 2000, 4, 1},
        Shape{20, 900, 1, 700}, Shape{12, 300, 4, 300}, Shape{9000, 100, 1, 300}}) {
    CAPTURE(shape.rows);
    const auto entries = integer_triplets<T>(shape.cols, shape.n, shape.cols * shape.n / 2 + 1);
    std::vector<Matrix<T>> matrices;
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      matrices.emplace_back(shape.cols, shape.n, layout);
      for (const auto& e : entries) matrices.back()(e.row, e.col) += e.value;
    }
    check_everything<T>(shape, {matrices[0], matrices[1]}, entries);
  }
}

TEST_CASE_TEMPLATE("sparse: pieces of rows, chunks, results too large to add to in place, columns in any order", T,
                   float, double) {
  for (const Shape& shape : {Shape{16, 70000, 4, 20}, Shape{10, 2000, 1, 3}, Shape{100, 50, 4, 50000},
                             Shape{60000, 500, 1, 80}, Shape{40000, 300, 4, 120}}) {
    CAPTURE(shape.rows);
    const auto entries = integer_triplets<T>(shape.cols, shape.n, 20000);
    const auto by_rows = SparseMatrix<T>::from_triplets(shape.cols, shape.n, entries);
    const auto by_columns = regroup(by_rows.view());
    // The same entries, each column's in a random order.
    const auto sorted = by_columns.view();
    std::vector<std::int64_t> row(sorted.row, sorted.row + sorted.nonzeros());
    std::vector<T> value(sorted.value, sorted.value + sorted.nonzeros());
    std::mt19937_64 generator(5);
    for (std::int64_t j = 0; j < sorted.cols; ++j)
      for (std::int64_t k = sorted.column_start[j + 1] - 1; k > sorted.column_start[j]; --k) {
        const auto other = static_cast<std::size_t>(
            sorted.column_start[j] +
            static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(k + 1 - sorted.column_start[j])));
        std::swap(row[static_cast<std::size_t>(k)], row[other]);
        std::swap(value[static_cast<std::size_t>(k)], value[other]);
      }
    const CscView<T, std::int64_t> unsorted{sorted.rows, sorted.cols, sorted.column_start, row.data(), value.data()};
    check_everything<T>(shape, {by_rows, sorted, unsorted}, entries);
  }
}
