// Kernel models against closed forms and optima in long double; centres that coincide, mistakes of the caller's.
#include <croquis/solvers/kernel_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/extended_logistic.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

struct Data {
  Matrix<double> a;
  std::vector<double> labels, classes, numbers, counts, weights;

  Data(std::int64_t m, double noise) : a(m, 2) {
    RandomSource random(3);
    for (std::int64_t i = 0; i < m; ++i) {
      a(i, 0) = random.normal();
      a(i, 1) = random.normal();
      const double f = std::sin(2 * a(i, 0)) + a(i, 1) * a(i, 0) + noise * random.normal();
      labels.push_back(f > 0 ? 1 : -1);
      classes.push_back(std::floor(std::clamp(f, -1.0, 1.9)));
      numbers.push_back(f);
      counts.push_back(std::floor(std::exp(std::min(f, 2.0)) + random.uniform()));
      weights.push_back(i % 5 == 0 ? 0.25 : 1 + random.uniform());
    }
  }
  const std::vector<double>& response(ModelLoss loss) const {
    if (loss == ModelLoss::softmax) return classes;
    if (loss == ModelLoss::poisson) return counts;
    return is_classification(loss) ? labels : numbers;
  }
};

long double kernel(const Matrix<double>& x, std::int64_t i, const Matrix<double>& c, std::int64_t j, long double h,
                   KernelFunction function = KernelFunction::gaussian) {
  long double square = 0;
  for (std::int64_t l = 0; l < x.cols(); ++l) {
    const long double difference = static_cast<long double>(x(i, l)) - c(j, l);
    square += difference * difference;
  }
  const long double t = std::sqrt(square) / h, root3 = std::sqrt(3.0L), root5 = std::sqrt(5.0L);
  switch (function) {
    case KernelFunction::gaussian:
      break;
    case KernelFunction::matern52:
      return (1 + root5 * t + 5 * t * t / 3) * std::exp(-root5 * t);
    case KernelFunction::matern32:
      return (1 + root3 * t) * std::exp(-root3 * t);
    case KernelFunction::laplacian:
      return std::exp(-t);
  }
  return std::exp(-square / (2 * h * h));
}

// mu / 2 of the sum over the predictors of a^T (K_MM + jitter I) a.
long double penalty(const KernelModel& model, double mu) {
  long double sum = 0;
  for (std::int64_t v = 0; v < model.coefficients.cols(); ++v)
    for (std::int64_t i = 0; i < model.centres.rows(); ++i)
      for (std::int64_t j = 0; j < model.centres.rows(); ++j)
        sum += static_cast<long double>(model.coefficients(i, v)) * model.coefficients(j, v) *
               (kernel(model.centres, i, model.centres, j, model.bandwidth) + (i == j ? model.jitter : 0.0L));
  return mu / 2 * sum;
}

bool same_bits(const Matrix<double>& x, const Matrix<double>& y) {
  return x.rows() == y.rows() && x.cols() == y.cols() && std::memcmp(x.data(), y.data(), x.entries().size_bytes()) == 0;
}

}  // namespace

TEST_CASE("with all points as centres the squared loss gives kernel ridge regression") {
  const Data data(40, 0.3);
  const std::int64_t m = data.a.rows();
  const double mu = 1e-3, h = 0.8;
  for (const KernelFunction function :
       {KernelFunction::gaussian, KernelFunction::matern52, KernelFunction::matern32, KernelFunction::laplacian}) {
    CAPTURE(to_string(function));
    KernelModelOptions options{.loss = ModelLoss::squared,
                               .ridge = mu,
                               .kernel = function,
                               .bandwidth = h,
                               .centres = m,
                               .intercept = false,
                               .weights = data.weights};
    options.newton.gradient_tolerance = 1e-13;
    options.newton.value_tolerance = 0;
    const KernelModel model = fit_kernel_model(data.a, data.numbers, options);
    CHECK(model.solved());
    // (K + mu W^-1) a = y for weights that add up to one.
    long double total = 0;
    for (const double w : data.weights) total += w;
    ExtendedMatrix k(m, m);
    std::vector<long double> a(data.numbers.begin(), data.numbers.end());
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < m; ++j) k(i, j) = kernel(data.a, i, data.a, j, h, function);
      k(i, i) += mu * total / data.weights[static_cast<std::size_t>(i)];
    }
    solve_positive_definite(k, a);
    const Data others(25, 0);
    const Matrix<double> z = predictors(model, others.a);
    double worst = 0;
    for (std::int64_t i = 0; i < z.rows(); ++i) {
      long double exact = 0;
      for (std::int64_t j = 0; j < m; ++j)
        exact += a[static_cast<std::size_t>(j)] * kernel(others.a, i, data.a, j, h, function);
      worst = std::max(worst, static_cast<double>(std::abs(z(i, 0) - exact)));
    }
    // The condition number of K + mu W^-1 is at most 40 / mu, some 4e4, and the jitter 40 roundoffs of K's diagonal.
    CHECK(worst <= 1e-10);
    CHECK(std::isnan(score(model, data.a, data.numbers).accuracy));
  }
}

TEST_CASE("ridges of 1e-12 are reached by full steps where Newton's method at that ridge is damped again and again") {
  const Data data(250, 0);  // nothing but the ridge keeps the predictors from growing
  const double mu = 1e-12, h = 0.35;
  KernelModelOptions options{.ridge = mu, .bandwidth = h, .centres = 64, .intercept = false};
  options.ridge_schedule = RidgeSchedule::decreasing;
  options.newton.value_tolerance = 1e-13;  // of f(0) - f, below one
  const KernelModel model = fit_kernel_model(data.a, data.labels, options);
  MESSAGE(model.message);
  CHECK(model.status == Status::converged);

  const std::int64_t m = data.a.rows(), centres = model.centres.rows();
  // K T^-1 row by row: phi T = k for K_MM + jitter I = T^T T.
  ExtendedMatrix t(centres, centres), features(m, centres);
  for (std::int64_t i = 0; i < centres; ++i)
    for (std::int64_t j = 0; j < centres; ++j)
      t(i, j) = kernel(model.centres, i, model.centres, j, h) + (i == j ? model.jitter : 0.0L);
  std::vector<long double> unused(centres);
  solve_positive_definite(t, unused);  // leaves the lower triangle, T^T
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < centres; ++j) {
      long double entry = kernel(data.a, i, model.centres, j, h);
      for (std::int64_t l = 0; l < j; ++l) entry -= features(i, l) * t(j, l);
      features(i, j) = entry / t(j, j);
    }
  const ExtendedOptimum optimum = extended_logistic(features, data.labels, mu);
  // Beside the tolerance there are the rounding errors of the features, whose least singular value is the root of the
  // jitter, 128 roundoffs.
  MESSAGE("value " << model.value << ", above the optimum by " << model.value - static_cast<double>(optimum.value));
  CHECK(std::abs(model.value - static_cast<double>(optimum.value)) <= 1e-12);
  const auto damped = [](const KernelModel& fit) {
    return std::count_if(fit.history.begin(), fit.history.end(), [](const auto& it) { return it.step_length < 1; });
  };
  CHECK(model.ridge_stages.size() > 5);
  CHECK(score(model, data.a, data.labels).accuracy == doctest::Approx(1));

  options.ridge_schedule = RidgeSchedule::fixed;
  const KernelModel fixed = fit_kernel_model(data.a, data.labels, options);
  MESSAGE(fixed.message << ": " << damped(fixed) << " damped, and " << damped(model) << " of " << model.iterations);
  CHECK(damped(model) <= 2);
  CHECK(damped(fixed) > 20);
  CHECK(2 * fixed.iterations > 3 * model.iterations);
  options.ridge_schedule = RidgeSchedule::automatic;
  const KernelModel automatic = fit_kernel_model(data.a, data.labels, options);
  CHECK(automatic.status == Status::converged);
  CHECK(automatic.ridge_stages.size() > 5);

  // Nothing kept: predictors are sums of a_j, whose roundoffs move a loss of slope one by their sum at most.
  options.ridge_schedule = RidgeSchedule::decreasing;
  options.memory_limit = 0;
  const KernelModel with_noise = fit_kernel_model(data.a, data.labels, options);
  MESSAGE(with_noise.message);
  CHECK(with_noise.status == Status::converged);
  double sizes = 0;
  for (const double entry : with_noise.coefficients.entries()) sizes += std::abs(entry);
  CHECK(std::abs(with_noise.value - model.value) <= 1e-12 + 1.1e-16 * sizes);
}

TEST_CASE("what is reported is what predictions give, and no other function does better") {
  const Data data(120, 0.4);
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax, ModelLoss::poisson, ModelLoss::squared,
                               ModelLoss::huber, ModelLoss::smoothed_hinge}) {
    CAPTURE(to_string(loss));
    const double mu = 1e-3;
    const std::vector<double>& y = data.response(loss);
    KernelModel model = fit_kernel_model(
        data.a, y,
        {.loss = loss, .ridge = mu, .bandwidth = 1, .centres = 12, .loss_scale = 0.5, .weights = data.weights});
    CHECK(model.solved());
    const auto objective = [&] {
      return score(model, data.a, y, data.weights).mean_loss + static_cast<double>(penalty(model, mu));
    };
    const double value = objective();
    CHECK(value == doctest::Approx(model.value).epsilon(1e-9));
    RandomSource random(7);
    const KernelModel optimum = model;
    for (int trial = 0; trial < 8; ++trial) {
      for (double& entry : model.coefficients.entries()) entry += 1e-3 * random.normal();
      for (double& entry : model.intercepts) entry += 1e-3 * random.normal();
      // Curvature takes the value up by some 1e-6 of the square of the change, 1e-6, where a gradient within tolerance
      // takes it down by less than 1e-8 times 1e-3.
      CHECK(objective() > value);
      model.coefficients = optimum.coefficients;
      model.intercepts = optimum.intercepts;
    }
    if (loss != ModelLoss::logistic && loss != ModelLoss::softmax) {
      CHECK_THROWS_AS((void)class_probabilities(model, data.a), InvalidOption);
      continue;
    }
    const Matrix<double> p = class_probabilities(model, data.a);
    const std::vector<double> best = predictions(model, data.a);
    for (std::int64_t i = 0; i < p.rows(); ++i) {
      double sum = 0, largest = 0;
      for (std::int64_t k = 0; k < p.cols(); ++k) sum += p(i, k), largest = std::max(largest, p(i, k));
      CHECK(sum == doctest::Approx(1));
      const auto at = std::find(model.labels.begin(), model.labels.end(), best[static_cast<std::size_t>(i)]);
      REQUIRE(at != model.labels.end());
      CHECK(p(i, at - model.labels.begin()) == largest);
    }
  }
}

TEST_CASE("the same bits for any number of threads; seeds draw centres; what is kept does not matter") {
  const Data data(2600, 0.5);
  KernelModelOptions options{.ridge = 1e-6, .centres = 150};
  std::optional<KernelModel> first;
  // Nothing kept, a part of the rows, and all.
  for (const std::int64_t limit : {std::int64_t{0}, std::int64_t{8 * 150 * 600}, std::int64_t{1} << 30}) {
    options.memory_limit = limit;
    std::optional<KernelModel> of_limit;
    for (const int threads : {1, 3}) {
      std::optional<KernelModel> model;
      run_with_threads(threads, [&] { model = fit_kernel_model(data.a, data.labels, options); });
      CHECK(model->solved());
      // Residuals a tenth or smaller for each step, by a condition number of ten: five products, and more at the end.
      CHECK(model->products <= 10 * model->iterations);
      if (!of_limit) of_limit = model;
      CHECK(model->iterations == of_limit->iterations);
      CHECK(same_bits(model->coefficients, of_limit->coefficients));
    }
    if (!first) first = of_limit;
    CHECK(of_limit->centre_rows == first->centre_rows);
    // Within the tolerance of each.
    CHECK(of_limit->value == doctest::Approx(first->value).epsilon(1e-10));
  }
  CHECK(std::is_sorted(first->centre_rows.begin(), first->centre_rows.end()));
  CHECK(std::adjacent_find(first->centre_rows.begin(), first->centre_rows.end()) == first->centre_rows.end());
  options.newton.seed = 1;
  CHECK(fit_kernel_model(data.a, data.labels, options).centre_rows != first->centre_rows);
}

TEST_CASE("points that coincide, and sparse points") {
  Data data(30, 0.3);
  Matrix<double> repeated(120, 2);
  std::vector<double> labels;
  std::vector<Triplet<double>> entries;
  for (std::int64_t i = 0; i < 120; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) entries.push_back({i, j, repeated(i, j) = data.a(i % 30, j)});
    labels.push_back(data.labels[static_cast<std::size_t>(i % 30)]);
  }
  const KernelModelOptions options{.ridge = 1e-5, .bandwidth = 0.7, .centres = 120, .intercept = false};
  const KernelModel model = fit_kernel_model(repeated, labels, options);
  CHECK(model.solved());
  CHECK(model.jitter > 0);
  CHECK(model.jitter < 1e-9);
  KernelModelOptions of_30 = options;
  of_30.centres = 30;
  CHECK(model.value == doctest::Approx(fit_kernel_model(data.a, data.labels, of_30).value).epsilon(1e-9));
  const KernelModel sparse = fit_kernel_model(SparseMatrix<double>::from_triplets(120, 2, entries), labels, options);
  CHECK(same_bits(sparse.coefficients, model.coefficients));

  // All points the same: the kernel is a constant.
  const Matrix<double> one(10, 3);
  const std::vector<double> y{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const KernelModel constant = fit_kernel_model(one, y, {.loss = ModelLoss::squared, .ridge = 1e-8, .centres = 4});
  CHECK(constant.solved());
  CHECK(constant.bandwidth == 1);
  CHECK(predictions(constant, one)[0] == doctest::Approx(5.5));
}

TEST_CASE("coefficients that rounding errors spoil are not those of a minimum, and the value is theirs") {
  // A kernel so wide that K_MM has rank three but for rounding errors.
  const Data data(40, 1);
  const KernelModel model =
      fit_kernel_model(data.a, data.labels, {.ridge = 1e-300, .bandwidth = 1e4, .centres = 40, .intercept = false});
  CHECK_MESSAGE(model.status == Status::noise_limited, model.message);
  CHECK(model.message.find("rounding errors of the coefficients") != std::string::npos);
  CHECK(model.value == doctest::Approx(score(model, data.a, data.labels).mean_loss).epsilon(1e-12));
}

TEST_CASE("units of the features do not matter where the bandwidth is chosen") {
  const Data data(60, 0.3);
  const KernelModel model = fit_kernel_model(data.a, data.labels);
  for (const int exponent : {-900, 900}) {
    Matrix<double> scaled = data.a;
    for (double& entry : scaled.entries()) entry = std::ldexp(entry, exponent);
    const KernelModel other = fit_kernel_model(scaled, data.labels);
    CHECK(other.bandwidth == std::ldexp(model.bandwidth, exponent));
    CHECK(other.value == doctest::Approx(model.value));
  }
}

TEST_CASE("mistakes and numbers that are none are named") {
  Data data(30, 0.3);
  const auto fit = [&](const KernelModelOptions& options) { return fit_kernel_model(data.a, data.labels, options); };
  CHECK_THROWS_WITH_AS((void)fit({.ridge = 0}), doctest::Contains("ridge"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit({.bandwidth = -1}), doctest::Contains("bandwidth"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit({.bandwidth = 1e-310}), doctest::Contains("so small"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit({.centres = 31}), doctest::Contains("only 30 points"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit({.memory_limit = -1}), doctest::Contains("memory_limit"), InvalidOption);
  CHECK_THROWS_WITH_AS((void)fit({.newton = {.preconditioner = NewtonPreconditioner::sketch}}),
                       doctest::Contains("preconditioner"), InvalidOption);
  CHECK_THROWS_AS((void)fit_kernel_model(data.a, std::vector<double>(29, 1.0)), ShapeError);
  CHECK_THROWS_WITH_AS((void)fit_kernel_model(data.a, std::vector<double>(30, 1.0)), doctest::Contains("one label"),
                       InvalidOption);
  const KernelModel model = fit({});
  CHECK(model.solved());
  CHECK(model.centres.rows() == 28);  // 5 sqrt(30), rounded up
  CHECK_THROWS_WITH_AS((void)predictions(KernelModel(), Matrix<double>(4, 0)), doctest::Contains("not been fitted"),
                       InvalidOption);
  CHECK_THROWS_WITH_AS((void)predictors(model, Matrix<double>(4, 3)), doctest::Contains("4 x 3"), ShapeError);
  Matrix<double> with_infinity(3, 2);
  with_infinity(1, 0) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS((void)predictions(model, with_infinity), doctest::Contains("row 1 "), InvalidOption);
  data.a(17, 1) = std::numeric_limits<double>::quiet_NaN();
  const KernelModel with_nan = fit({});
  CHECK(with_nan.status == Status::non_finite_input);
  CHECK(with_nan.message.find("row 17 (counted from 0) of A") != std::string::npos);
  CHECK(!with_nan.solved());
}
