// Every method for a sparse matrix is as accurate as Householder QR of the dense one, and `automatic` takes the one
// that the matrix calls for.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/densify.hpp"
#include "linalg/sparse_qr.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::automatic, LeastSquaresMethod::column_iteration,
                                          LeastSquaresMethod::gram_and_precondition,
                                          LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct};

// Columns in pairs, a and b: row entries z a + w b of an orthogonal pair scaled apart by the condition number, and
// turned so that no scaling of the columns gets them back.
SparseMatrix<double> paired(std::int64_t rows, std::int64_t cols, double condition, RandomSource& random) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int k = 0; k < 3; ++k) {
      const std::int64_t j = random.below(cols / 2);
      const double large = random.normal();
      const double small = random.normal() / condition;
      entries.push_back({i, 2 * j, 0.8 * large - 0.6 * small});
      entries.push_back({i, 2 * j + 1, 0.6 * large + 0.8 * small});
    }
  }
  return SparseMatrix<double>::from_triplets(rows, cols, entries);
}

void check(const AnyMatrixView<double>& a, const Matrix<double>& b) {
  const Matrix<double> dense = densify<double>(a);
  const BackwardErrorMeasure<double> measure(dense);
  const Matrix<double> by_qr = solve_by_qr<double>(dense, b);
  for (const LeastSquaresMethod method : methods) {
    const auto fit = least_squares(a, b, {.method = method});
    CAPTURE(to_string(method));
    CAPTURE(fit.message);
    CHECK(fit.solved());
    CHECK(fit.rank == a.cols());
    CHECK(std::isfinite(fit.condition_estimate));
    for (std::int64_t k = 0; k < b.cols(); ++k) {
      CAPTURE(k);
      const auto column = [&](const Matrix<double>& x) { return x.entries().subspan(k * x.rows(), x.rows()); };
      // Ten times what QR does, or ten roundoffs where it does better than that by luck.
      const double reference = std::max(measure.exact(column(by_qr), column(b)), 1e-16);
      const double error = measure.exact(column(fit.x), column(b));
      CHECK(error <= 10 * reference);
      // The report's own figure is an estimate within sqrt(2) and a sketch's distortion, and never much too small.
      CHECK(fit.backward_error[k] >= 0.3 * error - 1e-17);
    }
  }
}

}  // namespace

TEST_CASE("condition numbers up to 1e14, small and large residuals") {
  RandomSource random(1);
  for (const double condition : {1.0, 1e3, 1e6, 1e9, 1e14}) {
    CAPTURE(condition);
    const SparseMatrix<double> a = paired(600, 40, condition, random);
    const Matrix<double> dense = densify<double>(a);
    Matrix<double> b(600, 2);
    for (std::int64_t k = 0; k < 2; ++k) {
      const Matrix<double> column = right_hand_side(dense, k == 0 ? 1e-8 : 1.0, random);
      std::copy(column.entries().begin(), column.entries().end(), b.data() + 600 * k);
    }
    check(a, b);
  }
}

TEST_CASE("columns of very different units, rows without entries, a place given twice") {
  RandomSource random(2);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 500; i += 1 + i % 3) {
    for (int k = 0; k < 4; ++k) {
      const std::int64_t j = random.below(30);
      entries.push_back({i, j, random.normal() * std::pow(10.0, -150 + 10.0 * static_cast<double>(j))});
    }
  }
  const auto a = SparseMatrix<double>::from_triplets(500, 30, entries);
  const Matrix<double> b = gaussian_matrix(500, 1, random);
  check(a, b);

  // Each entry in two halves, out of order, by rows and by columns, with 32-bit indices.
  const auto view = a.view();
  std::vector<std::int32_t> start{0}, column;
  std::vector<double> value;
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    for (int half = 0; half < 2; ++half) {
      for (std::int64_t k = view.row_start[i + 1] - 1; k >= view.row_start[i]; --k) {
        column.push_back(static_cast<std::int32_t>(view.column[k]));
        value.push_back(view.value[k] / 2);
      }
    }
    start.push_back(static_cast<std::int32_t>(column.size()));
  }
  const CsrView<double, std::int32_t> halves{500, 30, start.data(), column.data(), value.data()};
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto whole = least_squares(a, b, {.method = method});
    const auto split = least_squares(AnyMatrixView<double>(halves), b, {.method = method});
    CHECK(split.solved());
    for (std::int64_t j = 0; j < 30; ++j)
      CHECK(std::abs(split.x(j, 0) - whole.x(j, 0)) <= 1e-11 * std::abs(whole.x(j, 0)));
  }
}

TEST_CASE("square, one column, by columns") {
  RandomSource random(3);
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 30; ++i) {
    entries.push_back({i, i, 4 + random.uniform()});
    entries.push_back({i, (i + 7) % 30, random.normal()});
  }
  check(SparseMatrix<double>::from_triplets(30, 30, entries), gaussian_matrix(30, 1, random));

  const auto one = SparseMatrix<double>::from_triplets(50, 1, {{3, 0, 2.0}, {40, 0, -1.0}});
  check(one, gaussian_matrix(50, 1, random));

  const SparseMatrix<double> a = paired(300, 20, 1e2, random);
  const SparseMatrix<double> transpose = [&] {
    std::vector<Triplet<double>> turned;
    const auto view = a.view();
    for (std::int64_t i = 0; i < a.rows(); ++i)
      for (std::int64_t k = view.row_start[i]; k < view.row_start[i + 1]; ++k)
        turned.push_back({view.column[k], i, view.value[k]});
    return SparseMatrix<double>::from_triplets(a.cols(), a.rows(), turned);
  }();
  const Matrix<double> b = gaussian_matrix(300, 1, random);
  check(AnyMatrixView<double>(transpose).transposed(), b);
}

TEST_CASE("one to six right-hand sides, the first few of which share the test of the columns") {
  RandomSource random(6);
  const auto a = paired(2000, 40, 1, random);
  const Matrix<double> b = gaussian_matrix(2000, 6, random);
  for (std::int64_t vectors = 1; vectors <= 6; ++vectors) {
    CAPTURE(vectors);
    Matrix<double> some(2000, vectors);
    std::copy_n(b.data(), some.entries().size(), some.data());
    check(a, some);
    const auto fit = least_squares(a, some);
    CHECK((fit.method == LeastSquaresMethod::column_iteration || vectors > 1));
    CHECK((fit.method != LeastSquaresMethod::column_iteration || vectors < 6));
  }
}

TEST_CASE("the method that the matrix calls for") {
  RandomSource random(4);
  const Matrix<double> b = gaussian_matrix(3000, 1, random);
  const auto fit = [&](double condition) { return least_squares(paired(3000, 60, condition, random), b); };
  const auto easy = fit(1);
  CAPTURE(easy.message);
  CHECK(easy.method == LeastSquaresMethod::column_iteration);
  CHECK(easy.message.find("well conditioned") != std::string::npos);
  CHECK(easy.passes <= 45);
  const auto middling = fit(1e5);
  CAPTURE(middling.message);
  CHECK(middling.method == LeastSquaresMethod::gram_and_precondition);
  CHECK(middling.status == Status::converged);
  CHECK(middling.passes <= 25);
  const auto hard = fit(1e10);
  CAPTURE(hard.message);
  CHECK((hard.method == LeastSquaresMethod::direct || hard.method == LeastSquaresMethod::sketch_and_precondition));
  CHECK(hard.message.find("Gram matrix") != std::string::npos);
}

TEST_CASE("NaN and infinity in a sparse matrix are a status") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const auto a = SparseMatrix<double>::from_triplets(6, 2, {{0, 0, 1.0}, {1, 1, bad}, {2, 1, 1.0}});
    for (const LeastSquaresMethod method : methods) {
      CAPTURE(to_string(method));
      const auto fit = least_squares(a, Matrix<double>(6, 1), {.method = method});
      CHECK(fit.status == Status::non_finite_input);
    }
  }
}

TEST_CASE("a matrix too large for any dense one is solved, or refused in words") {
  // In chains of two: a dense sketch of it would take 960 GB.
  constexpr std::int64_t n = 200000;
  std::vector<Triplet<double>> entries;
  for (std::int64_t j = 0; j < n; ++j) {
    entries.push_back({j, j, 1.0});
    if (j + 1 < n) entries.push_back({j, j + 1, 1 - 1e-3});
    entries.push_back({n + j / 2, j, 1e-4});
  }
  const auto a = SparseMatrix<double>::from_triplets(2 * n, n, entries);
  const Matrix<double> b(2 * n, 1);
  Matrix<double> ones = b;
  std::fill(ones.data(), ones.data() + 2 * n, 1.0);
  const auto fit = least_squares(a, ones);
  CAPTURE(fit.message);
  if (has_sparse_qr()) {
    CHECK(fit.solved());
    CHECK(fit.worst_backward_error() <= 1e-15);
  } else {
    CHECK(fit.status == Status::accuracy_not_reached);
    CHECK(fit.message.find("built without SuiteSparse") != std::string::npos);
    CHECK(fit.message.find("GB of memory") != std::string::npos);
  }
}

TEST_CASE("the column iteration understates neither the condition number nor the error") {
  RandomSource random(9);
  for (const std::int64_t per_row : {1, 2, 4}) {
    CAPTURE(per_row);
    constexpr std::int64_t m = 900, n = 30;
    std::vector<Triplet<double>> entries;
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t k = 0; k < per_row; ++k) entries.push_back({i, random.below(n), random.normal() + 0.3});
    const auto a = SparseMatrix<double>::from_triplets(m, n, entries);
    const Matrix<double> dense = densify<double>(a);
    const Matrix<double> b = gaussian_matrix(m, 1, random);
    const BackwardErrorMeasure<double> measure(dense.view());
    for (const double tolerance : {1e-3, 1e-6}) {
      const auto fit = least_squares(a, b, {.tolerance = tolerance});
      CAPTURE(fit.message);
      REQUIRE(fit.method == LeastSquaresMethod::column_iteration);
      // Columns scaled by powers of two are within a factor of two of those scaled to norm one. From above a third of
      // the smallest singular value that the iteration shows is allowed for, which its first few steps may overstate.
      CHECK(fit.condition_estimate >= measure.condition());
      CHECK(fit.condition_estimate <= 2 / 0.3 * measure.condition());
      const double error = measure.exact(fit.x.entries(), b.entries());
      CHECK(fit.backward_error[0] <= tolerance);
      CHECK(fit.backward_error[0] >= error / 1.5);
    }
  }
}
