// The contract of sketch_operator.hpp, clause by clause, for every family, in float and double.
#include <doctest/doctest.h>

#include <numeric>

#include "linalg/parallel.hpp"
#include "tests/sketch/sketch_support.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Shape {
  std::int64_t rows, cols, n;
};
// Odd sizes, one row, one column, more strips than one, powers of two and their neighbours, d over a strip of rows,
// whole blocks and strips of the transforms, d equal to the order of the transform.
const std::vector<Shape> shapes = {{1, 1, 1},       {1, 7, 3},     {5, 8, 1},      {16, 129, 20},
                                   {33, 300, 17},   {64, 513, 40}, {300, 1000, 3}, {41, 4097, 3},
                                   {600, 1024, 20}, {9, 4100, 70}, {1024, 1024, 2}};

template <class T>
void check_equal(MatrixView<const T> a, MatrixView<const T> b) {
  REQUIRE(a.rows == b.rows);
  REQUIRE(a.cols == b.cols);
  std::int64_t different = 0;
  for (std::int64_t j = 0; j < a.cols; ++j)
    for (std::int64_t i = 0; i < a.rows; ++i) different += a(i, j) == b(i, j) ? 0 : 1;
  CHECK(different == 0);
}

// A view with a leading dimension larger than it needs, inside a matrix of guard values.
template <class T>
struct Guarded {
  static constexpr T guard = T(-77);
  Matrix<T> memory;
  std::int64_t rows, cols;

  Guarded(std::int64_t rows_, std::int64_t cols_, Layout layout)
      : memory(rows_ + 5, cols_ + 3, layout), rows(rows_), cols(cols_) {
    for (T& x : memory.entries()) x = guard;
  }
  MatrixView<T> view() { return memory.view().block(2, 1, rows, cols); }
  bool guards_intact() {
    std::int64_t broken = 0;
    for (std::int64_t j = 0; j < memory.cols(); ++j)
      for (std::int64_t i = 0; i < memory.rows(); ++i) {
        const bool inside = i >= 2 && i < 2 + rows && j >= 1 && j < 1 + cols;
        if (!inside && memory(i, j) != guard) ++broken;
      }
    return broken == 0;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("apply is the product with the entries, in every layout and within larger matrices", T, float,
                   double) {
  for (const Shape& shape : shapes) {
    for (const AnySketch& s : sketches_of_shape(shape.rows, shape.cols, 11)) {
      CAPTURE(to_string(s));
      CAPTURE(shape.n);
      const Matrix<T> entries = entries_of_sketch<T>(s);
      for (const Layout a_layout : {Layout::column_major, Layout::row_major}) {
        for (const Layout out_layout : {Layout::column_major, Layout::row_major}) {
          Guarded<T> a(shape.cols, shape.n, a_layout);
          const Matrix<T> values = random_matrix<T>(shape.cols, shape.n, a_layout, 3);
          for (std::int64_t j = 0; j < shape.n; ++j)
            for (std::int64_t i = 0; i < shape.cols; ++i) a.view()(i, j) = values(i, j);
          Guarded<T> out(shape.rows, shape.n, out_layout);
          apply(s, a.view(), out.view());
          CHECK(error_in_roundoffs<T>(entries, a.view(), out.view()) <= allowed_roundoffs(shape.cols));
          CHECK(out.guards_intact());
          CHECK(a.guards_intact());
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("operator* is apply", T, float, double) {
  for (const AnySketch& s : sketches_of_shape(20, 100, 5)) {
    CAPTURE(to_string(s));
    const Matrix<T> a = random_matrix<T>(100, 9, Layout::row_major, 4);
    Matrix<T> out(20, 9);
    apply(s, a, out.view());
    check_equal<T>((s * a).view(), out.view());
  }
}

TEST_CASE_TEMPLATE("applying from the right is the transpose of applying from the left", T, float, double) {
  for (const AnySketch& s : sketches_of_shape(33, 300, 8)) {
    CAPTURE(to_string(s));
    for (const Layout layout : {Layout::column_major, Layout::row_major}) {
      const Matrix<T> a = random_matrix<T>(21, 300, layout, 9);
      Matrix<T> right(21, 33, Layout::row_major);
      apply_right(a, s, right.view());
      Matrix<T> left(33, 21);
      apply(s, a.view().transposed(), left.view());
      check_equal<T>(right.view().transposed(), left.view());
    }
  }
}

TEST_CASE_TEMPLATE("the contributions of blocks of rows add up to the product", T, float, double) {
  for (const Shape& shape : shapes) {
    for (const AnySketch& s : sketches_of_shape(shape.rows, shape.cols, 21)) {
      CAPTURE(to_string(s));
      const Matrix<T> entries = entries_of_sketch<T>(s);
      const Matrix<T> a = random_matrix<T>(shape.cols, shape.n, Layout::column_major, 6);
      for (const std::int64_t step : {std::int64_t{1}, std::int64_t{3}, std::int64_t{64}, std::int64_t{1000}}) {
        if (shape.cols / step > 400) continue;
        Matrix<T> out(shape.rows, shape.n, Layout::row_major);
        for (std::int64_t first = 0; first < shape.cols; first += step) {
          const std::int64_t count = std::min(step, shape.cols - first);
          accumulate(s, first, a.view().block(first, 0, count, shape.n), out.view());
        }
        // One more rounding of the running sum per block.
        const double blocks = static_cast<double>(shape.cols) / static_cast<double>(step) + 1;
        CHECK(error_in_roundoffs<T>(entries, a, out) <= allowed_roundoffs(shape.cols) + std::sqrt(blocks));
      }
    }
  }
}

TEST_CASE_TEMPLATE("any block of the entries is that block of the whole", T, float, double) {
  struct Block {
    std::int64_t i, j, rows, cols;
  };
  const std::vector<Block> blocks = {{0, 0, 1, 1},   {1, 0, 1, 300},  {0, 1, 33, 1},    {3, 5, 7, 100},
                                     {4, 8, 29, 64}, {32, 299, 1, 1}, {1, 17, 32, 283}, {2, 256, 31, 44}};
  for (const AnySketch& s : sketches_of_shape(33, 300, 31)) {
    CAPTURE(to_string(s));
    const Matrix<T> entries = entries_of_sketch<T>(s);
    for (const Block& block : blocks) {
      for (const Layout layout : {Layout::column_major, Layout::row_major}) {
        Guarded<T> out(block.rows, block.cols, layout);
        fill(s, out.view(), block.i, block.j);
        check_equal<T>(out.view(), entries.view().block(block.i, block.j, block.rows, block.cols));
        CHECK(out.guards_intact());
      }
    }
  }
}

TEST_CASE("the entries in float are the entries in double, rounded") {
  for (const AnySketch& s : sketches_of_shape(20, 150, 1)) {
    CAPTURE(to_string(s));
    const Matrix<double> wide = entries_of_sketch<double>(s);
    const Matrix<float> narrow = entries_of_sketch<float>(s);
    for (std::int64_t j = 0; j < s.cols(); ++j)
      for (std::int64_t i = 0; i < s.rows(); ++i) REQUIRE(narrow(i, j) == static_cast<float>(wide(i, j)));
  }
}

TEST_CASE_TEMPLATE("sparse matrices by rows and by columns give the product of the dense matrix", T, float, double) {
  for (const Shape& shape : {Shape{7, 40, 12}, Shape{33, 300, 70}, Shape{300, 1000, 5}, Shape{90, 2500, 2}}) {
    const auto triplets = random_triplets<T>(shape.cols, shape.n, 0.05, 77);
    Matrix<T> dense(shape.cols, shape.n);
    for (const auto& e : triplets) dense(e.row, e.col) += e.value;
    const auto by_rows = SparseMatrix<T>::from_triplets(shape.cols, shape.n, triplets);
    std::vector<Triplet<T>> swapped;
    for (const auto& e : triplets) swapped.push_back({e.col, e.row, e.value});
    const auto by_columns = SparseMatrix<T>::from_triplets(shape.n, shape.cols, swapped);

    const CsrView<T, std::int64_t> csr = by_rows.view();
    const CscView<T, std::int64_t> csc = transposed(by_columns.view());
    const auto narrow = [](const std::int64_t* from, std::int64_t count) {
      return std::vector<std::int32_t>(from, from + count);
    };
    const auto csr_start = narrow(csr.row_start, csr.rows + 1);
    const auto csr_column = narrow(csr.column, csr.nonzeros());
    const auto csc_start = narrow(csc.column_start, csc.cols + 1);
    const auto csc_row = narrow(csc.row, csc.nonzeros());
    const std::vector<AnyMatrixView<T>> views = {
        csr, csc, CsrView<T, std::int32_t>{csr.rows, csr.cols, csr_start.data(), csr_column.data(), csr.value},
        CscView<T, std::int32_t>{csc.rows, csc.cols, csc_start.data(), csc_row.data(), csc.value}};

    for (const AnySketch& s : sketches_of_shape(shape.rows, shape.cols, 41)) {
      CAPTURE(to_string(s));
      const Matrix<T> entries = entries_of_sketch<T>(s);
      for (const AnyMatrixView<T>& view : views) {
        for (const Layout layout : {Layout::column_major, Layout::row_major}) {
          Guarded<T> out(shape.rows, shape.n, layout);
          apply(s, view, out.view());
          CHECK(error_in_roundoffs<T>(entries, dense, out.view()) <= allowed_roundoffs(shape.cols));
          accumulate(s, 0, view, out.view());
          for (std::int64_t j = 0; j < shape.n; ++j)
            for (std::int64_t i = 0; i < shape.rows; ++i) out.view()(i, j) /= 2;
          CHECK(error_in_roundoffs<T>(entries, dense, out.view()) <= allowed_roundoffs(shape.cols) + 1);
          CHECK(out.guards_intact());
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("the result is the same to the last bit for any number of threads", T, float, double) {
  // Wide enough for several strips of columns and of rows, and narrow enough for several chunks of rows.
  for (const Shape& shape : {Shape{40, 30000, 3}, Shape{300, 5000, 70}}) {
    const Matrix<T> a = random_matrix<T>(shape.cols, shape.n, Layout::column_major, 15);
    const auto sparse =
        SparseMatrix<T>::from_triplets(shape.cols, shape.n, random_triplets<T>(shape.cols, shape.n, 0.02, 5));
    const AnyMatrixView<T> by_rows = sparse;
    const AnyMatrixView<T> dense = a;
    for (const AnySketch& s : sketches_of_shape(shape.rows, shape.cols, 51)) {
      CAPTURE(to_string(s));
      for (const AnyMatrixView<T>& view : {dense, by_rows}) {
        std::vector<Matrix<T>> results;
        for (const int threads : {1, 2, 3, 8}) {
          Matrix<T> out(shape.rows, shape.n);
          run_with_threads(threads, [&] {
            apply(s, view, out.view());
            accumulate(s, 0, view, out.view());
          });
          results.push_back(out);
        }
        for (std::size_t k = 1; k < results.size(); ++k) check_equal<T>(results[k], results[0]);
      }
    }
  }
}

TEST_CASE_TEMPLATE("matrices without rows, columns or entries", T, float, double) {
  Matrix<T> nothing(0, 4);
  Matrix<T> out(3, 4);
  for (T& x : out.entries()) x = 5;
  apply(Gaussian{.rows = 3, .cols = 0}, nothing, out.view());
  for (const T x : out.entries()) CHECK(x == 0);
  for (T& x : out.entries()) x = 5;
  accumulate(SparseSign{.rows = 3, .cols = 10, .nonzeros = 2}, 10, nothing, out.view());
  for (const T x : out.entries()) CHECK(x == 5);

  for (const AnySketch& s : sketches_of_shape(3, 10, 1)) {
    Matrix<T> no_columns(10, 0);
    Matrix<T> no_result(3, 0);
    CHECK_NOTHROW(apply(s, no_columns, no_result.view()));
    const auto empty = SparseMatrix<T>::from_triplets(10, 4, {});
    for (T& x : out.entries()) x = 5;
    apply(s, empty, out.view());
    for (const T x : out.entries()) CHECK(x == 0);
    apply(s, AnyMatrixView<T>(SparseMatrix<T>::from_triplets(4, 10, {})).transposed(), out.view());
  }
}
