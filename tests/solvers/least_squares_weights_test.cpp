// Weighted rows: the solution of the problem with its rows scaled by the roots of the weights.
#include <croquis/solvers/least_squares.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr LeastSquaresMethod methods[] = {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct,
                                          LeastSquaresMethod::automatic};

Matrix<double> weighted(const Matrix<double>& a, const std::vector<double>& weights) {
  Matrix<double> result = a;
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) result(i, j) *= std::sqrt(weights[i]);
  return result;
}

SparseMatrix<double> sparse(const Matrix<double>& a) {
  std::vector<Triplet<double>> entries;
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) entries.push_back({i, j, a(i, j)});
  return SparseMatrix<double>::from_triplets(a.rows(), a.cols(), entries);
}

// By every method and in every storage: a few roundoffs of backward error for the scaled problem. Scaling the rows
// rounds them once more.
void check(const Matrix<double>& a, const Matrix<double>& b, const std::vector<double>& weights) {
  const Matrix<double> scaled_b = weighted(b, weights);
  const BackwardErrorMeasure<double> measure(weighted(a, weights));
  Matrix<double> by_rows(a.rows(), a.cols(), Layout::row_major);
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) by_rows(i, j) = a(i, j);
  const auto csr = sparse(a);
  const auto transposed = sparse(Matrix<double>(a.view().transposed()));
  const AnyMatrixView<double> storages[] = {a, by_rows, csr, AnyMatrixView<double>(transposed).transposed()};
  for (const LeastSquaresMethod method : methods) {
    for (const auto& storage : storages) {
      CAPTURE(to_string(method));
      const auto fit = least_squares(storage, b, {.method = method, .weights = weights});
      CAPTURE(fit.message);
      CHECK(fit.status == Status::converged);
      CHECK(measure.exact(fit.x.entries(), scaled_b.entries()) < 2e-15);
      CHECK(fit.residual_norm[0] ==
            doctest::Approx(measure.residual_norm(fit.x.entries(), scaled_b.entries())).epsilon(1e-9));
    }
  }
}

struct Problem {
  Matrix<double> a, b;
};
Problem problem(std::int64_t m, std::int64_t n, double condition, std::uint64_t seed) {
  RandomSource random(seed);
  Problem p{with_condition(m, n, condition, random), Matrix<double>(m, 1)};
  for (double& entry : p.b.entries()) entry = random.normal();
  return p;
}

}  // namespace

TEST_CASE("Weights of a few orders of magnitude, and zeros among them") {
  const auto [a, b] = problem(1500, 15, 1e6, 1);
  RandomSource random(2);
  std::vector<double> weights(1500);
  for (double& weight : weights) weight = std::pow(10, 4 * random.uniform());
  check(a, b, weights);
  for (std::size_t i = 0; i < weights.size(); i += 3) weights[i] = 0;
  check(a, b, weights);
}

TEST_CASE("Wild weights") {
  const auto [a, b] = problem(1200, 10, 100, 3);
  for (const double all : {1e-150, 1e150, 5e-324, 1e308}) {
    CAPTURE(all);
    const std::vector<double> weights(1200, all);
    const auto fit = least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .weights = weights});
    const BackwardErrorMeasure<double> measure(a);
    CHECK(fit.status == Status::converged);
    CHECK(measure.exact(fit.x.entries(), b.entries()) < 1e-15);
  }
  // 600 rows that matter beside 600 that cannot.
  std::vector<double> weights(1200, 1e150);
  for (std::size_t i = 0; i < 1200; i += 2) weights[i] = 1e-150;
  Matrix<double> heavy(600, 10);
  Matrix<double> heavy_b(600, 1);
  for (std::int64_t i = 0; i < 600; ++i) {
    heavy_b(i, 0) = b(2 * i + 1, 0);
    for (std::int64_t j = 0; j < 10; ++j) heavy(i, j) = a(2 * i + 1, j);
  }
  const BackwardErrorMeasure<double> measure(heavy);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method, .weights = weights});
    CHECK(fit.status == Status::converged);
    CHECK(measure.exact(fit.x.entries(), heavy_b.entries()) < 1e-15);
  }
}

TEST_CASE("Too few rows of weight: rank deficient, of minimum norm; all of weight zero: x = 0") {
  const auto [a, b] = problem(500, 8, 10, 4);
  std::vector<double> weights(500, 0);
  for (const std::size_t i : {3, 77, 400}) weights[i] = 2;
  Matrix<double> rows(3, 8);
  Matrix<double> rows_b(3, 1);
  int row = 0;
  for (const std::int64_t i : {3, 77, 400}) {
    rows_b(row, 0) = b(i, 0);
    for (std::int64_t j = 0; j < 8; ++j) rows(row, j) = a(i, j);
    ++row;
  }
  const auto expected = least_squares(rows, rows_b);
  for (const LeastSquaresMethod method : methods) {
    CAPTURE(to_string(method));
    const auto fit = least_squares(a, b, {.method = method, .weights = weights});
    CAPTURE(fit.message);
    CHECK(fit.status == Status::rank_deficient);
    CHECK(fit.rank == 3);
    for (std::int64_t j = 0; j < 8; ++j)
      CHECK(std::abs(fit.x(j, 0) - expected.x(j, 0)) < 1e-13 * norm2(8, expected.x.data()));
    const std::vector<double> none(500, 0);
    const auto nothing = least_squares(a, b, {.method = method, .weights = none});
    CHECK(nothing.solved());
    CHECK(nothing.rank == 0);
    CHECK(norm2(8, nothing.x.data()) == 0);
  }
}

TEST_CASE("With a ridge, and with more columns than rows") {
  const auto [a, b] = problem(600, 10, 1e4, 5);
  std::vector<double> weights(600);
  for (std::size_t i = 0; i < 600; ++i) weights[i] = 1e6 * static_cast<double>(i + 1);
  const double mu = 100;
  Matrix<double> stacked(610, 10);
  Matrix<double> stacked_b(610, 1);
  const Matrix<double> scaled = weighted(a, weights);
  for (std::int64_t i = 0; i < 600; ++i) {
    stacked_b(i, 0) = b(i, 0) * std::sqrt(weights[i]);
    for (std::int64_t j = 0; j < 10; ++j) stacked(i, j) = scaled(i, j);
  }
  for (std::int64_t j = 0; j < 10; ++j) stacked(600 + j, j) = std::sqrt(mu);
  const BackwardErrorMeasure<double> measure(stacked);
  const auto fit =
      least_squares(a, b, {.method = LeastSquaresMethod::sketch_and_precondition, .ridge = mu, .weights = weights});
  CHECK(measure.exact(fit.x.entries(), stacked_b.entries()) < 2e-15);

  // Of full row rank, a wide system is solved exactly whatever the weights; an inconsistent one is not.
  Matrix<double> wide(3, 40);
  for (std::int64_t j = 0; j < 40; ++j)
    for (std::int64_t i = 0; i < 3; ++i) wide(i, j) = a(j + (i == 2 ? 0 : 100 * i), 1);
  Matrix<double> wide_b(3, 1);
  wide_b(0, 0) = 1;
  wide_b(1, 0) = 0.5;
  wide_b(2, 0) = 4;  // rows 0 and 2 are the same: their mean, weighted 1 to 2, is 3
  const std::vector<double> three = {1, 5, 2};
  const auto inconsistent = least_squares(wide, wide_b, {.weights = three});
  CHECK(inconsistent.status == Status::rank_deficient);
  double row0 = 0;
  for (std::int64_t j = 0; j < 40; ++j) row0 += wide(0, j) * inconsistent.x(j, 0);
  CHECK(row0 == doctest::Approx(3).epsilon(1e-12));
  CHECK(inconsistent.residual_norm[0] == doctest::Approx(std::sqrt(4.0 + 2.0)).epsilon(1e-12));
}

TEST_CASE("Weights that cannot be: named with their index") {
  const auto [a, b] = problem(100, 3, 10, 6);
  for (const double bad : {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    std::vector<double> weights(100, 1);
    weights[42] = bad;
    std::string message;
    try {
      (void)least_squares(a, b, {.weights = weights});
    } catch (const InvalidOption& error) {
      message = error.what();
    }
    CHECK(message.find("weights[42]") != std::string::npos);
  }
  const std::vector<double> few(99, 1);
  CHECK_THROWS_AS((void)least_squares(a, b, {.weights = few}), InvalidOption);
}
