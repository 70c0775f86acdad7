// Generalized linear models: derivatives against differences, optima against long double arithmetic, and mistakes of
// the caller's.
#include <croquis/solvers/generalized_linear_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "linalg/stored_by_rows.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

const std::vector<ModelLoss> all_losses{ModelLoss::logistic, ModelLoss::softmax, ModelLoss::poisson,
                                        ModelLoss::squared,  ModelLoss::huber,   ModelLoss::smoothed_hinge};

// Random features of different sizes, some zeros, and responses of every kind that a model explains in part.
struct Data {
  Matrix<double> a, a_by_rows;
  SparseMatrix<double> sparse;
  SparseMatrix<double> transposed_sparse;
  std::vector<double> weights;
  std::vector<double> labels, classes, counts, numbers;

  explicit Data(std::int64_t m, std::int64_t n = 4) : a(m, n), a_by_rows(m, n, Layout::row_major) {
    RandomSource random(11);
    std::vector<Triplet<double>> entries;
    for (std::int64_t i = 0; i < m; ++i) {
      double z = 0.3;
      for (std::int64_t j = 0; j < n; ++j) {
        const double entry = random.uniform() < 0.3 ? 0 : random.normal() * (1 + static_cast<double>(j)) + 0.5;
        a(i, j) = a_by_rows(i, j) = entry;
        if (entry != 0) entries.push_back({i, j, entry});
        z += (j % 2 == 0 ? 0.4 : -0.2) * entry;
      }
      labels.push_back(z + random.normal() > 0 ? 7 : -3);
      classes.push_back(std::floor(std::clamp(z + random.normal(), -1.0, 1.9)));
      counts.push_back(std::floor(3 * random.uniform() * std::exp(std::min(z, 2.0))));
      numbers.push_back(z + random.normal() * (random.uniform() < 0.1 ? 20 : 0.5));
      weights.push_back(i % 7 == 0 ? 0 : 0.5 + random.uniform());
    }
    sparse = SparseMatrix<double>::from_triplets(m, n, entries);
    transposed_sparse = stored_by_rows<double>(AnyMatrixView<double>(sparse).transposed());
  }

  const std::vector<double>& response(ModelLoss loss) const {
    if (loss == ModelLoss::softmax) return classes;
    if (loss == ModelLoss::poisson) return counts;
    return is_classification(loss) ? labels : numbers;
  }
  std::vector<AnyMatrixView<double>> storages() const {
    return {a, a_by_rows, sparse, AnyMatrixView<double>(transposed_sparse).transposed()};
  }
};

GeneralizedLinearOptions options_for(ModelLoss loss, const Data& data) {
  return {.loss = loss, .ridge = 0.02, .loss_scale = 0.7, .weights = data.weights};
}

// f and its gradient by the formulas of the header, in long double, of unknowns in columns of n + 1.
struct Extended {
  long double value = 0;
  std::vector<long double> gradient;
};

Extended extended(const Data& data, const GeneralizedLinearOptions& options, const std::vector<double>& x) {
  const std::int64_t m = data.a.rows(), n = data.a.cols();
  const std::int64_t k = static_cast<std::int64_t>(x.size()) / (n + 1);
  const std::vector<double>& y = data.response(options.loss);
  const long double s = options.loss_scale;
  long double weight_sum = 0;
  for (const double w : options.weights) weight_sum += w;
  Extended result;
  result.gradient.assign(x.size(), 0);
  for (std::int64_t i = 0; i < m; ++i) {
    std::vector<long double> z(k), slope(k);
    for (std::int64_t v = 0; v < k; ++v) {
      z[v] = x[v * (n + 1) + n];
      for (std::int64_t j = 0; j < n; ++j) z[v] += static_cast<long double>(data.a(i, j)) * x[v * (n + 1) + j];
    }
    const long double sign = y[i] == 7 ? 1 : -1, u = sign * z[0], r = z[0] - y[i];
    long double value = 0;
    switch (options.loss) {
      case ModelLoss::logistic:
        value = std::log1p(std::exp(-u));
        slope[0] = -sign / (1 + std::exp(u));
        break;
      case ModelLoss::poisson:
        value = std::exp(z[0]) - y[i] * z[0];
        slope[0] = std::exp(z[0]) - y[i];
        break;
      case ModelLoss::squared:
        value = r * r / 2;
        slope[0] = r;
        break;
      case ModelLoss::huber:
        value = std::abs(r) <= s ? r * r / 2 : s * std::abs(r) - s * s / 2;
        slope[0] = std::clamp(r, -s, s);
        break;
      case ModelLoss::smoothed_hinge:
        value = u >= 1 ? 0 : u >= 1 - s ? (1 - u) * (1 - u) / (2 * s) : 1 - u - s / 2;
        slope[0] = -sign * std::clamp((1 - u) / s, 0.0L, 1.0L);
        break;
      case ModelLoss::softmax: {
        long double total = 0;
        for (std::int64_t v = 0; v < k; ++v) total += std::exp(z[v]);
        const auto own = static_cast<std::int64_t>(y[i]) + 1;  // labels -1, 0, 1
        value = std::log(total) - z[own];
        for (std::int64_t v = 0; v < k; ++v) slope[v] = std::exp(z[v]) / total - (v == own ? 1 : 0);
      }
    }
    const long double weight = options.weights.empty() ? 1.0L / m : options.weights[i] / weight_sum;
    result.value += weight * value;
    for (std::int64_t v = 0; v < k; ++v) {
      for (std::int64_t j = 0; j < n; ++j) result.gradient[v * (n + 1) + j] += weight * slope[v] * data.a(i, j);
      result.gradient[v * (n + 1) + n] += weight * slope[v];
    }
  }
  for (std::int64_t v = 0; v < k; ++v)
    for (std::int64_t j = 0; j < n; ++j) {
      const long double entry = x[v * (n + 1) + j];
      result.value += options.ridge / 2 * entry * entry;
      result.gradient[v * (n + 1) + j] += options.ridge * entry;
    }
  return result;
}

long double norm(const std::vector<long double>& x) {
  long double sum = 0;
  for (const long double entry : x) sum += entry * entry;
  return std::sqrt(sum);
}

std::vector<double> some_point(std::int64_t count) {
  RandomSource random(5);
  std::vector<double> x(static_cast<std::size_t>(count));
  for (double& entry : x) entry = 0.3 * random.normal();
  return x;
}

template <class Exception>
std::string message_of(const AnyMatrixView<double>& a, std::span<const double> y,
                       const GeneralizedLinearOptions& options) {
  try {
    (void)fit_generalized_linear_model(a, y, options);
  } catch (const Exception& error) {
    return error.what();
  }
  return "no exception";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("value and gradient are those of the formulas, in every storage") {
  const Data data(300);
  for (const ModelLoss loss : all_losses) {
    CAPTURE(to_string(loss));
    const GeneralizedLinearOptions options = options_for(loss, data);
    for (const auto& a : data.storages()) {
      const Objective f = generalized_linear_objective(a, data.response(loss), options);
      const std::vector<double> x = some_point(f.unknowns);
      const Extended exact = extended(data, options, x);
      std::vector<double> g(x.size());
      const double value = evaluate(f, x, g);
      // Sums of 300 terms of order one, in double.
      CHECK(std::abs(static_cast<double>(value - exact.value)) < 1e-13 * std::abs(value));
      for (std::size_t j = 0; j < g.size(); ++j)
        CHECK(std::abs(static_cast<double>(g[j] - exact.gradient[j])) < 1e-13 * (1 + norm(exact.gradient)));
    }
  }
}

TEST_CASE("Hessian products agree with differences of the gradient") {
  const Data data(60);
  for (const ModelLoss loss : all_losses) {
    CAPTURE(to_string(loss));
    Objective f = generalized_linear_objective(data.a, data.response(loss), options_for(loss, data));
    const std::vector<double> x = some_point(f.unknowns);
    RandomSource random(3);
    const Matrix<double> v = gaussian_matrix(f.unknowns, 3, random);
    Matrix<double> given(f.unknowns, 3), by_differences(f.unknowns, 3);
    hessian_times(f, x, v.view(), given.view());
    f.hessian_times = nullptr;
    hessian_times(f, x, v.view(), by_differences.view());
    // Central differences leave two thirds of the digits; no predictor is within the step of a kink.
    for (std::int64_t k = 0; k < given.view().size(); ++k)
      CHECK(std::abs(given.data()[k] - by_differences.data()[k]) < 1e-8 * (1 + std::abs(given.data()[k])));
  }
}

TEST_CASE("the optimum is stationary in long double arithmetic, and the same in every storage") {
  const Data data(400);
  for (const ModelLoss loss : all_losses) {
    CAPTURE(to_string(loss));
    const GeneralizedLinearOptions options = options_for(loss, data);
    std::optional<GeneralizedLinearModel> first;
    for (const auto& a : data.storages()) {
      const auto model = fit_generalized_linear_model(a, data.response(loss), options);
      REQUIRE_MESSAGE(model.solved(), model.message);
      const Extended exact = extended(data, options, model.unknowns);
      CHECK(static_cast<double>(norm(exact.gradient)) <= 1.01e-8 * model.initial_gradient_norm);
      CHECK(std::abs(static_cast<double>(exact.value) - model.value) < 1e-13 * std::abs(model.value));
      CHECK(model.gradient_norm == doctest::Approx(static_cast<double>(norm(exact.gradient))).epsilon(1e-3));
      if (!first) first = model;
      // Two points with errors of the value below 1e-12 each.
      CHECK(std::abs(model.value - first->value) < 2e-12 * std::abs(first->value));
    }
  }
}

TEST_CASE("logistic coefficients are those of Newton's method in long double") {
  const Data data(400, 2);  // enough rows for a start from a sample
  GeneralizedLinearOptions options{.ridge = 1e-3, .weights = data.weights};
  options.newton.gradient_tolerance = 1e-13;
  const auto model = fit_generalized_linear_model(data.a, data.labels, options);
  REQUIRE_MESSAGE(model.solved(), model.message);

  std::vector<long double> x(3, 0);
  long double weight_sum = 0;
  for (const double w : data.weights) weight_sum += w;
  for (int iteration = 0; iteration < 30; ++iteration) {
    long double g[3] = {}, h[3][3] = {};
    for (std::int64_t i = 0; i < data.a.rows(); ++i) {
      const long double row[3] = {data.a(i, 0), data.a(i, 1), 1};
      const long double z = row[0] * x[0] + row[1] * x[1] + x[2];
      const long double p = 1 / (1 + std::exp(-z)), w = data.weights[i] / weight_sum;
      for (int j = 0; j < 3; ++j) {
        g[j] += w * (p - (data.labels[i] == 7 ? 1 : 0)) * row[j];
        for (int k = 0; k < 3; ++k) h[j][k] += w * p * (1 - p) * row[j] * row[k];
      }
    }
    for (int j = 0; j < 2; ++j) {
      g[j] += options.ridge * x[j];
      h[j][j] += options.ridge;
    }
    for (int j = 0; j < 3; ++j)  // elimination without pivots: H is positive definite
      for (int i = j + 1; i < 3; ++i) {
        const long double factor = h[i][j] / h[j][j];
        for (int k = j; k < 3; ++k) h[i][k] -= factor * h[j][k];
        g[i] -= factor * g[j];
      }
    for (int j = 2; j >= 0; --j) {
      for (int k = j + 1; k < 3; ++k) g[j] -= h[j][k] * g[k];
      g[j] /= h[j][j];
    }
    for (int j = 0; j < 3; ++j) x[j] -= g[j];
  }
  // The gradient's relative 1e-13 over a Hessian of order 0.1.
  for (std::size_t j = 0; j < 3; ++j)
    CHECK(std::abs(model.unknowns[j] - static_cast<double>(x[j])) < 1e-11 * (1 + std::abs(model.unknowns[j])));
  CHECK(model.coefficients(1, 0) == model.unknowns[1]);
  CHECK(model.intercepts[0] == model.unknowns[2]);
}

TEST_CASE("every preconditioner leads to the same optimum, with features over six orders of magnitude too") {
  Data data(800, 12);
  for (std::int64_t j = 0; j < data.a.cols(); ++j)
    for (std::int64_t i = 0; i < data.a.rows(); ++i) data.a(i, j) *= std::pow(10.0, j % 7 - 3.0);
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax}) {
    std::optional<double> best;
    for (const auto preconditioner :
         {NewtonPreconditioner::gram, NewtonPreconditioner::sketch, NewtonPreconditioner::diagonal}) {
      CAPTURE(to_string(preconditioner));
      GeneralizedLinearOptions options{.loss = loss, .ridge = 1e-9};
      options.newton.preconditioner = preconditioner;
      const auto model = fit_generalized_linear_model(data.a, data.response(loss), options);
      CHECK_MESSAGE(model.solved(), model.message);
      CHECK(model.preconditioner == preconditioner);
      if (!best) best = model.value;
      CHECK(std::abs(model.value - *best) < 1e-11 * *best);
      if (preconditioner != NewtonPreconditioner::diagonal) CHECK(model.iterations <= 15);
    }
  }
}

TEST_CASE("extreme predictors and scales overflow nothing") {
  const std::vector<double> line{1e150, -2e150, 3e-150, 4, 1e4, -6};
  const std::vector<double> y{1, 0, 0, 1, 0, 1};
  const auto model = fit_generalized_linear_model(column_major(line.data(), 6, 1), y, {.ridge = 1e-3});
  CHECK(std::isfinite(model.value));
  CHECK(model.value < std::log(2.0));
  // exp(z) overflows at the first trial steps.
  const std::vector<double> feature{0, 1, 2, 3, 400, 800}, counts{1, 2, 1, 2, 3, 1e9};
  const auto poisson = fit_generalized_linear_model(column_major(feature.data(), 6, 1), counts,
                                                    {.loss = ModelLoss::poisson, .ridge = 1e-3});
  CHECK_MESSAGE(poisson.solved(), poisson.message);
}

TEST_CASE(
    "the error estimate is not that of an older preconditioner: with ridges so small that curvatures vanish too") {
  const std::vector<double> line{1, 2, 3, 4, 5, 6}, apart{0, 0, 0, 1, 1, 1};
  const auto a = column_major(line.data(), 6, 1);
  for (const double ridge : {1e-14, 1e-11, 1e-8}) {
    CAPTURE(ridge);
    for (const auto preconditioner :
         {NewtonPreconditioner::gram, NewtonPreconditioner::sketch, NewtonPreconditioner::low_rank}) {
      GeneralizedLinearOptions options{.ridge = ridge};
      options.newton.preconditioner = preconditioner;
      const auto model = fit_generalized_linear_model(a, apart, options);
      options.newton.gradient_tolerance = 1e-14;
      options.newton.value_tolerance = 1e-15;
      const auto exact = fit_generalized_linear_model(a, apart, options);
      REQUIRE(model.solved());
      // 1e-12 of f(0), below one, and as much again for what the estimate leaves out.
      CHECK(model.value - exact.value <= 2e-12);
    }
  }
}

TEST_CASE("steps are as long as residuals of `huber` need, which are 1e5 times its scale") {
  RandomSource random(1);
  Matrix<double> a(300, 5);
  std::vector<double> y, small;
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    double z = 2e5;
    for (std::int64_t j = 0; j < 5; ++j) z += 1e5 * static_cast<double>(j + 1) * (a(i, j) = random.normal());
    y.push_back(z + 3e4 * random.normal());
    small.push_back(y.back() / 1024);
  }
  const auto model = fit_generalized_linear_model(a, y, {.loss = ModelLoss::huber});
  REQUIRE_MESSAGE(model.solved(), model.message);  // within the usual limit
  // Units of y change nothing.
  const auto scaled = fit_generalized_linear_model(a, small, {.loss = ModelLoss::huber, .loss_scale = 1.0 / 1024});
  REQUIRE(scaled.solved());
  for (std::size_t j = 0; j < 6; ++j) CHECK(model.unknowns[j] == doctest::Approx(1024 * scaled.unknowns[j]));
}

TEST_CASE("the same bits for any number of threads") {
  const Data data(5000, 20);
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax}) {
    for (const auto preconditioner :
         {NewtonPreconditioner::gram, NewtonPreconditioner::sketch, NewtonPreconditioner::diagonal}) {
      for (const auto& a : {AnyMatrixView<double>(data.a_by_rows), AnyMatrixView<double>(data.sparse)}) {
        std::optional<GeneralizedLinearModel> first;
        for (const int threads : {1, 2, 5}) {
          std::optional<GeneralizedLinearModel> model;
          run_with_threads(threads, [&] {
            GeneralizedLinearOptions options{.loss = loss, .ridge = 1e-3};
            options.newton.preconditioner = preconditioner;
            options.newton.gradient_tolerance = 1e-4;
            model = fit_generalized_linear_model(a, data.response(loss), options);
          });
          if (!first) first = model;
          CHECK(model->iterations == first->iterations);
          CHECK(std::memcmp(model->unknowns.data(), first->unknowns.data(), 8 * first->unknowns.size()) == 0);
        }
      }
    }
  }
}

TEST_CASE("a fitted model predicts and scores") {
  const std::vector<double> line{1, 2, 3, 4, 5, 6};
  const auto a = column_major(line.data(), 6, 1);
  const std::vector<double> y{-3, -3, 7, -3, 7, 7};
  const auto model = fit_generalized_linear_model(a, y, {.ridge = 1e-2});
  CHECK(model.labels == std::vector<double>{-3, 7});
  const Matrix<double> z = linear_predictors(model, a), p = class_probabilities(model, a);
  double loss = 0;
  for (std::int64_t i = 0; i < 6; ++i) {
    CHECK(z(i, 0) == doctest::Approx(model.coefficients(0, 0) * line[i] + model.intercepts[0]).epsilon(1e-14));
    CHECK(p(i, 1) == doctest::Approx(1 / (1 + std::exp(-z(i, 0)))).epsilon(1e-14));
    CHECK(p(i, 0) + p(i, 1) == doctest::Approx(1).epsilon(1e-15));
    loss -= std::log(p(i, y[i] == 7 ? 1 : 0)) / 6;
  }
  const ModelScore result = score(model, a, y);
  CHECK(result.mean_loss == doctest::Approx(loss).epsilon(1e-13));
  CHECK(result.accuracy == doctest::Approx(4.0 / 6).epsilon(1e-15));
  // Softmax with two classes is the logistic model with half the coefficients for each, and half the penalty.
  const auto both = fit_generalized_linear_model(a, y, {.loss = ModelLoss::softmax, .ridge = 2e-2});
  CHECK(both.coefficients(0, 1) - both.coefficients(0, 0) == doctest::Approx(model.coefficients(0, 0)).epsilon(1e-6));
  CHECK(predictions(both, a) == predictions(model, a));
  const std::vector<double> unknown{-3, -3, 7, -3, 7, 8};
  CHECK_THROWS_AS(score(model, a, unknown), InvalidOption);
  CHECK_THROWS_AS(linear_predictors(model, column_major(line.data(), 3, 2)), ShapeError);
  std::vector<double> holed = line;
  holed[4] = std::nan("");
  const auto damaged = column_major(holed.data(), 6, 1);
  CHECK(std::isnan(linear_predictors(model, damaged)(4, 0)));
  CHECK_THROWS_WITH_AS(predictions(model, damaged), doctest::Contains("row 4 "), InvalidOption);
  CHECK_THROWS_WITH_AS(class_probabilities(model, damaged), doctest::Contains("row 4 "), InvalidOption);
  CHECK_THROWS_WITH_AS(score(model, damaged, y), doctest::Contains("row 4 "), InvalidOption);
}

TEST_CASE("entries that repeat a place are added before columns are called constant") {
  const std::vector<double> y{1, 1, 0, 0}, ones{1, 1, 1, 1};
  const std::vector<std::int32_t> start{0, 2, 2, 3, 4}, column{0, 0, 0, 0};  // 2, 0, 1, 1
  const CsrView<double> varies{4, 1, start.data(), column.data(), ones.data()};
  CHECK(fit_generalized_linear_model(varies, y).solved());
  const std::vector<std::int32_t> column_start{0, 5}, row{0, 0, 1, 2, 3};  // 2, 2, 2, 2
  const std::vector<double> halves{1, 1, 2, 2, 2};
  const CscView<double> constant{4, 1, column_start.data(), row.data(), halves.data()};
  CHECK_THROWS_WITH_AS((void)fit_generalized_linear_model(constant, y), doctest::Contains("is constant"),
                       InvalidOption);
}

TEST_CASE("mistakes are named") {
  const Data data(12, 2);
  const auto labels = [](std::vector<double> y) {
    y.resize(12, y.back());
    return y;
  };
  const AnyMatrixView<double> a = data.a;
  CHECK(contains(message_of<InvalidOption>(a, labels({1, 2, 3}), {}), "3 different labels"));
  CHECK(contains(message_of<InvalidOption>(a, labels({1}), {}), "one label only"));
  CHECK(contains(message_of<InvalidOption>(a, labels({1}), {.loss = ModelLoss::softmax}), "one label only"));
  CHECK(contains(message_of<InvalidOption>(a, labels({1, -2, 3}), {.loss = ModelLoss::poisson}), "y: entry 1"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(contains(message_of<InvalidOption>(a, labels({1, 0, nan}), {}), "y: entry 2"));
  const std::vector<double> two = labels({1, 0}), short_y{1, 0}, zeros(12, 0.0);
  std::vector<double> negative(12, 1.0);
  negative[5] = -1;
  CHECK(contains(message_of<ShapeError>(a, short_y, {}), "y"));
  CHECK(contains(message_of<InvalidOption>(a, two, {.weights = negative}), "weights: entry 5"));
  CHECK(contains(message_of<InvalidOption>(a, two, {.weights = zeros}), "all zero"));
  CHECK(contains(message_of<InvalidOption>(a, two, {.ridge = -1}), "ridge"));
  CHECK(contains(message_of<InvalidOption>(a, two, {.loss_scale = 0}), "loss_scale"));
  CHECK(contains(message_of<InvalidOption>(a, two, {.newton = {.gradient_tolerance = -1}}), "gradient_tolerance"));
  // Only one class has weight.
  std::vector<double> one_class(12, 0.0);
  one_class[0] = 1;
  CHECK(contains(message_of<InvalidOption>(a, two, {.weights = one_class}), "one label only"));

  Matrix<double> with_constant(data.a.view());
  for (std::int64_t i = 0; i < 12; ++i) with_constant(i, 1) = 3;
  const std::vector<double> mixed{1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
  CHECK(contains(message_of<InvalidOption>(with_constant, mixed, {}), "column 1 of A is constant"));
  CHECK(fit_generalized_linear_model(with_constant, mixed, {.ridge = 1e-3}).solved());
  Matrix<double> holed(data.a.view());
  holed(4, 1) = nan;
  const auto model = fit_generalized_linear_model(holed, mixed, {});
  CHECK(model.status == Status::non_finite_input);
  CHECK(contains(model.message, "row 4"));
}
