// The pieces of a step: reducing the linear model, damping it, and learning how far to trust it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/sparse_qr.hpp"
#include "solvers/nonlinear/damped_steps.hpp"
#include "solvers/nonlinear/globalization.hpp"
#include "solvers/nonlinear/model_reducer.hpp"
#include "tests/support/random.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

double norm_of(const std::vector<double>& x) { return norm2(static_cast<std::int64_t>(x.size()), x.data()); }

std::vector<double> random_vector(std::int64_t n, RandomSource& random) {
  const Matrix<double> entries = gaussian_matrix(n, 1, random);
  return {entries.entries().begin(), entries.entries().end()};
}

// J + 0.001 noise, so that J's triangle still preconditions it.
Matrix<double> nearby(const Matrix<double>& j, RandomSource& random) {
  Matrix<double> result = j;
  for (std::int64_t k = 0; k < j.cols(); ++k) {
    const double size = norm2(j.rows(), j.data() + k * j.rows()) / std::sqrt(static_cast<double>(j.rows()));
    for (std::int64_t i = 0; i < j.rows(); ++i) result(i, k) += 1e-3 * size * random.normal();
  }
  return result;
}

// The largest |R^T R - J^T J| and |R^T c - J^T r|, relative to the norms of the columns.
double reduction_error(const ReducedModel& model, const Matrix<double>& j, const std::vector<double>& r) {
  Matrix<double> difference(j.cols(), j.cols());
  multiply<double>(1, j.view().transposed(), j.view(), 0, difference.view());
  multiply<double>(-1, model.r.view().transposed(), model.r.view(), 1, difference.view());
  const std::vector<double> gradient = model.gradient();
  double worst = 0;
  for (std::int64_t k = 0; k < j.cols(); ++k) {
    double product = 0;
    for (std::int64_t i = 0; i < j.rows(); ++i) product += j(i, k) * r[static_cast<std::size_t>(i)];
    const double norm = norm2(j.rows(), j.data() + k * j.rows());
    worst = std::max(worst, std::abs(gradient[static_cast<std::size_t>(k)] - product) / norm / norm_of(r));
    for (std::int64_t i = 0; i < j.cols(); ++i)
      worst = std::max(worst, std::abs(difference(i, k)) / norm / norm2(j.rows(), j.data() + i * j.rows()));
  }
  return worst;
}

}  // namespace

TEST_CASE("Tall models: squared where that is safe, else by the triangle before, else by a sketch") {
  RandomSource random(1);
  const std::int64_t m = 4000;
  const std::int64_t n = 30;
  Matrix<double> j = gaussian_matrix(m, n, random);
  // Columns of very different size, the last two nearly the same: a condition number of 1e9 with unit columns.
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t i = 0; i < m; ++i) j(i, k) *= std::pow(10.0, static_cast<double>(k % 7) - 3);
  for (std::int64_t i = 0; i < m; ++i) j(i, n - 1) = j(i, n - 2) + 1e-9 * j(i, n - 1);
  const std::vector<double> r = random_vector(m, random);
  ModelReducer reducer(7);
  // Errors are some sqrt(m) roundoffs; 1e-13 is above that and far below what a Gram matrix of J would lose.
  CHECK(reduction_error(*reducer.reduce(j, r), j, r) <= 1e-13);
  CHECK(reducer.sketched() == 1);
  CHECK(reducer.squared() == 0);
  Matrix<double> next = j;
  for (double& entry : next.entries()) entry *= 1.5;
  CHECK(reduction_error(*reducer.reduce(next, r), next, r) <= 1e-13);
  CHECK(reducer.sketched() == 1);
  CHECK(reducer.reused() == 1);
  // Well conditioned, as is known only after another sketch; then J^T J does.
  const Matrix<double> well = gaussian_matrix(m, n, random);
  CHECK(reduction_error(*reducer.reduce(well, r), well, r) <= 1e-13);
  CHECK(reducer.sketched() == 2);
  const Matrix<double> near = nearby(well, random);
  CHECK(reduction_error(*reducer.reduce(near, r), near, r) <= 1e-13);
  CHECK(reducer.squared() == 1);
  CHECK(reducer.sketched() + reducer.reused() == 3);
}

TEST_CASE("How accurate a step has to be decides whether J may be squared") {
  // A condition number of about 1e5: its square loses 10 digits.
  RandomSource random(11);
  const std::int64_t m = 4000;
  const std::int64_t n = 20;
  Matrix<double> j = gaussian_matrix(m, n, random);
  for (std::int64_t i = 0; i < m; ++i) j(i, n - 1) = j(i, n - 2) + 2e-5 * j(i, n - 1);
  const std::vector<double> r = random_vector(m, random);
  ModelReducer loose(0), strict(0);
  const ReducedModel fast = *loose.reduce(j, r, 1e-4);
  const ReducedModel exact = *strict.reduce(j, r);
  CHECK(loose.squared() == 1);
  CHECK(strict.squared() == 0);
  const std::vector<double> one(n, 1.0);
  const DampedStep a = DampedSteps(fast, one).at(0);
  const DampedStep b = DampedSteps(exact, one).at(0);
  double difference = 0;
  for (std::size_t k = 0; k < a.z.size(); ++k) difference = std::hypot(difference, a.z[k] - b.z[k]);
  CHECK(difference <= 1e-4 * b.norm);
  CHECK(difference > 0);
  CHECK(reduction_error(fast, j, r) <= 1e-13);
}

TEST_CASE("Rows that are made give the model of the matrix they make") {
  RandomSource random(12);
  const std::int64_t m = 20000;
  const std::int64_t n = 15;
  const std::vector<double> r = random_vector(m, random);
  for (const double last : {1.0, 1e-9, 0.0}) {
    CAPTURE(last);
    // At zero the rank is n - 1: Householder QR of a batch below the triangle of those before it.
    Matrix<double> j = gaussian_matrix(m, n, random);
    for (std::int64_t i = 0; i < m; ++i) j(i, n - 1) = j(i, n - 2) + last * j(i, n - 1);
    for (const Layout layout : {Layout::row_major, Layout::column_major})
      for (const bool in_parallel : {false, true}) {
        const MadeRows<double> rows{.rows = m,
                                    .cols = n,
                                    .layout = layout,
                                    .in_parallel = in_parallel,
                                    .make = [&j](std::int64_t first, MatrixView<double> block) {
                                      for (std::int64_t i = 0; i < block.rows; ++i)
                                        for (std::int64_t k = 0; k < block.cols; ++k) block(i, k) = j(first + i, k);
                                    }};
        ModelReducer reducer(5);
        CHECK(reduction_error(*reducer.reduce(rows, r), j, r) <= 1e-13);
        CHECK(reducer.squared() == (last == 1 ? 1 : 0));
      }
    MadeRows<double> broken{.rows = m, .cols = n, .make = [&j](std::int64_t first, MatrixView<double> block) {
                              for (std::int64_t k = 0; k < block.cols; ++k)
                                for (std::int64_t i = 0; i < block.rows; ++i)
                                  block(i, k) = first + i == m - 3 && k == 4 ? NAN : j(first + i, k);
                            }};
    CHECK_FALSE(ModelReducer(5).reduce(broken, r).has_value());
  }
}

TEST_CASE("The smallest singular value survives the reduction of an ill-conditioned model") {
  // With J's condition number 1e9 its square is lost in double; the last diagonal entry of R is 1e-9 times a column's.
  RandomSource random(2);
  const std::int64_t m = 3000;
  Matrix<double> j = gaussian_matrix(m, 25, random);
  const std::vector<double> extra = random_vector(m, random);
  for (std::int64_t i = 0; i < m; ++i) j(i, 24) = j(i, 23) + 1e-9 * extra[static_cast<std::size_t>(i)];
  const std::vector<double> r = random_vector(m, random);
  const ReducedModel model = *ModelReducer(3).reduce(j, r);
  const double expected = 1e-9 * std::sqrt(static_cast<double>(m - 24));
  // Up to the rounding of J's entries, 1e-16 / 1e-9, and the spread of a chi distribution: 5 standard deviations.
  CHECK(std::abs(model.r(24, 24)) == doctest::Approx(expected).epsilon(5 / std::sqrt(2.0 * m)));
}

TEST_CASE("Small, wide, rank-deficient and sparse models") {
  RandomSource random(3);
  for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{50, 10}, {5, 12}, {9, 9}}) {
    const Matrix<double> j = gaussian_matrix(m, n, random);
    const std::vector<double> r = random_vector(m, random);
    CHECK(reduction_error(*ModelReducer(0).reduce(j, r), j, r) <= 1e-14);
  }
  Matrix<double> j = gaussian_matrix(4000, 30, random);
  for (std::int64_t i = 0; i < 4000; ++i) j(i, 29) = j(i, 0) - j(i, 1);
  const std::vector<double> r = random_vector(4000, random);
  const ReducedModel model = *ModelReducer(0).reduce(j, r);
  CHECK(reduction_error(model, j, r) <= 1e-13);
  const DampedSteps steps(model, std::vector<double>(30, 1.0));
  CHECK(steps.rank() == 29);
  CHECK_FALSE(steps.full_rank());
}

TEST_CASE("Damped steps solve their normal equations and respect their bounds") {
  RandomSource random(4);
  const Matrix<double> j = gaussian_matrix(40, 8, random);
  const std::vector<double> r = random_vector(40, random);
  const ReducedModel model = *ModelReducer(0).reduce(j, r);
  const std::vector<double> scale{1, 2, 3, 4, 0.5, 0.1, 10, 1};
  const DampedSteps steps(model, scale);
  CHECK(steps.full_rank());
  CHECK(steps.rank() == 8);
  for (const double lambda : {0.0, 0.1, 50.0}) {
    const DampedStep step = steps.at(lambda);
    // D^-1 J^T (J D^-1 z + r) + lambda z = 0, and what the model says the cost falls by.
    std::vector<double> residual = r;
    double before = 0, after = 0;
    for (std::int64_t i = 0; i < 40; ++i) {
      before += r[i] * r[i] / 2;
      for (std::int64_t k = 0; k < 8; ++k) residual[i] += j(i, k) / scale[k] * step.z[k];
      after += residual[i] * residual[i] / 2;
    }
    for (std::int64_t k = 0; k < 8; ++k) {
      double gradient = lambda * step.z[k];
      for (std::int64_t i = 0; i < 40; ++i) gradient += j(i, k) / scale[k] * residual[i];
      CHECK(std::abs(gradient) <= 1e-12 * steps.gradient_norm());
    }
    CHECK(step.model_decrease == doctest::Approx(before - after).epsilon(1e-12));
    const double nudge = 1e-6 * (1 + lambda);
    CHECK(step.slope == doctest::Approx((steps.at(lambda + nudge).norm - step.norm) / nudge).epsilon(1e-4));
  }
  const double longest = steps.at(0).norm;
  CHECK(steps.within(2 * longest).lambda == 0);
  for (const double part : {0.9, 0.1, 1e-3, 1e-8})
    CHECK(std::abs(steps.within(part * longest).norm - part * longest) <= 0.1 * part * longest);
  for (const double sigma : {1e-6, 1.0, 1e6}) {
    const DampedStep step = steps.cubic(sigma);
    CHECK(step.lambda == doctest::Approx(sigma * step.norm).epsilon(2e-3));
  }
}

TEST_CASE("A sparse model has the steps of its triangle") {
  if (!has_sparse_qr()) return;
  RandomSource random(21);
  const std::int64_t m = 60, n = 25;
  std::vector<Triplet<double>> entries;
  Matrix<double> j(m, n);
  for (std::int64_t i = 0; i < m; ++i)
    for (const std::int64_t k : {i % n, (3 * i + 1) % n}) {
      const double value = random.normal();
      entries.push_back({i, k, value});
      j(i, k) += value;
    }
  const std::vector<double> r = random_vector(m, random);
  const ReducedModel dense = *ModelReducer(0).reduce(j, r);
  const ReducedModel sparse{
      {}, {}, std::make_shared<const SparseModel>(SparseMatrix<double>::from_triplets(m, n, entries).view(), r)};
  std::vector<double> scale(n, 1.0);
  for (std::size_t k = 0; k < scale.size(); ++k) scale[k] = 1 + 0.3 * static_cast<double>(k);
  const DampedSteps a(dense, scale), b(sparse, scale);
  CHECK(a.gradient_norm() == doctest::Approx(b.gradient_norm()).epsilon(1e-12));
  CHECK(b.rank() == n);
  const std::vector<double> gradient = random_vector(n, random);
  for (const double lambda : {0.0, 1e-3, 10.0}) {
    const DampedStep s = a.at(lambda), t = b.at(lambda);
    for (std::size_t k = 0; k < s.z.size(); ++k) CHECK(std::abs(s.z[k] - t.z[k]) <= 1e-11 * s.norm);
    CHECK(s.norm == doctest::Approx(t.norm).epsilon(1e-11));
    CHECK(s.slope == doctest::Approx(t.slope).epsilon(1e-10));
    CHECK(s.model_decrease == doctest::Approx(t.model_decrease).epsilon(1e-11));
    const std::vector<double> u = a.bend(s, gradient), v = b.bend(t, gradient);
    for (std::size_t k = 0; k < u.size(); ++k) CHECK(std::abs(u[k] - v[k]) <= 1e-9 * norm_of(u));
  }
  const std::vector<double> y = random_vector(n, random);
  CHECK(dense.decrease(y) == doctest::Approx(sparse.decrease(y)).epsilon(1e-11));
  CHECK(dense.column_norm(3) == doctest::Approx(sparse.column_norm(3)).epsilon(1e-12));
  CHECK(sparse.restricted_to({2, 5, 7}).column_norm(1) == sparse.column_norm(5));
}

TEST_CASE("A rank-deficient model gives nearly the step of least norm") {
  // r + s_1 + s_2: the least-norm solution halves it.
  const Matrix<double> j = [] {
    Matrix<double> one(3, 2);
    for (std::int64_t i = 0; i < 3; ++i) one(i, 0) = one(i, 1) = 1;
    return one;
  }();
  const ReducedModel model = *ModelReducer(0).reduce(j, std::vector<double>{2, 2, 2});
  const DampedSteps steps(model, {1, 1});
  const DampedStep step = steps.within(10);
  // lambda is the square of some 30 roundoffs, so its own effect is nil; R is off by a roundoff, which the small
  // singular value, of the order of lambda's root, magnifies to 1/30.
  CHECK(step.z[0] == doctest::Approx(-1).epsilon(0.05));
  CHECK(step.z[0] + step.z[1] == doctest::Approx(-2).epsilon(1e-12));
  const ReducedModel zero{Matrix<double>(2, 2), {0, 0}, nullptr};
  const DampedStep none = DampedSteps(zero, {1, 1}).within(1);
  CHECK(none.norm == 0);
}

TEST_CASE("Globalizations learn") {
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  DampedStep step;
  step.norm = 1;
  step.model_decrease = 2;
  const auto region = make_globalization(NonlinearGlobalization::trust_region, 4);
  CHECK(region->expected_decrease(step) == 2);
  region->update(0.5, step);
  CHECK(region->parameter() == 4);
  region->update(0.1, step);
  CHECK(region->parameter() == 0.5);
  region->update(0.9, step);
  CHECK(region->parameter() == 2);
  region->update(not_a_number, step);
  CHECK(region->parameter() == 0.25);
  for (const auto kind :
       {NonlinearGlobalization::quadratic_regularization, NonlinearGlobalization::cubic_regularization}) {
    const auto weight = make_globalization(kind, 0.6);
    CHECK(weight->expected_decrease(step) ==
          doctest::Approx(kind == NonlinearGlobalization::cubic_regularization ? 1.8 : 1.7));
    weight->update(0.9, step);
    CHECK(weight->parameter() < 0.6);
    weight->update(not_a_number, step);
    CHECK(weight->parameter() > 0.6);
    // No lower than a step can feel, or as many failures would have to raise it again.
    for (int good = 0; good < 2000; ++good) weight->update(0.9, step);
    CHECK(weight->parameter() > 1e-18);
    CHECK(weight->expected_decrease(step) == step.model_decrease);
  }
}
