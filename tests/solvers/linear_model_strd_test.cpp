// NIST's certified standard deviations, R^2 and F: as many digits as Householder QR reaches, less one.
#include <croquis/solvers/linear_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/tall_qr.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/data.hpp"
#include "tests/support/strd.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

const std::vector<std::string> names = {"Longley",  "Filip",    "Norris",   "Pontius", "Wampler1", "Wampler2",
                                        "Wampler3", "Wampler4", "Wampler5", "NoInt1",  "NoInt2"};

// What is certified of the problem stacked `times` times.
struct Certified {
  std::vector<double> standard_errors;
  double residual_standard_error = 0;
  double f_statistic = 0;
};

Certified certified(const StrdProblem& one, std::int64_t times) {
  const auto m = static_cast<double>(one.design.rows());
  const auto n = static_cast<double>(one.design.cols());
  const auto k = static_cast<double>(times);
  const double ratio = (m - n) / (k * m - n);
  Certified result{one.standard_deviations, one.residual_standard_deviation * std::sqrt(k * ratio),
                   one.f_statistic / ratio};
  for (double& error : result.standard_errors) error *= std::sqrt(ratio);
  return result;
}

// Standard errors from Householder QR of A with its columns scaled to unit norm.
std::vector<double> by_householder(const StrdProblem& problem, double residual_standard_error) {
  Matrix<double> a = problem.design;
  const std::int64_t n = a.cols();
  std::vector<double> norms;
  for (std::int64_t j = 0; j < n; ++j) {
    norms.push_back(norm2(a.rows(), &a(0, j)));
    for (std::int64_t i = 0; i < a.rows(); ++i) a(i, j) /= norms.back();
  }
  Matrix<double> nothing(a.rows(), 0);
  const Matrix<double> r = tall_qr<double>(a.view(), nothing.view()).r;
  Matrix<double> inverse(n, n);
  for (std::int64_t j = 0; j < n; ++j) inverse(j, j) = 1;
  solve_triangular<double>(Side::left, Transpose::no, r.view(), inverse.view());
  std::vector<double> errors;
  for (std::int64_t j = 0; j < n; ++j)
    errors.push_back(residual_standard_error * norm2(n, &inverse(j, 0), n) / norms[static_cast<std::size_t>(j)]);
  return errors;
}

void check(const StrdProblem& one, std::int64_t times) {
  const StrdProblem problem = stacked(one, times);
  CAPTURE(problem.name);
  const Certified expected = certified(one, times);
  LinearModelOptions options;
  if (problem.intercept) options.intercept = 0;
  const LinearModel model = fit_linear_model(problem.design, problem.response.entries(), options);
  CAPTURE(model.message);
  REQUIRE(model.solved());
  CHECK(model.rank == problem.design.cols());
  CHECK(model.aliased.empty());
  CHECK(model.degrees_of_freedom == problem.design.rows() - problem.design.cols());

  // Powers of up to 3e8 (Filip) cancel to residuals of 1e-3, so that b - A x has 8 digits; the others' have more.
  const double relative = one.name == "Filip" ? 1e-7 : 1e-10;
  const double response_norm = norm2(problem.response.rows(), problem.response.data());
  // An exact fit leaves a few roundoffs of b in place of a residual of zero.
  const double roundoffs = 1e-14 * response_norm;
  const double s = expected.residual_standard_error;
  CHECK(std::abs(model.residual_standard_error - s) <= relative * s + roundoffs);
  // R^2 = 1 - (s / ...)^2, certified to 15 digits.
  CHECK(std::abs(model.r_squared - one.r_squared) <= 1e-9 * one.r_squared);
  if (s == 0) {
    CHECK(model.f_statistic > 1e20);
    for (std::size_t j = 0; j < problem.coefficients.size(); ++j) {
      CHECK(model.standard_errors[j] <= 1e-6 * std::abs(problem.coefficients[j]));
      CHECK(model.p_values[j] < 1e-15);
    }
    return;
  }
  CHECK(std::abs(model.f_statistic - expected.f_statistic) <= 2 * relative * expected.f_statistic);
  const double reached = digits_of_agreement(by_householder(problem, s), expected.standard_errors);
  const double digits = digits_of_agreement(model.standard_errors, expected.standard_errors);
  CHECK(digits >= std::min(13.0, reached) - 1);
  for (std::size_t j = 0; j < problem.coefficients.size(); ++j) {
    // Of the same quantities, by other routes: t by its definition, the variance on the covariance's diagonal.
    CHECK(model.t_values[j] == model.coefficients[j] / model.standard_errors[j]);
    const auto k = static_cast<std::int64_t>(j);
    CHECK(std::abs(std::sqrt(model.covariance(k, k)) / model.standard_errors[j] - 1) < 1e-12);
  }
}

}  // namespace

TEST_CASE("As they are") {
  for (const std::string& name : names) check(read_strd(*data_folder() / "strd_linear" / (name + ".dat")), 1);
}

TEST_CASE("Stacked, so that a sketch and Cholesky QR take the place of Householder QR") {
  for (const std::string& name : names) check(read_strd(*data_folder() / "strd_linear" / (name + ".dat")), 100);
}
