// Generalized linear models along falling ridges, against long double arithmetic.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <croquis/solvers/generalized_linear_model.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/extended_logistic.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Problem {
  Matrix<double> a;
  std::vector<double> y;
};

ExtendedMatrix extended(const Matrix<double>& a) {
  ExtendedMatrix result(a.rows(), a.cols());
  for (std::int64_t j = 0; j < a.cols(); ++j)
    for (std::int64_t i = 0; i < a.rows(); ++i) result(i, j) = a(i, j);
  return result;
}

// G diag(1, ..., 1 / k) Q with labels from all of the columns of G: the condition number is about k.
Problem ill_conditioned(std::int64_t m, std::int64_t n, double k) {
  RandomSource random(5);
  const Matrix<double> g = gaussian_matrix(m, n, random), q = gaussian_matrix(n, n, random);
  Problem problem{Matrix<double>(m, n), {}};
  for (std::int64_t i = 0; i < m; ++i) {
    double z = 0;
    for (std::int64_t l = 0; l < n; ++l) {
      z += g(i, l);
      for (std::int64_t j = 0; j < n; ++j)
        problem.a(i, j) += g(i, l) * std::pow(k, -static_cast<double>(l) / static_cast<double>(n - 1)) * q(l, j);
    }
    problem.y.push_back(z + 2 * random.normal() > 0 ? 1 : -1);
  }
  return problem;
}

// Smooth bumps in the plane as features, on a grid of `side` by `side`, and labels without noise.
Problem separable(std::int64_t m, std::int64_t side) {
  RandomSource random(6);
  Problem problem{Matrix<double>(m, side * side), {}};
  const auto place = [&](std::int64_t j) { return 4 * static_cast<double>(j) / static_cast<double>(side - 1) - 2; };
  for (std::int64_t i = 0; i < m; ++i) {
    const double x = random.normal(), y = random.normal();
    for (std::int64_t j = 0; j < side * side; ++j)
      problem.a(i, j) = std::exp(-4 * std::pow(x - place(j % side), 2) - 4 * std::pow(y - place(j / side), 2));
    problem.y.push_back(x * y + std::sin(3 * y) > 0 ? 1 : -1);
  }
  return problem;
}

GeneralizedLinearOptions options_of(double ridge, RidgeSchedule schedule) {
  return {.ridge = ridge, .intercept = false, .ridge_schedule = schedule};
}

std::int64_t damped(const NewtonReport& report) {
  return std::count_if(report.history.begin(), report.history.end(), [](const auto& it) { return it.step_length < 1; });
}

}  // namespace

TEST_CASE("a condition number of 1e12 and a ridge of 1e-12") {
  const Problem problem = ill_conditioned(200, 12, 1e12);
  const ExtendedOptimum optimum = extended_logistic(extended(problem.a), problem.y, 1e-12L);
  for (const RidgeSchedule schedule : {RidgeSchedule::decreasing, RidgeSchedule::fixed, RidgeSchedule::automatic}) {
    CAPTURE(to_string(schedule));
    const auto model = fit_generalized_linear_model(problem.a, problem.y, options_of(1e-12, schedule));
    CHECK(model.status == Status::converged);
    // `value_tolerance` times f(0), below one.
    CHECK(std::abs(model.value - static_cast<double>(optimum.value)) <= 1e-12);
    CHECK(damped(model) == 0);
    CHECK((schedule == RidgeSchedule::decreasing) == !model.ridge_stages.empty());
  }
}

TEST_CASE("where Newton's method damps its steps, falling ridges take few and full ones") {
  const Problem problem = separable(200, 8);
  const ExtendedOptimum optimum = extended_logistic(extended(problem.a), problem.y, 1e-12L);
  const auto fit = [&](RidgeSchedule schedule) {
    return fit_generalized_linear_model(problem.a, problem.y, options_of(1e-12, schedule));
  };
  const auto fixed = fit(RidgeSchedule::fixed), decreasing = fit(RidgeSchedule::decreasing);
  MESSAGE("fixed: " << fixed.message << ", " << damped(fixed) << " damped");
  MESSAGE("decreasing: " << decreasing.message << ", " << damped(decreasing) << " damped");
  CHECK(decreasing.status == Status::converged);
  CHECK(std::abs(decreasing.value - static_cast<double>(optimum.value)) <= 1e-12);
  CHECK(damped(decreasing) <= 2);  // of steps to ridges that were too small
  CHECK(damped(fixed) > 20);
  CHECK(2 * fixed.iterations > 3 * decreasing.iterations);

  const auto automatic = fit(RidgeSchedule::automatic);
  CHECK(automatic.status == Status::converged);
  CHECK(!automatic.ridge_stages.empty());
  CHECK(std::abs(automatic.value - static_cast<double>(optimum.value)) <= 1e-12);
}

TEST_CASE("the report counts all ridges") {
  const Problem problem = separable(200, 8);
  GeneralizedLinearOptions options = options_of(1e-9, RidgeSchedule::decreasing);
  std::int64_t calls = 0;
  options.newton.on_iteration = [&](const NewtonProgress& progress) { return progress.iteration == ++calls; };
  const auto model = fit_generalized_linear_model(problem.a, problem.y, options);
  CHECK(model.status == Status::converged);
  CHECK(calls == model.iterations);
  REQUIRE(model.history.size() == static_cast<std::size_t>(model.iterations));
  std::int64_t steps = 0, products = 0;
  for (const RidgeStage& stage : model.ridge_stages) {
    CHECK(stage.ridge > 1e-9);
    CHECK(stage.steps >= 1);
    CHECK(stage.steps <= 2);
    steps += stage.steps;
    products += stage.products;
  }
  CHECK(steps < model.iterations);
  CHECK(model.history[static_cast<std::size_t>(steps - 1)].products == products);
  CHECK(model.history.back().products == model.products);
  for (std::size_t i = 1; i < model.history.size(); ++i) {
    CHECK(model.history[i].passes > model.history[i - 1].passes);
    CHECK(model.history[i].seconds >= model.history[i - 1].seconds);
    CHECK(model.history[i].evaluations > model.history[i - 1].evaluations);
  }

  options.newton.on_iteration = nullptr;
  options.newton.iteration_limit = 7;
  const auto limited = fit_generalized_linear_model(problem.a, problem.y, options);
  CHECK(limited.status == Status::iteration_limit);
  CHECK(limited.iterations == 7);
  options.newton.iteration_limit = 200;
  options.newton.on_iteration = [](const NewtonProgress& progress) { return progress.iteration < 5; };
  const auto cancelled = fit_generalized_linear_model(problem.a, problem.y, options);
  CHECK(cancelled.status == Status::cancelled);
  CHECK(cancelled.iterations == 5);
  CHECK(std::isfinite(cancelled.value));
  // f at the ridge asked for, not at the one where it ended.
  double squares = 0;
  for (const double x : cancelled.unknowns) squares += x * x;
  CHECK(cancelled.value == doctest::Approx(score(cancelled, problem.a, problem.y).mean_loss + 0.5e-9 * squares));
}

TEST_CASE("only the callback cancels, wherever the limit falls") {
  const Problem problem = separable(200, 8);
  GeneralizedLinearOptions options = options_of(1e-9, RidgeSchedule::automatic);
  bool reached_larger_ridges = false;
  for (std::int64_t limit = 1; limit <= 25; limit += 3) {
    CAPTURE(limit);
    options.newton.iteration_limit = limit;
    const auto model = fit_generalized_linear_model(problem.a, problem.y, options);
    CHECK_MESSAGE(model.status == Status::iteration_limit, model.message);
    CHECK(model.iterations == limit);
    reached_larger_ridges = reached_larger_ridges || !model.ridge_stages.empty();
  }
  CHECK(reached_larger_ridges);
}

TEST_CASE("falling ridges give the same bits for any number of threads, for each loss of exponentials") {
  const Problem problem = separable(3000, 3);
  std::vector<double> counts;
  for (const double label : problem.y) counts.push_back(label + 1);
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax, ModelLoss::poisson}) {
    std::vector<double> first;
    GeneralizedLinearOptions options = options_of(1e-4, RidgeSchedule::decreasing);
    options.loss = loss;
    for (const int threads : {1, 3})
      run_with_threads(threads, [&] {
        const auto model =
            fit_generalized_linear_model(problem.a, loss == ModelLoss::poisson ? counts : problem.y, options);
        CHECK(model.solved());
        if (first.empty()) first = model.unknowns;
        CHECK(std::memcmp(first.data(), model.unknowns.data(), 8 * first.size()) == 0);
      });
  }
}

TEST_CASE("schedules have names, and other losses keep to their ridge") {
  CHECK(to_string(RidgeSchedule::automatic) == "automatic");
  CHECK(to_string(RidgeSchedule::fixed) == "fixed");
  CHECK(to_string(RidgeSchedule::decreasing) == "decreasing");
  const Problem problem = separable(200, 8);
  GeneralizedLinearOptions options = options_of(1e-10, RidgeSchedule::automatic);
  options.loss = ModelLoss::smoothed_hinge;
  CHECK(fit_generalized_linear_model(problem.a, problem.y, options).ridge_stages.empty());
}
