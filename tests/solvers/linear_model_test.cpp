// The statistics of a linear model on small data worked out by hand, and what becomes of them at the edges.
#include <croquis/solvers/linear_model.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// y = 1, 3, 5, 8 at u = 0, 1, 2, 3: the line 0.8 + 2.3 u, residuals .2, -.1, -.4, .3 and RSS .3.
struct Line {
  Matrix<double> a = Matrix<double>(4, 2);
  std::vector<double> b = {1, 3, 5, 8};
  Line() {
    for (std::int64_t i = 0; i < 4; ++i) {
      a(i, 0) = 1;
      a(i, 1) = static_cast<double>(i);
    }
  }
};

bool close(double computed, double expected) { return std::abs(computed - expected) <= 1e-13 * std::abs(expected); }

}  // namespace

TEST_CASE_FIXTURE(Line, "a line through four points") {
  const LinearModel model = fit_linear_model(a, b, {.intercept = 0});
  CHECK(model.status == Status::converged);
  CHECK(model.rank == 2);
  CHECK(close(model.coefficients[0], 0.8));
  CHECK(close(model.coefficients[1], 2.3));
  const std::vector<double> residuals = {0.2, -0.1, -0.4, 0.3};
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(model.residuals[i] - residuals[i]) < 1e-14);
  CHECK(model.degrees_of_freedom == 2);
  CHECK(close(model.residual_standard_error, std::sqrt(0.15)));
  // (A^T A)^-1 = [14 -6; -6 4] / 20.
  CHECK(close(model.covariance(0, 0), 0.15 * 14 / 20));
  CHECK(close(model.covariance(0, 1), -0.15 * 6 / 20));
  CHECK(model.covariance(0, 1) == model.covariance(1, 0));
  CHECK(close(model.covariance(1, 1), 0.15 * 4 / 20));
  CHECK(close(model.standard_errors[1], std::sqrt(0.03)));
  CHECK(close(model.t_values[1], 2.3 / std::sqrt(0.03)));
  // Two degrees of freedom: p = 1 - t / sqrt(2 + t^2).
  const double root = std::sqrt(2 + model.t_values[1] * model.t_values[1]);
  CHECK(close(model.p_values[1], 2 / (root * (root + model.t_values[1]))));
  // The mean is 17/4 and the total about it 26.75.
  CHECK(close(model.r_squared, 1 - 0.3 / 26.75));
  CHECK(close(model.adjusted_r_squared, 1 - 0.3 / 26.75 * 3 / 2));
  CHECK(model.model_degrees_of_freedom == 1);
  CHECK(close(model.f_statistic, 26.45 / 0.15));
  // With one regressor F is t^2.
  CHECK(std::abs(model.f_statistic / (model.t_values[1] * model.t_values[1]) - 1) < 1e-12);
  CHECK(std::abs(model.f_p_value / model.p_values[1] - 1) < 1e-11);
}

TEST_CASE_FIXTURE(Line, "without an intercept, R^2 and F are about zero") {
  const LinearModel model = fit_linear_model(a, b);
  CHECK(close(model.r_squared, 1 - 0.3 / 99));
  CHECK(close(model.adjusted_r_squared, 1 - 0.3 / 99 * 4 / 2));
  CHECK(model.model_degrees_of_freedom == 2);
  CHECK(close(model.f_statistic, 98.7 / 2 / 0.15));
}

TEST_CASE_FIXTURE(Line, "scaling b by a power of two scales what it must, also where squares overflow") {
  const LinearModel one = fit_linear_model(a, b, {.intercept = 0});
  for (const int exponent : {-600, 600}) {
    std::vector<double> scaled = b;
    for (double& entry : scaled) entry = std::ldexp(entry, exponent);
    const LinearModel model = fit_linear_model(a, scaled, {.intercept = 0});
    CHECK(model.solved());
    CHECK(model.coefficients[1] == std::ldexp(one.coefficients[1], exponent));
    CHECK(model.standard_errors[1] == std::ldexp(one.standard_errors[1], exponent));
    CHECK(model.p_values == one.p_values);
    CHECK(model.r_squared == one.r_squared);
    CHECK(model.f_statistic == one.f_statistic);
  }
}

TEST_CASE("dependent columns are aliased, the later of two, and the rest is the model without them") {
  RandomSource random(3);
  for (const std::int64_t rows : {40, 6000}) {
    const Matrix<double> base = gaussian_matrix(rows, 4, random);
    const Matrix<double> b = gaussian_matrix(rows, 1, random);
    // Columns: zero, u, v, u again, w, u - 2 v + w, ones, 3.
    Matrix<double> a(rows, 8);
    Matrix<double> kept(rows, 4);
    for (std::int64_t i = 0; i < rows; ++i) {
      const double u = base(i, 0), v = base(i, 1), w = base(i, 2);
      const double row[] = {0, u, v, u, w, u - 2 * v + w, 1, 3};
      for (std::int64_t j = 0; j < 8; ++j) a(i, j) = row[j];
      const double kept_row[] = {u, v, w, 3};
      for (std::int64_t j = 0; j < 4; ++j) kept(i, j) = kept_row[j];
    }
    const LinearModel expected = fit_linear_model(kept, b.entries(), {.intercept = 3});
    CHECK(expected.aliased.empty());
    std::vector<Triplet<double>> entries;
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < 8; ++j)
        if (a(i, j) != 0) entries.push_back({i, j, a(i, j)});
    const auto sparse = SparseMatrix<double>::from_triplets(rows, 8, entries);
    for (const AnyMatrixView<double>& each : {AnyMatrixView<double>(a), AnyMatrixView<double>(sparse)}) {
      // The intercept counts as the first, so the column of ones before it goes.
      const LinearModel model = fit_linear_model(each, b.entries(), {.intercept = 7});
      CAPTURE(model.message);
      CHECK(model.status == Status::rank_deficient);
      CHECK(model.solved());
      CHECK(model.rank == 4);
      CHECK(model.aliased == std::vector<std::int64_t>{0, 3, 5, 6});
      CHECK(model.degrees_of_freedom == rows - 4);
      const std::size_t place[] = {1, 2, 4, 7};
      for (std::size_t k = 0; k < 4; ++k) {
        CHECK(std::abs(model.coefficients[place[k]] - expected.coefficients[k]) < 1e-13);
        CHECK(std::abs(model.standard_errors[place[k]] / expected.standard_errors[k] - 1) < 1e-13);
        for (std::size_t l = 0; l < 4; ++l)
          CHECK(std::abs(model.covariance(static_cast<std::int64_t>(place[k]), static_cast<std::int64_t>(place[l])) -
                         expected.covariance(static_cast<std::int64_t>(k), static_cast<std::int64_t>(l))) < 1e-13);
      }
      for (const std::int64_t j : model.aliased) {
        CHECK(std::isnan(model.coefficients[static_cast<std::size_t>(j)]));
        CHECK(std::isnan(model.p_values[static_cast<std::size_t>(j)]));
        CHECK(std::isnan(model.covariance(j, 1)));
      }
      CHECK(std::abs(model.f_statistic / expected.f_statistic - 1) < 1e-12);
    }
  }
}

TEST_CASE_FIXTURE(Line, "nothing to estimate, no freedom left, only the mean") {
  const LinearModel zero = fit_linear_model(Matrix<double>(4, 2), b);
  CHECK(zero.rank == 0);
  CHECK(zero.aliased.size() == 2);
  CHECK(zero.residuals == b);
  CHECK(zero.r_squared == 0);
  CHECK(std::isnan(zero.f_statistic));

  const LinearModel none = fit_linear_model(Matrix<double>(4, 0), b);
  CHECK(none.solved());
  CHECK(none.degrees_of_freedom == 4);
  CHECK(close(none.residual_standard_error, std::sqrt(99.0 / 4)));

  const LinearModel mean = fit_linear_model(a.view().block(0, 0, 4, 1), b, {.intercept = 0});
  CHECK(close(mean.coefficients[0], 4.25));
  CHECK(std::abs(mean.r_squared) < 1e-30);
  CHECK(std::isnan(mean.f_statistic));
  CHECK(close(mean.standard_errors[0], std::sqrt(26.75 / 3 / 4)));

  const LinearModel square = fit_linear_model(a.view().block(0, 0, 2, 2), std::vector<double>{1, 3}, {.intercept = 0});
  CHECK(square.solved());
  CHECK(close(square.coefficients[1], 2));
  CHECK(square.degrees_of_freedom == 0);
  CHECK(std::isnan(square.residual_standard_error));
  CHECK(std::isnan(square.standard_errors[0]));
  CHECK(std::isnan(square.p_values[0]));
  CHECK(std::isnan(square.adjusted_r_squared));
}

TEST_CASE_FIXTURE(Line, "NaN and infinity are a status, and everything is unknown") {
  for (const double bad : {not_a_number, std::numeric_limits<double>::infinity()}) {
    Matrix<double> damaged = a;
    damaged(2, 1) = bad;
    std::vector<double> damaged_b = b;
    damaged_b[1] = bad;
    for (const LinearModel& model :
         {fit_linear_model(damaged, b, {.intercept = 0}), fit_linear_model(a, damaged_b, {.intercept = 0})}) {
      CHECK(model.status == Status::non_finite_input);
      CHECK_FALSE(model.solved());
      CHECK(model.coefficients.size() == 2);
      CHECK(std::isnan(model.coefficients[1]));
      CHECK(std::isnan(model.covariance(0, 0)));
      CHECK(std::isnan(model.r_squared));
      CHECK(model.residuals.size() == 4);
    }
  }
}

TEST_CASE_FIXTURE(Line, "mistakes name the argument") {
  const std::vector<double> three = {1, 2, 3};
  CHECK_THROWS_WITH_AS((void)fit_linear_model(a, three), doctest::Contains("b is 3 x 1 but must be 4 x 1"), ShapeError);
  CHECK_THROWS_WITH_AS((void)fit_linear_model(a.view().transposed(), three), doctest::Contains("A is 2 x 4"),
                       ShapeError);
  CHECK_THROWS_WITH_AS((void)fit_linear_model(a, b, {.intercept = 2}), doctest::Contains("A has 2 columns"),
                       InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit_linear_model(a, b, {.intercept = 1}), doctest::Contains("not a constant"),
                       InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit_linear_model(a, b, {.rcond = 1}), doctest::Contains("rcond"), InvalidOption);
}

TEST_CASE("the same bits for any number of threads") {
  RandomSource random(13);
  const Matrix<double> a = with_condition(30000, 70, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  std::vector<double> first;
  for (const int threads : {1, 2, 5}) {
    LinearModel model;
    run_with_threads(threads, [&] { model = fit_linear_model(a, b.entries()); });
    CHECK(model.solved());
    if (threads == 1) first = model.standard_errors;
    CHECK(model.standard_errors == first);
  }
}

// With noise of variance one, the standard errors are the spread of the coefficients. 400 draws estimate each variance
// with a relative deviation of sqrt(2 / 400) = 0.071; all six stay within 0.35, five deviations, but for one seed in
// some 200000. The p values of a coefficient that is zero are uniform: 400 of them fall below 0.1 within 40 +- 30, five
// deviations.
TEST_CASE("standard errors are the spread of the coefficients over noise") {
  RandomSource random(17);
  constexpr int draws = 400;
  const Matrix<double> a = with_condition(300, 6, 20, random);
  std::vector<double> squares(6, 0);
  std::vector<double> variances(6, 0);
  int small = 0;
  for (int draw = 0; draw < draws; ++draw) {
    const Matrix<double> b = gaussian_matrix(300, 1, random);
    const LinearModel model = fit_linear_model(a, b.entries());
    for (std::size_t j = 0; j < 6; ++j) {
      squares[j] += model.coefficients[j] * model.coefficients[j] / draws;
      variances[j] += model.standard_errors[j] * model.standard_errors[j] / draws;
    }
    small += model.p_values[3] < 0.1;
  }
  for (std::size_t j = 0; j < 6; ++j) CHECK(std::abs(squares[j] / variances[j] - 1) < 0.35);
  CHECK(std::abs(small - 40) < 30);
}
