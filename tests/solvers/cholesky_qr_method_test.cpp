// Many right-hand sides by sketch-preconditioned Cholesky QR: each as good as by Householder QR, whatever the condition
// number, and an honest hand-over where the rank is not full.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "linalg/parallel.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t m = 3000, n = 40, vectors = 33;
const LeastSquaresOptions by_cholesky_qr{.method = LeastSquaresMethod::cholesky_qr};

// Right-hand sides with residuals from none to a thousand times A x.
Matrix<double> right_hand_sides(const Matrix<double>& a, RandomSource& random) {
  Matrix<double> b(a.rows(), vectors);
  for (std::int64_t k = 0; k < vectors; ++k) {
    const Matrix<double> column = right_hand_side(a, k % 4 == 0 ? 0 : std::pow(10.0, k % 4 * 3 - 6), random);
    std::copy(column.entries().begin(), column.entries().end(), &b(0, k));
  }
  return b;
}

// Ten times Householder QR's backward error, or ten roundoffs where QR is luckier than one: as for the other methods.
template <class T>
void check_every_column(const Matrix<T>& a, const Matrix<T>& b, const LeastSquaresFit<T>& fit) {
  CAPTURE(fit.message);
  REQUIRE(fit.x.cols() == b.cols());
  REQUIRE(fit.backward_error.size() == static_cast<std::size_t>(b.cols()));
  const BackwardErrorMeasure<T> measure(a);
  for (std::int64_t k = 0; k < b.cols(); ++k) {
    CAPTURE(k);
    const Matrix<T> column(b.view().block(0, k, a.rows(), 1));
    const Matrix<T> reference = solve_by_qr<T>(a, column);
    const std::vector<T> x(&fit.x(0, k), &fit.x(0, k) + a.cols());
    const double roundoff = std::numeric_limits<T>::epsilon() / 2;
    const double most = 10 * std::max(measure.exact(reference.entries(), column.entries()), roundoff);
    const double error = measure.exact(x, column.entries());
    CHECK(error <= most);
    // What is reported was recomputed from the data, and the estimate is within a factor of a few.
    const double reported = fit.backward_error[static_cast<std::size_t>(k)];
    CHECK(reported >= error / 4 - roundoff / 4);
    CHECK(reported <= 8 * roundoff);
    CHECK(fit.residual_norm[static_cast<std::size_t>(k)] ==
          doctest::Approx(measure.residual_norm(x, column.entries())).epsilon(1e-6).scale(1));
  }
}

}  // namespace

TEST_CASE("condition numbers up to 1e12, residuals of every size, both layouts") {
  RandomSource random(21);
  for (const double condition : {1.0, 1e8, 1e12}) {
    CAPTURE(condition);
    const Matrix<double> a = with_condition(m, n, condition, random);
    const Matrix<double> b = right_hand_sides(a, random);
    Matrix<double> by_rows(m, n, Layout::row_major);
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < m; ++i) by_rows(i, j) = a(i, j);
    for (const auto& stored : {AnyMatrixView<double>(a), AnyMatrixView<double>(by_rows)}) {
      const auto fit = least_squares(stored, b.view(), by_cholesky_qr);
      CHECK(fit.status == Status::converged);
      CHECK(fit.method == LeastSquaresMethod::cholesky_qr);
      CHECK(fit.rank == n);
      CHECK(fit.iterations == 0);
      CHECK(fit.passes == 3);
      REQUIRE(fit.sketch);
      CHECK(fit.sketch->rows() == 4 * n);
      CHECK(fit.condition_estimate >= condition / 4);
      CHECK(fit.condition_estimate <= 4 * condition);
      check_every_column(a, b, fit);
    }
  }
}

TEST_CASE("columns of any scale, leverage in a few rows, float") {
  RandomSource random(22);
  Matrix<double> a = with_condition(m, n, 1e6, random);
  test::scale_columns(a, -60, 60);
  const Matrix<double> b = gaussian_matrix(m, vectors, random);
  const auto scaled = least_squares(a, b.view(), by_cholesky_qr);
  CHECK(scaled.method == LeastSquaresMethod::cholesky_qr);
  check_every_column(a, b, scaled);
  for (const Matrix<double>& coherent :
       {identity_above_small(m, n, random), one_huge_row(m, n, random), graded_rows(m, n, random)}) {
    const auto fit = least_squares(coherent, b.view(), by_cholesky_qr);
    CHECK(fit.solved());
    check_every_column(coherent, b, fit);
  }
  const Matrix<float> single = to_float(with_condition(m, n, 1e3, random));
  const auto fit = least_squares(single, to_float(b).view(), by_cholesky_qr);
  CHECK(fit.method == LeastSquaresMethod::cholesky_qr);
  CHECK(fit.status == Status::converged);
  check_every_column(single, to_float(b), fit);
}

TEST_CASE("a ridge is rows below A") {
  RandomSource random(23);
  const Matrix<double> a = with_condition(m, n, 1e10, random);
  const Matrix<double> b = right_hand_sides(a, random);
  for (const double ridge : {1e-12, 1.0}) {
    LeastSquaresOptions options = by_cholesky_qr;
    options.ridge = ridge;
    const auto fit = least_squares(a, b.view(), options);
    CHECK(fit.method == LeastSquaresMethod::cholesky_qr);
    Matrix<double> stacked(m + n, n), target(m + n, vectors);
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t i = 0; i < m; ++i) stacked(i, j) = a(i, j);
      stacked(m + j, j) = std::sqrt(ridge);
    }
    for (std::int64_t k = 0; k < vectors; ++k)
      for (std::int64_t i = 0; i < m; ++i) target(i, k) = b(i, k);
    const BackwardErrorMeasure<double> measure(stacked);
    for (std::int64_t k = 0; k < vectors; ++k) {
      const std::vector<double> x(&fit.x(0, k), &fit.x(0, k) + n);
      const std::vector<double> column(&target(0, k), &target(0, k) + m + n);
      CHECK(measure.exact(x, column) < 1e-15);
    }
  }
}

TEST_CASE("what it cannot do is handed on, and said") {
  RandomSource random(24);
  const Matrix<double> b = gaussian_matrix(m, vectors, random);
  Matrix<double> a = gaussian_matrix(m, n, random);
  for (std::int64_t i = 0; i < m; ++i) a(i, 7) = a(i, 3);
  for (const LeastSquaresOptions& options : {by_cholesky_qr, LeastSquaresOptions{}}) {
    const auto fit = least_squares(a, b.view(), options);
    CAPTURE(fit.message);
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == n - 1);
    // The solution of least norm gives equal columns equal coefficients.
    for (std::int64_t k = 0; k < vectors; ++k) CHECK(std::abs(fit.x(7, k) - fit.x(3, k)) <= 1e-14);
  }
  CHECK(least_squares(a, b.view(), by_cholesky_qr).message.find("A may be rank deficient") != std::string::npos);

  const Matrix<double> near = with_condition(m, n, 1e5, random);
  LeastSquaresOptions coarse = by_cholesky_qr;
  coarse.rcond = 1e-3;
  const auto truncated = least_squares(near, b.view(), coarse);
  CHECK(truncated.status == Status::rank_deficient);

  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < m; ++i) entries.push_back({i, i % n, 1.0 + static_cast<double>(i % 3)});
  const auto sparse = least_squares(SparseMatrix<double>::from_triplets(m, n, entries), b.view(), by_cholesky_qr);
  CHECK(sparse.status == Status::fell_back);
  CHECK(sparse.message.find("A is sparse, weighted or not stored") != std::string::npos);

  a(m - 1, 5) = std::numeric_limits<double>::quiet_NaN();
  CHECK(least_squares(a, b.view(), by_cholesky_qr).status == Status::non_finite_input);
}

TEST_CASE("many right-hand sides choose it, few do not") {
  RandomSource random(25);
  constexpr std::int64_t rows = 40000, cols = 60;
  Matrix<double> a = gaussian_matrix(rows, cols, random);
  // A condition number that the Gram matrix cannot bear.
  for (std::int64_t i = 0; i < rows; ++i) a(i, 1) = a(i, 0) + 1e-9 * a(i, 1);
  const Matrix<double> b = gaussian_matrix(rows, 64, random);
  const auto many = least_squares(a, b.view());
  CAPTURE(many.message);
  CHECK(many.method == LeastSquaresMethod::cholesky_qr);
  CHECK(many.status == Status::converged);
  CHECK(many.worst_backward_error() <= 1e-15);
  CHECK(least_squares(a, b.view(), {.sketch_rows = 300}).method == LeastSquaresMethod::sketch_and_precondition);
}

TEST_CASE("the same bits on 1, 2, 3 and 8 threads") {
  RandomSource random(26);
  const Matrix<double> a = with_condition(6000, 60, 1e9, random);
  const Matrix<double> b = gaussian_matrix(6000, 20, random);
  const auto first = least_squares(a, b.view(), by_cholesky_qr);
  CHECK(first.method == LeastSquaresMethod::cholesky_qr);
  for (const int threads : {1, 2, 3, 8}) {
    std::optional<LeastSquaresFit<double>> fit;
    run_with_threads(threads, [&] { fit = least_squares(a, b.view(), by_cholesky_qr); });
    CHECK(std::memcmp(fit->x.data(), first.x.data(), first.x.entries().size() * sizeof(double)) == 0);
    CHECK(fit->backward_error == first.backward_error);
  }
}
