// Cross-validation of a ridge, of linear and of kernel models, against the same by hand, and its mistakes.
#include <croquis/solvers/cross_validation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <croquis/errors.hpp>

#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Data {
  Matrix<double> a;
  std::vector<double> y;

  Data(std::int64_t m, std::int64_t n) {
    RandomSource random(4);
    a = gaussian_matrix(m, n, random);
    for (std::int64_t i = 0; i < m; ++i) y.push_back(a(i, 0) + 2 * random.normal() > 0 ? 1 : 0);
  }

  Data without(std::int64_t out) const {
    Data rest = *this;
    rest.a = Matrix<double>(a.rows() - 1, a.cols());
    rest.y.clear();
    for (std::int64_t i = 0; i < a.rows(); ++i) {
      if (i == out) continue;
      for (std::int64_t j = 0; j < a.cols(); ++j) rest.a(static_cast<std::int64_t>(rest.y.size()), j) = a(i, j);
      rest.y.push_back(y[static_cast<std::size_t>(i)]);
    }
    return rest;
  }
};

}  // namespace

TEST_CASE("as many folds as rows: every row is predicted by the model of the others") {
  Data data(14, 2);
  data.y[3] = 5;  // squared loss takes any number
  const GeneralizedLinearOptions options{.loss = ModelLoss::squared};
  const CrossValidation result = cross_validate_ridges(data.a, data.y, {.ridges = {0.1, 1}, .folds = 14}, options);
  REQUIRE(result.scores.size() == 2);
  for (const RidgeScore& score : result.scores) {
    double loss = 0;
    std::vector<double> losses;
    for (std::int64_t out = 0; out < 14; ++out) {
      const Data rest = data.without(out);
      GeneralizedLinearOptions how = options;
      how.ridge = score.ridge;
      const auto model = fit_generalized_linear_model(rest.a, rest.y, how);
      const double z =
          data.a(out, 0) * model.coefficients(0, 0) + data.a(out, 1) * model.coefficients(1, 0) + model.intercepts[0];
      const double r = z - data.y[static_cast<std::size_t>(out)];
      losses.push_back(r * r / 2);
      loss += losses.back() / 14;
    }
    double squares = 0;
    for (const double one : losses) squares += (one - loss) * (one - loss);
    // Gradients to 1e-8 leave predictions that good.
    CHECK(score.mean_loss == doctest::Approx(loss).epsilon(1e-6));
    CHECK(score.standard_error == doctest::Approx(std::sqrt(squares / 13 / 14)).epsilon(1e-6));
    CHECK(std::isnan(score.accuracy));
    CHECK(score.solved);
  }
  CHECK(result.scores[result.best].mean_loss <= result.scores[1 - result.best].mean_loss);
}

TEST_CASE("a kernel model that has not seen a row is the one of the others") {
  Data data(14, 2);
  data.y[3] = 5;
  // All rows are centres, but the optimum is a sum of kernels of those with weights alone.
  const KernelModelOptions options{.loss = ModelLoss::squared, .bandwidth = 1, .centres = 14};
  const double ridge = 0.02;
  const CrossValidation result =
      cross_validate_kernel_ridges(data.a, data.y, {.ridges = {ridge, 10}, .folds = 14}, options);
  double loss = 0;
  for (std::int64_t out = 0; out < 14; ++out) {
    const Data rest = data.without(out);
    KernelModelOptions how = options;
    how.ridge = ridge;
    how.centres = 13;
    const KernelModel model = fit_kernel_model(rest.a, rest.y, how);
    const double r = predictors(model, data.a)(out, 0) - data.y[static_cast<std::size_t>(out)];
    loss += r * r / 2 / 14;
  }
  CHECK(result.scores[0].mean_loss == doctest::Approx(loss).epsilon(1e-6));
  CHECK(result.scores[0].solved);
  CHECK(result.best == (result.scores[1].mean_loss < loss ? 1 : 0));
  CHECK_THROWS_AS(cross_validate_kernel_ridges(data.a, data.y, {.ridges = {1, 0}}, options), InvalidOption);
  CHECK_THROWS_AS(cross_validate_kernel_ridges(data.a, data.y, {.ridges = {1}}, {.centres = 15}), InvalidOption);
}

TEST_CASE("a few noisy rows with many columns want a ridge") {
  const Data data(80, 20);
  const CrossValidation result = cross_validate_ridges(data.a, data.y, {.ridges = {1e-8, 0.3, 1e4}});
  CHECK(result.best == 1);
  for (const RidgeScore& score : result.scores) CHECK((score.accuracy > 0.2 && score.accuracy < 1));
  // A ridge that leaves no coefficients: the log-loss of the mean.
  CHECK(result.scores[2].mean_loss == doctest::Approx(std::log(2)).epsilon(0.05));
}

TEST_CASE("mistakes are named") {
  const Data data(10, 2);
  CHECK_THROWS_AS(cross_validate_ridges(data.a, data.y, {}), InvalidOption);
  CHECK_THROWS_AS(cross_validate_ridges(data.a, data.y, {.ridges = {-1}}), InvalidOption);
  CHECK_THROWS_AS(cross_validate_ridges(data.a, data.y, {.ridges = {1}, .folds = 1}), InvalidOption);
  CHECK_THROWS_AS(cross_validate_ridges(data.a, data.y, {.ridges = {1}, .folds = 11}), InvalidOption);
  std::vector<double> lonely(10, 0.0);
  lonely[4] = 1;
  CHECK_THROWS_AS(cross_validate_ridges(data.a, lonely, {.ridges = {1}}), InvalidOption);
}
