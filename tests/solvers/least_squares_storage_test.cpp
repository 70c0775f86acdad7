// The same accuracy for float and double, either layout, gaps between columns, sparse matrices by rows and by columns,
// and several right-hand sides.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "linalg/copy.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

template <class T>
Matrix<T> rounded(const Matrix<double>& a) {
  if constexpr (std::is_same_v<T, double>) {
    return a;
  } else {
    return to_float(a);
  }
}

template <class T>
struct Judge {
  const Matrix<T>& a;
  const Matrix<T>& b;
  BackwardErrorMeasure<T> measure{a};
  std::vector<double> most;

  // Ten times xGELS, or ten roundoffs where that is luckier, for each right-hand side.
  Judge(const Matrix<T>& a_, const Matrix<T>& b_) : a(a_), b(b_) {
    const Matrix<T> x = solve_by_qr<T>(a, b);
    for (std::int64_t k = 0; k < b.cols(); ++k) {
      const double reference = measure.exact(column(x, k), column(b, k));
      most.push_back(10 * std::max<double>(reference, std::numeric_limits<T>::epsilon() / 2));
    }
  }
  static std::span<const T> column(const Matrix<T>& x, std::int64_t k) {
    return x.entries().subspan(k * x.rows(), x.rows());
  }
  void check(const LeastSquaresFit<T>& fit) const {
    CAPTURE(fit.message);
    CHECK(fit.solved());
    REQUIRE(fit.x.rows() == a.cols());
    REQUIRE(fit.x.cols() == b.cols());
    CHECK(fit.x.layout() == Layout::column_major);
    for (std::int64_t k = 0; k < b.cols(); ++k) {
      CAPTURE(k);
      CHECK(measure.exact(column(fit.x, k), column(b, k)) <= most[k]);
    }
  }
};

// `a` in memory of its own, in the layout given, with `gap` entries of NaN between stored vectors.
template <class T>
MatrixView<const T> stored(const Matrix<T>& a, Layout layout, std::int64_t gap, std::vector<T>& memory) {
  const std::int64_t length = layout == Layout::column_major ? a.rows() : a.cols();
  const std::int64_t vectors = layout == Layout::column_major ? a.cols() : a.rows();
  memory.assign((length + gap) * vectors, std::numeric_limits<T>::quiet_NaN());
  const MatrixView<T> view{memory.data(), a.rows(), a.cols(), length + gap, layout};
  copy_serial<T>(a, view);
  return view;
}

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic};

// Five entries in each row and a diagonal, columns of very different sizes.
Matrix<double> sparse_entries(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> a(rows, cols);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int k = 0; k < 5; ++k) a(i, random.below(cols)) += random.normal();
    a(i, i % cols) += 1;
  }
  scale_columns(a, -4, 4);
  return a;
}

template <class T, class Index>
struct Csr {
  std::vector<Index> start{0}, column;
  std::vector<T> value;
  std::int64_t rows, cols;
  explicit Csr(MatrixView<const T> a) : rows(a.rows), cols(a.cols) {
    for (std::int64_t i = 0; i < a.rows; ++i) {
      for (std::int64_t j = 0; j < a.cols; ++j) {
        if (a(i, j) == T(0)) continue;
        column.push_back(static_cast<Index>(j));
        value.push_back(a(i, j));
      }
      start.push_back(static_cast<Index>(column.size()));
    }
  }
  CsrView<T, Index> view() const { return {rows, cols, start.data(), column.data(), value.data()}; }
};

}  // namespace

TEST_CASE_TEMPLATE("Dense, either layout, with and without gaps", T, float, double) {
  RandomSource random(1);
  for (const double condition : {1.0, 1e3, std::is_same_v<T, float> ? 1e6 : 1e13}) {
    for (const double residual : {0.0, 1.0, 1e3}) {
      const Matrix<double> a_double = with_condition(3000, 30, condition, random);
      const Matrix<T> a = rounded<T>(a_double);
      const Matrix<T> b = rounded<T>(right_hand_side(a_double, residual, random));
      const Judge<T> judge(a, b);
      for (const Layout layout : {Layout::column_major, Layout::row_major}) {
        for (const std::int64_t gap : {0, 13}) {
          for (const LeastSquaresMethod method : methods) {
            CAPTURE(condition);
            CAPTURE(residual);
            CAPTURE((layout == Layout::row_major));
            CAPTURE(gap);
            CAPTURE(to_string(method));
            std::vector<T> memory;
            judge.check(least_squares(AnyMatrixView<T>(stored(a, layout, gap, memory)), b.view(), {.method = method}));
          }
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("Sparse by rows and by columns, 32- and 64-bit indices", T, float, double) {
  RandomSource random(2);
  const Matrix<double> a_double = sparse_entries(3000, 40, random);
  const Matrix<T> a = rounded<T>(a_double);
  const Csr<T, std::int32_t> csr32(a);
  const Csr<T, std::int64_t> csr64(a);
  const Csr<T, std::int32_t> transposed32(a.view().transposed());
  const Csr<T, std::int64_t> transposed64(a.view().transposed());
  for (const double residual : {0.0, 1.0, 1e3}) {
    const Matrix<T> b = rounded<T>(right_hand_side(a_double, residual, random));
    const Judge<T> judge(a, b);
    for (const LeastSquaresMethod method : methods) {
      CAPTURE(residual);
      CAPTURE(to_string(method));
      judge.check(least_squares(AnyMatrixView<T>(csr32.view()), b.view(), {.method = method}));
      judge.check(least_squares(AnyMatrixView<T>(csr64.view()), b.view(), {.method = method}));
      judge.check(least_squares(AnyMatrixView<T>(transposed(transposed32.view())), b.view(), {.method = method}));
      judge.check(least_squares(AnyMatrixView<T>(transposed(transposed64.view())), b.view(), {.method = method}));
    }
  }
}

TEST_CASE_TEMPLATE("Several right-hand sides of different residuals and sizes, either layout", T, float, double) {
  RandomSource random(3);
  const Matrix<double> a_double = with_condition(3000, 30, 1e4, random);
  const Matrix<T> a = rounded<T>(a_double);
  Matrix<double> b_double(3000, 5);
  const double residuals[] = {0.0, 1e-6, 1.0, 1e3, 1.0};
  const double sizes[] = {1.0, 1e-12, 1e12, 1.0, 0.0};
  for (std::int64_t k = 0; k < 5; ++k) {
    const Matrix<double> column = right_hand_side(a_double, residuals[k], random);
    for (std::int64_t i = 0; i < 3000; ++i) b_double(i, k) = sizes[k] * column(i, 0);
  }
  const Matrix<T> b = rounded<T>(b_double);
  const Judge<T> judge(a, b);
  for (const Layout layout : {Layout::column_major, Layout::row_major}) {
    for (const std::int64_t gap : {0, 3}) {
      for (const LeastSquaresMethod method : methods) {
        CAPTURE((layout == Layout::row_major));
        CAPTURE(gap);
        CAPTURE(to_string(method));
        std::vector<T> memory;
        const auto fit = least_squares(a, stored(b, layout, gap, memory), {.method = method});
        judge.check(fit);
        CHECK(fit.residual_norm.size() == 5);
        CHECK(fit.gradient_norm.size() == 5);
        CHECK(fit.backward_error.size() == 5);
        for (std::int64_t j = 0; j < 30; ++j) CHECK(fit.x(j, 4) == T(0));
      }
    }
  }
}

TEST_CASE("A span is one right-hand side") {
  RandomSource random(4);
  const Matrix<double> a = with_condition(500, 10, 100, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const auto one = least_squares(a, b.entries());
  const auto same = least_squares(a, b);
  CHECK(one.x.cols() == 1);
  CHECK(std::equal(one.x.entries().begin(), one.x.entries().end(), same.x.entries().begin()));
}
