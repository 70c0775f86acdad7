// Passes over dense and sparse matrices: against entry-by-entry sums, for sizes around every block, and the same bits
// for any number of threads.
#include "linalg/products.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "linalg/copy.hpp"
#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using croquis::test::RandomSource;

namespace {

// One matrix in every storage; sparse ones leave the zeros out.
template <class T>
struct Stored {
  Matrix<T> columns, rows, wide_columns, wide_rows;
  SparseMatrix<T> by_rows, by_columns;

  Stored(std::int64_t m, std::int64_t n, RandomSource& random)
      : columns(m, n), rows(m, n, Layout::row_major), wide_columns(m + 3, n), wide_rows(m, n + 3, Layout::row_major) {
    std::vector<Triplet<T>> entries, transposed_entries;
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t i = 0; i < m; ++i) {
        const T value = random.below(3) == 0 ? static_cast<T>(random.normal()) : T(0);
        columns(i, j) = rows(i, j) = wide_columns(i, j) = wide_rows(i, j) = value;
        if (value == T(0)) continue;
        entries.push_back({i, j, value});
        transposed_entries.push_back({j, i, value});
      }
    }
    by_rows = SparseMatrix<T>::from_triplets(m, n, entries);
    by_columns = SparseMatrix<T>::from_triplets(n, m, transposed_entries);
  }

  struct Named {
    const char* name;
    AnyMatrixView<T> view;
  };
  std::vector<Named> all() const {
    const std::int64_t m = columns.rows();
    const std::int64_t n = columns.cols();
    return {{"column-major", columns},
            {"row-major", rows},
            {"column-major with gaps", wide_columns.view().block(0, 0, m, n)},
            {"row-major with gaps", wide_rows.view().block(0, 0, m, n)},
            {"CSR", by_rows},
            {"CSC", transposed(by_columns.view())}};
  }
};

template <class T>
Matrix<T> random_matrix(std::int64_t rows, std::int64_t cols, Layout layout, RandomSource& random) {
  Matrix<T> a(rows, cols, layout);
  for (T& entry : a.entries()) entry = static_cast<T>(random.normal());
  return a;
}

// C = A B, or A^T B, in double, entry by entry; and the sums of absolute values, to which rounding is relative.
template <class T>
void plain_product(const Matrix<T>& a, bool transpose, const Matrix<double>& b, Matrix<double>& c,
                   Matrix<double>& size) {
  const std::int64_t rows = transpose ? a.cols() : a.rows();
  const std::int64_t inner = transpose ? a.rows() : a.cols();
  c = Matrix<double>(rows, b.cols());
  size = c;
  for (std::int64_t v = 0; v < b.cols(); ++v)
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t k = 0; k < inner; ++k) {
        const double term = static_cast<double>(transpose ? a(k, i) : a(i, k)) * b(k, v);
        c(i, v) += term;
        size(i, v) += std::abs(term);
      }
}

template <class T>
Matrix<double> to_double(const Matrix<T>& a) {
  Matrix<double> result(a.rows(), a.cols());
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) result(i, j) = a(i, j);
  return result;
}

// Largest |found - expected| in units of roundoff times `size`; infinity if something is not finite.
template <class T>
double worst(const Matrix<T>& found, const Matrix<double>& expected, const Matrix<double>& size) {
  double result = 0;
  for (std::int64_t j = 0; j < expected.cols(); ++j) {
    for (std::int64_t i = 0; i < expected.rows(); ++i) {
      const double error = std::abs(static_cast<double>(found(i, j)) - expected(i, j));
      if (!(error < 1e300)) return std::numeric_limits<double>::infinity();
      if (error > 0) result = std::max(result, error / size(i, j) / std::numeric_limits<T>::epsilon());
    }
  }
  return result;
}

// Sums in blocks and lanes round far better than one by one; this is loose for m and n up to 3000.
constexpr double most_roundoffs = 60;

template <class T>
Matrix<T> not_set(std::int64_t rows, std::int64_t cols, Layout layout) {
  Matrix<T> a(rows, cols, layout);
  for (T& entry : a.entries()) entry = std::numeric_limits<T>::quiet_NaN();
  return a;
}

struct Shape {
  std::int64_t m, n;
};

}  // namespace

TEST_CASE_TEMPLATE("A X, A^T Y, A^T A X, and the residual with its gradient", T, float, double) {
  RandomSource random(1);
  for (const Shape shape : {Shape{1, 1}, Shape{7, 3}, Shape{3, 7}, Shape{63, 17}, Shape{257, 65}, Shape{2900, 33},
                            Shape{1030, 1}, Shape{0, 4}, Shape{5, 0}}) {
    const std::int64_t m = shape.m;
    const std::int64_t n = shape.n;
    const Stored<T> stored(m, n, random);
    for (const std::int64_t vectors : {0, 1, 2, 5, 15, 16, 27}) {
      for (const Layout layout : {Layout::column_major, Layout::row_major}) {
        const Matrix<T> x = random_matrix<T>(n, vectors, layout, random);
        const Matrix<T> y = random_matrix<T>(m, vectors, layout, random);
        Matrix<double> ax, ax_size, aty, aty_size, normal, normal_size, gradient, gradient_size, ignored;
        plain_product(stored.columns, false, to_double(x), ax, ax_size);
        plain_product(stored.columns, true, to_double(y), aty, aty_size);
        plain_product(stored.columns, true, ax, normal, ignored);
        plain_product(stored.columns, true, ax_size, ignored, normal_size);
        const Matrix<double> y_in_double = to_double(y);
        Matrix<double> residual = y_in_double, residual_size = ax_size;
        for (std::int64_t k = 0; k < m * vectors; ++k) {
          residual.data()[k] -= ax.data()[k];
          residual_size.data()[k] += std::abs(y_in_double.data()[k]);
        }
        plain_product(stored.columns, true, residual, gradient, ignored);
        plain_product(stored.columns, true, residual_size, ignored, gradient_size);
        for (const auto& storage : stored.all()) {
          const AnyMatrixView<T>& a = storage.view;
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(vectors);
          CAPTURE(storage.name);
          CAPTURE((layout == Layout::row_major));
          Matrix<T> out_m = not_set<T>(m, vectors, layout);
          Matrix<T> out_n = not_set<T>(n, vectors, layout);
          multiply_by<T>(a, x, out_m);
          CHECK(worst(out_m, ax, ax_size) < most_roundoffs);
          multiply_by_transpose<T>(a, y, out_n);
          CHECK(worst(out_n, aty, aty_size) < most_roundoffs);
          out_n = not_set<T>(n, vectors, layout);
          normal_product<T>(a, x, out_n);
          // The reference sizes bound |A^T| |A x|; the rounding of A x adds |A^T| |A| |x|.
          CHECK(worst(out_n, normal, normal_size) < most_roundoffs);
          Matrix<T> r = not_set<T>(m, vectors, layout);
          out_n = not_set<T>(n, vectors, layout);
          residual_and_gradient<T>(a, x, y, r, out_n);
          CHECK(worst(r, residual, residual_size) < most_roundoffs);
          CHECK(worst(out_n, gradient, gradient_size) < most_roundoffs);
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("Same bits for any number of threads", T, float, double) {
  RandomSource random(2);
  const Stored<T> stored(30011, 20, random);
  for (const std::int64_t vectors : {1, 3, 20}) {
    const Matrix<T> x = random_matrix<T>(20, vectors, Layout::column_major, random);
    const Matrix<T> y = random_matrix<T>(30011, vectors, Layout::column_major, random);
    for (const auto& storage : stored.all()) {
      const AnyMatrixView<T>& a = storage.view;
      CAPTURE(storage.name);
      CAPTURE(vectors);
      Matrix<T> first_r(30011, vectors), first_g(20, vectors), first_normal(20, vectors);
      for (const int threads : {1, 2, 3, 8}) {
        CAPTURE(threads);
        Matrix<T> r(30011, vectors), g(20, vectors), normal(20, vectors);
        run_with_threads(threads, [&] {
          residual_and_gradient<T>(a, x, y, r, g);
          normal_product<T>(a, x, normal);
        });
        if (threads == 1) {
          first_r = r;
          first_g = g;
          first_normal = normal;
        }
        CHECK(std::memcmp(r.data(), first_r.data(), r.entries().size_bytes()) == 0);
        CHECK(std::memcmp(g.data(), first_g.data(), g.entries().size_bytes()) == 0);
        CHECK(std::memcmp(normal.data(), first_normal.data(), normal.entries().size_bytes()) == 0);
      }
    }
  }
}

TEST_CASE("A sparse view that starts inside its arrays is the block of rows it says") {
  RandomSource random(3);
  const Stored<double> stored(40, 6, random);
  CsrView<double, std::int64_t> lower = stored.by_rows.view();
  lower.rows = 25;
  lower.row_start += 15;
  const Matrix<double> x = random_matrix<double>(6, 1, Layout::column_major, random);
  Matrix<double> whole(40, 1), part(25, 1);
  multiply_by<double>(stored.by_rows, x, whole);
  multiply_by<double>(lower, x, part);
  for (std::int64_t i = 0; i < 25; ++i) CHECK(part(i, 0) == whole(15 + i, 0));
}

TEST_CASE("Entries that repeat a place in a view are added") {
  const std::vector<std::int32_t> start = {0, 3, 4}, column = {1, 0, 1, 0};
  const std::vector<double> value = {1, 2, 4, 8};
  const CsrView<double, std::int32_t> a{2, 2, start.data(), column.data(), value.data()};
  Matrix<double> x(2, 1), y(2, 1);
  x(0, 0) = 10;
  x(1, 0) = 1;
  multiply_by<double>(a, x, y);
  CHECK(y(0, 0) == 25);
  CHECK(y(1, 0) == 80);
  multiply_by<double>(transposed(a), x, y);
  CHECK(y(0, 0) == 28);
  CHECK(y(1, 0) == 50);
}
