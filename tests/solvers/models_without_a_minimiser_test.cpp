// Models without a ridge whose coefficients grow without end, and those that only seem to.
#include <croquis/solvers/kernel_model.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "linalg/parallel.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("without a ridge, classes that can be separated have no minimiser, and that is a status") {
  const std::vector<double> line{1, 2, 3, 4, 5, 6};
  const auto a = column_major(line.data(), 6, 1);
  const std::vector<double> apart{0, 0, 0, 1, 1, 1}, touching{0, 0, 1, 1, 1, 1}, three{0, 0, 1, 1, 2, 2};
  CHECK(fit_generalized_linear_model(a, apart).status == Status::unbounded);
  CHECK(fit_generalized_linear_model(a, three, {.loss = ModelLoss::softmax}).status == Status::unbounded);
  // Separable but for points on the boundary: no margin is ever positive for all.
  const std::vector<double> tied{1, 2, 3, 3, 4, 5};
  const auto quasi = fit_generalized_linear_model(column_major(tied.data(), 6, 1), apart);
  CHECK_MESSAGE(quasi.status == Status::unbounded, quasi.message);
  const std::vector<double> three_tied{0, 0, 1, 0, 1, 1, 2, 2, 1, 2}, places{1, 2, 3, 3, 4, 5, 6, 7, 6, 8};
  const auto softmax =
      fit_generalized_linear_model(column_major(places.data(), 10, 1), three_tied, {.loss = ModelLoss::softmax});
  CHECK_MESSAGE(softmax.status == Status::unbounded, softmax.message);
  // Counts that are zero for all that have a feature.
  const std::vector<double> feature{0, 0, 0, 1, 1, 1}, counts{2, 3, 1, 0, 0, 0};
  CHECK(fit_generalized_linear_model(column_major(feature.data(), 6, 1), counts, {.loss = ModelLoss::poisson}).status ==
        Status::unbounded);
  // A ridge, or an overlap, brings the minimiser back.
  CHECK(fit_generalized_linear_model(a, apart, {.ridge = 1e-8}).solved());
  const std::vector<double> overlap{0, 0, 1, 0, 1, 1};
  CHECK(fit_generalized_linear_model(a, overlap).solved());
  // The hinge is zero there: a minimiser.
  CHECK(fit_generalized_linear_model(a, apart, {.loss = ModelLoss::smoothed_hinge}).solved());
}

TEST_CASE("an intercept that nothing holds has no minimiser, whatever the ridge, and that is told at once") {
  RandomSource random(2);
  Matrix<double> a(500, 2);  // so many that a sample would find the start
  std::vector<double> labels, weights;
  for (std::int64_t i = 0; i < 500; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) a(i, j) = random.normal();
    labels.push_back(static_cast<double>(i % 3));
    weights.push_back(i % 3 == 1 ? 0 : 1);
  }
  std::vector<double> counts(500, 0.0);
  const double f_of_zero[] = {1, std::log(3)};
  for (const double ridge : {0.0, 1e-8, 1.0}) {
    const auto check = [&](const NewtonReport& model, double value) {
      CHECK_MESSAGE(model.status == Status::unbounded, model.message);
      CHECK(model.message.find("intercept") != std::string::npos);
      CHECK(model.passes <= 2);
      // The point that is returned is the start.
      CHECK(model.value == doctest::Approx(value));
      CHECK(std::isnan(model.error_estimate));
    };
    GeneralizedLinearOptions options{.loss = ModelLoss::poisson, .ridge = ridge};
    check(fit_generalized_linear_model(a, counts, options), f_of_zero[0]);
    check(fit_generalized_linear_model(a, labels, {.loss = ModelLoss::softmax, .ridge = ridge, .weights = weights}),
          f_of_zero[1]);
    if (ridge == 0) continue;
    check(fit_kernel_model(a, counts, {.loss = ModelLoss::poisson, .ridge = ridge, .centres = 20}), f_of_zero[0]);
    // One count, or no intercept, and there is a minimiser.
    options.intercept = false;
    CHECK(fit_generalized_linear_model(a, counts, options).solved());
    options.intercept = true;
    counts[3] = 1;
    const auto model = fit_generalized_linear_model(a, counts, options);
    CHECK(model.solved());
    // Its gradient by the intercept: the mean of the means is that of the counts.
    double sum = 0;
    for (const double mean : predictions(model, a)) sum += mean;
    CHECK(sum == doctest::Approx(1).epsilon(1e-6));
    counts[3] = 0;
  }
}

TEST_CASE("several features: labels that touch along a plane have no minimiser, whatever the storage") {
  // Two features decide, but for observations on the boundary between; a third is noise.
  RandomSource random(3);
  Matrix<double> a(60, 3);
  std::vector<double> labels;
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 60; ++i) {
    const double u = i % 3 == 0 ? 0 : random.normal();
    a(i, 1) = random.normal();
    a(i, 0) = u - 2 * a(i, 1);
    a(i, 2) = random.normal();
    for (std::int64_t j = 0; j < 3; ++j) entries.push_back({i, j, a(i, j)});
    labels.push_back(u > 0 || (u == 0 && a(i, 2) + random.normal() > 0) ? 1 : 0);
  }
  const auto sparse = SparseMatrix<double>::from_triplets(60, 3, entries);
  const auto model = fit_generalized_linear_model(a, labels);
  CHECK_MESSAGE(model.status == Status::unbounded, model.message);
  CHECK(fit_generalized_linear_model(sparse, labels).status == Status::unbounded);
  // One observation on the wrong side, by little, is a minimiser: far away.
  a(1, 0) = -2 * a(1, 1) - std::copysign(1e-3, a(1, 0) + 2 * a(1, 1));
  const auto bounded = fit_generalized_linear_model(a, labels);
  CHECK_MESSAGE(bounded.solved(), bounded.message);
}

TEST_CASE("weights twelve orders of magnitude apart do not make a minimiser disappear") {
  // The few heavy observations can be separated; with the light ones nothing can.
  RandomSource random(1);
  Matrix<double> a(400, 5);
  std::vector<double> y, weights;
  for (std::int64_t i = 0; i < 400; ++i) {
    double z = 0;
    for (std::int64_t j = 0; j < 5; ++j) z += a(i, j) = random.normal();
    y.push_back(z + 2 * random.normal() > 0 ? 1 : 0);
    weights.push_back(i % 100 == 0 ? 1e6 : 1e-6);
  }
  GeneralizedLinearOptions options{.weights = weights};
  const auto model = fit_generalized_linear_model(a, y, options);
  REQUIRE_MESSAGE(model.solved(), model.message);
  CHECK(model.error_estimate < 1e-12);
  // Without the light observations there is none.
  for (double& weight : weights) weight = weight > 1 ? weight : 0;
  CHECK(fit_generalized_linear_model(a, y, options).status == Status::unbounded);
  // The light ones' own optimum is where their gradient is zero, along what the heavy ones leave free.
  options.weights = {};
  CHECK(fit_generalized_linear_model(a, y, options).solved());
}

TEST_CASE("the proof is the same for any number of threads") {
  RandomSource random(6);
  Matrix<double> a(3000, 4);
  std::vector<double> y;
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    for (std::int64_t j = 0; j < 4; ++j) a(i, j) = random.normal();
    if (i % 4 == 0) a(i, 0) = 0;
    y.push_back(a(i, 0) > 0 || (a(i, 0) == 0 && a(i, 1) + random.normal() > 0) ? 1 : 0);
  }
  std::vector<double> first;
  for (const int threads : {1, 3}) {
    run_with_threads(threads, [&] {
      const auto model = fit_generalized_linear_model(a, y, {.intercept = false});
      CHECK_MESSAGE(model.status == Status::unbounded, model.message);
      if (first.empty()) first = model.unknowns;
      CHECK(model.unknowns == first);
    });
  }
}
