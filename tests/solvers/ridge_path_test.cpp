// A path of ridges: each solution as good as if it were solved alone.
#include <croquis/solvers/ridge_path.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

Matrix<double> stacked(const Matrix<double>& a, double mu) {
  Matrix<double> result(a.rows() + a.cols(), a.cols());
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    for (std::int64_t i = 0; i < a.rows(); ++i) result(i, j) = a(i, j);
    result(a.rows() + j, j) = std::sqrt(mu);
  }
  return result;
}

Matrix<double> normals(std::int64_t rows, std::int64_t cols, RandomSource& random) {
  Matrix<double> b(rows, cols);
  for (double& entry : b.entries()) entry = random.normal();
  return b;
}

// The backward error of each solution as a problem with rows sqrt(mu) I is that of a good QR.
void check(const Matrix<double>& a, const Matrix<double>& b, const std::vector<double>& mus,
           const std::vector<LeastSquaresFit<double>>& fits) {
  REQUIRE(fits.size() == mus.size());
  for (std::size_t i = 0; i < mus.size(); ++i) {
    CAPTURE(mus[i]);
    CAPTURE(fits[i].message);
    CHECK(fits[i].solved());
    CHECK(fits[i].rank == a.cols());
    REQUIRE(fits[i].x.rows() == a.cols());
    REQUIRE(fits[i].x.cols() == b.cols());
    const BackwardErrorMeasure<double> measure(stacked(a, mus[i]));
    for (std::int64_t k = 0; k < b.cols(); ++k) {
      std::vector<double> target(static_cast<std::size_t>(a.rows() + a.cols()), 0);
      for (std::int64_t i0 = 0; i0 < a.rows(); ++i0) target[i0] = b(i0, k);
      const std::vector<double> x(&fits[i].x(0, k), &fits[i].x(0, k) + a.cols());
      CHECK(measure.exact(x, target) < 1e-15);
    }
  }
}

const std::vector<double> mus = {1e-200, 0, 1e-20, 1e-10, 1e-4, 1, 100, 1e4, 1e10, 1e100};

}  // namespace

TEST_CASE("Every solution is backward stable, by a sketch and by the Gram matrix, for conditions up to 1e12") {
  RandomSource random(1);
  for (const double condition : {10.0, 1e5, 1e12}) {
    const Matrix<double> a = with_condition(1200, 20, condition, random);
    const Matrix<double> b = normals(1200, 2, random);
    for (const LeastSquaresMethod method :
         {LeastSquaresMethod::automatic, LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct}) {
      CAPTURE(condition);
      CAPTURE(to_string(method));
      check(a, b, mus, least_squares_ridge_path(a, b, mus, {.method = method}));
    }
  }
}

TEST_CASE("It does share: few passes for many penalties") {
  RandomSource random(2);
  const Matrix<double> a = with_condition(4000, 30, 1e3, random);
  const Matrix<double> b = normals(4000, 1, random);
  std::vector<double> many;
  for (int i = 0; i < 40; ++i) many.push_back(std::pow(10.0, 0.2 * i - 4));
  const auto fits = least_squares_ridge_path(a, b, many);
  CHECK(fits[0].method == LeastSquaresMethod::gram_and_precondition);
  CHECK(fits[0].passes < 12);
  check(a, b, many, fits);
  const auto sketched = least_squares_ridge_path(a, b, many, {.method = LeastSquaresMethod::sketch_and_precondition});
  CHECK(sketched[0].passes < 60);
  // More than go into one block of vectors.
  std::vector<double> again = many;
  again.insert(again.end(), many.begin(), many.end());
  const auto two_blocks = least_squares_ridge_path(a, b, again);
  for (std::size_t i = 0; i < 40; ++i) CHECK(two_blocks[i].x(3, 0) == doctest::Approx(fits[i].x(3, 0)).epsilon(1e-9));
}

TEST_CASE("Many penalties of an ill-conditioned A share its triangle, and two passes") {
  RandomSource random(6);
  std::vector<double> many;
  for (int i = 0; i < 24; ++i) many.push_back(std::pow(10.0, i - 18));
  many.push_back(0);
  for (const double condition : {1e8, 1e12}) {
    Matrix<double> a = with_condition(3000, 30, condition, random);
    scale_columns(a, -20, 20);
    const Matrix<double> b = normals(3000, 2, random);
    const auto fits = least_squares_ridge_path(a, b, many);
    CHECK(fits[0].method == LeastSquaresMethod::cholesky_qr);
    CHECK(fits[0].sketch);
    CHECK(fits[0].passes == 4);
    check(a, b, many, fits);
    // As each alone, to what the condition number leaves of the digits.
    for (const std::size_t i : {std::size_t{0}, std::size_t{12}, std::size_t{20}}) {
      const auto alone = least_squares(a, b.view(), {.ridge = many[i]});
      CHECK(fits[i].residual_norm[1] == doctest::Approx(alone.residual_norm[1]).epsilon(1e-9));
    }
    // Without a Gram matrix's help either, and asked for by name.
    const std::vector<double> some = {1e-12, 1};
    const auto asked = least_squares_ridge_path(a, b, some, {.method = LeastSquaresMethod::cholesky_qr});
    CHECK(asked[1].method == LeastSquaresMethod::cholesky_qr);
    check(a, b, some, asked);
  }
  Matrix<double> deficient = with_condition(3000, 30, 1e3, random);
  for (std::int64_t i = 0; i < 3000; ++i) deficient(i, 4) = deficient(i, 5);
  for (double& mu : many) mu = std::max(mu, 1e-8);
  const Matrix<double> b = normals(3000, 1, random);
  check(deficient, b, many, least_squares_ridge_path(deficient, b, many));
}

TEST_CASE("Rank deficient: without a penalty of minimum norm, with one of full rank") {
  RandomSource random(3);
  const Matrix<double> a = with_singular_values(800, 12, log_spaced(7, 100), random);
  const Matrix<double> b = normals(800, 1, random);
  const std::vector<double> some = {0, 1e-3, 1};
  const auto fits = least_squares_ridge_path(a, b, some);
  CHECK(fits[0].status == Status::rank_deficient);
  CHECK(fits[0].rank == 7);
  CHECK(fits[1].rank == 12);
  check(a, b, {1e-3}, {fits[1]});
  check(a, b, {1.0}, {fits[2]});
}

TEST_CASE("Weights, floats, sparse and wide matrices, threads") {
  RandomSource random(4);
  const Matrix<double> a = with_condition(900, 10, 1e4, random);
  const Matrix<double> b = normals(900, 1, random);
  const std::vector<double> some = {1e-6, 1e-2};
  std::vector<double> weights(900);
  for (std::size_t i = 0; i < 900; ++i) weights[i] = static_cast<double>(i % 7);
  std::vector<Triplet<double>> entries;
  for (std::int64_t j = 0; j < 10; ++j)
    for (std::int64_t i = 0; i < 900; ++i) entries.push_back({i, j, a(i, j)});
  const auto sparse = SparseMatrix<double>::from_triplets(900, 10, entries);
  const auto dense_fits = least_squares_ridge_path(a, b, some, {.weights = weights});
  const auto sparse_fits = least_squares_ridge_path(sparse, b, some, {.weights = weights});
  const auto single_fits = least_squares_ridge_path(to_float(a), to_float(b), some, {.weights = weights});
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto alone = least_squares(a, b, {.ridge = some[i], .weights = weights});
    CHECK(dense_fits[i].residual_norm[0] == doctest::Approx(alone.residual_norm[0]).epsilon(1e-12));
    for (std::int64_t j = 0; j < 10; ++j) {
      CHECK(dense_fits[i].x(j, 0) == doctest::Approx(alone.x(j, 0)).epsilon(1e-8));
      CHECK(sparse_fits[i].x(j, 0) == doctest::Approx(alone.x(j, 0)).epsilon(1e-8));
    }
    CHECK(single_fits[i].solved());
  }
  const Matrix<double> wide(a.view().transposed());
  const auto wide_fits = least_squares_ridge_path(wide, Matrix<double>(10, 1), some);
  CHECK(wide_fits[1].solved());
  CHECK(wide_fits[1].x.rows() == 900);

  run_with_threads(1, [&] {
    const auto one_thread = least_squares_ridge_path(a, b, some, {.weights = weights});
    for (std::int64_t j = 0; j < 10; ++j) CHECK(one_thread[0].x(j, 0) == dense_fits[0].x(j, 0));
  });
}

TEST_CASE("Mistakes and NaN") {
  RandomSource random(5);
  Matrix<double> a = with_condition(300, 5, 10, random);
  const Matrix<double> b = normals(300, 1, random);
  const std::vector<double> bad = {1, -2};
  std::string message;
  try {
    (void)least_squares_ridge_path(a, b, bad);
  } catch (const InvalidOption& error) {
    message = error.what();
  }
  CHECK(message.find("mus[1]") != std::string::npos);
  const std::vector<double> some = {1, 2};
  CHECK_THROWS_AS((void)least_squares_ridge_path(a, b, some, {.ridge = 1}), InvalidOption);
  CHECK_THROWS_AS((void)least_squares_ridge_path(a, Matrix<double>(299, 1), some), ShapeError);
  CHECK(least_squares_ridge_path(a, b, {}).empty());
  LeastSquaresOptions options{.method = LeastSquaresMethod::sketch_and_precondition};
  options.on_iteration = [](const LeastSquaresProgress&) { return false; };
  for (const auto& fit : least_squares_ridge_path(a, b, some, options)) CHECK(fit.status == Status::cancelled);
  a(299, 4) = std::numeric_limits<double>::quiet_NaN();
  for (const auto& fit : least_squares_ridge_path(a, b, some)) CHECK(fit.status == Status::non_finite_input);
}
