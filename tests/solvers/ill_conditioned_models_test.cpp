// Generalized linear models whose features nearly or exactly depend on each other, against the optimum in long double.
#include <croquis/solvers/generalized_linear_model.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Logistic data with features F diag(1, ..., 1/k) M, F and M random: a condition number of k that no scaling cures.
struct Data {
  Matrix<double> a;
  std::vector<double> y;

  Data(std::int64_t m, std::int64_t n, double condition) : a(m, n) {
    RandomSource random(8);
    const Matrix<double> mixing = gaussian_matrix(n, n, random);
    for (std::int64_t i = 0; i < m; ++i) {
      double z = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        const double factor = random.normal();
        z += 0.5 * factor;
        for (std::int64_t c = 0; c < n; ++c)
          a(i, c) += factor * std::pow(condition, -static_cast<double>(j) / static_cast<double>(n - 1)) * mixing(j, c);
      }
      y.push_back(z + random.normal() > 0 ? 1 : 0);
    }
  }
};

using Vector = std::vector<long double>;

long double mean_loss(const std::vector<Vector>& columns, const Vector& x, const std::vector<double>& y) {
  long double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    long double z = 0;
    for (std::size_t j = 0; j < x.size(); ++j) z += columns[j][i] * x[j];
    sum += std::log1p(std::exp(y[i] == 1 ? -z : z));
  }
  return sum / static_cast<long double>(y.size());
}

std::vector<Vector> columns_and_ones(const Matrix<double>& a) {
  std::vector<Vector> columns;
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    columns.emplace_back();
    for (std::int64_t i = 0; i < a.rows(); ++i) columns.back().push_back(a(i, j));
  }
  columns.push_back(Vector(static_cast<std::size_t>(a.rows()), 1));
  return columns;
}

// The least mean loss: Newton's method in an orthonormal basis of the columns, all in long double.
long double least_loss(const Matrix<double>& a, const std::vector<double>& y) {
  std::vector<Vector> q = columns_and_ones(a);
  const std::size_t n = q.size(), m = y.size();
  for (std::size_t j = 0; j < n; ++j)
    for (int again = 0; again < 2; ++again) {
      for (std::size_t k = 0; k < j; ++k) {
        long double dot = 0;
        for (std::size_t i = 0; i < m; ++i) dot += q[k][i] * q[j][i];
        for (std::size_t i = 0; i < m; ++i) q[j][i] -= dot / static_cast<long double>(m) * q[k][i];
      }
      long double squares = 0;
      for (std::size_t i = 0; i < m; ++i) squares += q[j][i] * q[j][i];
      for (std::size_t i = 0; i < m; ++i) q[j][i] /= std::sqrt(squares / static_cast<long double>(m));
    }
  Vector x(n, 0);
  for (int iteration = 0; iteration < 12; ++iteration) {
    Vector g(n, 0), h(n * n, 0);
    for (std::size_t i = 0; i < m; ++i) {
      long double z = 0;
      for (std::size_t j = 0; j < n; ++j) z += q[j][i] * x[j];
      const long double p = 1 / (1 + std::exp(-z));
      for (std::size_t j = 0; j < n; ++j) {
        g[j] += (p - y[i]) * q[j][i];
        for (std::size_t k = 0; k < n; ++k) h[j * n + k] += p * (1 - p) * q[j][i] * q[k][i];
      }
    }
    for (std::size_t j = 0; j < n; ++j)  // elimination without pivots: H is positive definite
      for (std::size_t i = j + 1; i < n; ++i) {
        const long double factor = h[i * n + j] / h[j * n + j];
        for (std::size_t k = j; k < n; ++k) h[i * n + k] -= factor * h[j * n + k];
        g[i] -= factor * g[j];
      }
    for (std::size_t j = n; j-- > 0;) {
      for (std::size_t k = j + 1; k < n; ++k) g[j] -= h[j * n + k] * g[k];
      g[j] /= h[j * n + j];
    }
    for (std::size_t j = 0; j < n; ++j) x[j] -= g[j];
  }
  return mean_loss(q, x, y);
}

double excess(const Data& data, const GeneralizedLinearModel& model, long double least) {
  const Vector x(model.unknowns.begin(), model.unknowns.end());
  return static_cast<double>((mean_loss(columns_and_ones(data.a), x, data.y) - least) / least);
}

GeneralizedLinearOptions options_for(NewtonPreconditioner preconditioner, double ridge = 0) {
  GeneralizedLinearOptions options{.ridge = ridge};
  options.newton.preconditioner = preconditioner;
  return options;
}

}  // namespace

TEST_CASE("condition numbers up to 1e12 without a ridge: the optimum as far as double precision holds it") {
  for (const double condition : {1e8, 1e10, 1e12}) {
    CAPTURE(condition);
    const Data data(1500, 12, condition);
    const long double least = least_loss(data.a, data.y);
    for (const auto preconditioner : {NewtonPreconditioner::automatic, NewtonPreconditioner::sketch}) {
      const auto model = fit_generalized_linear_model(data.a, data.y, options_for(preconditioner));
      CHECK_MESSAGE(model.solved(), model.message);
      CHECK(model.preconditioner == NewtonPreconditioner::sketch);
      CHECK(model.passes <= 100);
      // Rounding errors move predictors by a few u k, and the loss rises by an eighth of the square.
      const double attainable = std::pow(4 * 1.1e-16 * condition, 2);
      CHECK(excess(data, model, least) < 1e-12 + attainable);
      CHECK(model.error_estimate < 1e-12 + attainable);
    }
    // A Gram matrix that was asked for is kept: slower, and a status in every case.
    const auto by_gram = fit_generalized_linear_model(data.a, data.y, options_for(NewtonPreconditioner::gram));
    CHECK_MESSAGE(by_gram.solved(), by_gram.message);
    CHECK(by_gram.preconditioner == NewtonPreconditioner::gram);
  }
}

TEST_CASE("a gradient that rounding errors keep from falling is reported with their size") {
  const Data data(1500, 12, 1e12);
  const auto model = fit_generalized_linear_model(data.a, data.y, options_for(NewtonPreconditioner::sketch));
  CHECK(model.status == Status::converged);
  CHECK(model.gradient_norm > 1e-8 * model.initial_gradient_norm);
  CHECK_MESSAGE(model.message.find("rounding errors allow, which are") != std::string::npos, model.message);
}

TEST_CASE("a preconditioner that knows nothing of two nearly equal columns does not estimate an error") {
  // The difference of the columns, 1e-9 of them, says most of the labels, and the gradient nothing of it.
  RandomSource random(5);
  Matrix<double> a(2000, 4);
  std::vector<double> y;
  for (std::int64_t i = 0; i < 2000; ++i) {
    const double difference = random.normal();
    for (std::int64_t j = 0; j < 3; ++j) a(i, j) = random.normal();
    a(i, 3) = a(i, 0) + 1e-9 * difference;
    y.push_back(a(i, 0) + 2 * difference + random.normal() > 0 ? 1 : 0);
  }
  const auto best = fit_generalized_linear_model(a, y, options_for(NewtonPreconditioner::sketch));
  CHECK_MESSAGE(best.solved(), best.message);
  CHECK(best.error_estimate >= 0);
  for (const auto preconditioner :
       {NewtonPreconditioner::diagonal, NewtonPreconditioner::low_rank, NewtonPreconditioner::none}) {
    CAPTURE(to_string(preconditioner));
    const auto model = fit_generalized_linear_model(a, y, options_for(preconditioner));
    CHECK(model.value > 1.5 * best.value);
    CHECK(std::isnan(model.error_estimate));
    CHECK_MESSAGE(model.message.find("by the gradient alone") != std::string::npos, model.message);
  }
  // A ridge makes low ranks what they should be, and both are at the optimum.
  const auto ridge = fit_generalized_linear_model(a, y, options_for(NewtonPreconditioner::low_rank, 1e-3));
  const auto exact = fit_generalized_linear_model(a, y, options_for(NewtonPreconditioner::gram, 1e-3));
  CHECK(ridge.preconditioner == NewtonPreconditioner::low_rank);
  CHECK(ridge.error_estimate <= 1e-12 * ridge.initial_value);
  CHECK(std::abs(ridge.value - exact.value) <= 2e-12 * exact.value);
}

TEST_CASE("a small ridge: both preconditioners end at the same optimum in few passes") {
  const Data data(1500, 15, 1e10);
  double values[2];
  int at = 0;
  for (const auto preconditioner : {NewtonPreconditioner::gram, NewtonPreconditioner::sketch}) {
    const auto model = fit_generalized_linear_model(data.a, data.y, options_for(preconditioner, 1e-12));
    CHECK_MESSAGE(model.solved(), model.message);
    CHECK(model.passes <= 150);
    values[at++] = model.value;
  }
  CHECK(std::abs(values[0] - values[1]) < 1e-10 * values[0]);
}

TEST_CASE("columns that depend on others, and no ridge: the optimum without them") {
  const Data data(600, 6, 10);
  const auto alone = fit_generalized_linear_model(data.a, data.y);
  REQUIRE(alone.solved());
  // Copies; combinations; and copies that differ in rounding errors.
  for (const int kind : {0, 1, 2}) {
    CAPTURE(kind);
    RandomSource random(4);
    Matrix<double> more(600, 12);
    for (std::int64_t i = 0; i < 600; ++i)
      for (std::int64_t j = 0; j < 6; ++j) {
        more(i, j) = data.a(i, j);
        more(i, j + 6) = kind == 1 ? 3 * data.a(i, (j + 1) % 6) - 0.7 * data.a(i, j) : data.a(i, j);
        if (kind == 2) more(i, j + 6) *= 1 + 1e-15 * random.normal();
      }
    for (const auto preconditioner :
         {NewtonPreconditioner::automatic, NewtonPreconditioner::gram, NewtonPreconditioner::sketch}) {
      const auto model = fit_generalized_linear_model(more, data.y, options_for(preconditioner));
      CHECK_MESSAGE(model.solved(), model.message);
      CHECK(model.passes < 100);
      CHECK(std::abs(model.value - alone.value) < 4e-12 * alone.value);
    }
  }
}
