// The measure that the solvers are judged by, judged itself: against its definition, on problems small enough for it.
#include "tests/support/backward_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "tests/support/lapack_reference.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// A with its columns scaled to unit norm, and x scaled so that A x stays.
struct ScaledProblem {
  Matrix<double> a;
  Matrix<double> x;
};

ScaledProblem scaled(const Matrix<double>& a, const Matrix<double>& x) {
  ScaledProblem result{a, x};
  for (std::int64_t j = 0; j < a.cols(); ++j) {
    const double size = norm2(a.rows(), &a(0, j));
    for (std::int64_t i = 0; i < a.rows(); ++i) result.a(i, j) /= size;
    result.x(j, 0) *= size;
  }
  return result;
}

// min(phi, sigma_m([A, phi (I - r r^T / r^T r)])) / ||A||_F by an SVD of the whole m x (n + m) matrix.
double by_definition(const Matrix<double>& a_given, const Matrix<double>& x_given, const Matrix<double>& b) {
  const auto [a, x] = scaled(a_given, x_given);
  const std::int64_t m = a.rows();
  const std::int64_t n = a.cols();
  std::vector<long double> r(b.entries().begin(), b.entries().end());
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) r[i] -= static_cast<long double>(a(i, j)) * x(j, 0);
  const long double r_norm = norm(r);
  const double x_norm = norm2(n, x.data());
  const double a_norm = norm2(m * n, a.data());
  const double theta = a_norm / norm2(m, b.data());
  const long double phi = theta * r_norm / std::sqrt(1 + theta * theta * x_norm * x_norm);
  ExtendedMatrix transposed(n + m, m);
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) transposed(j, i) = a(i, j);
    for (std::int64_t k = 0; k < m; ++k)
      transposed(n + k, i) = phi * ((i == k ? 1 : 0) - r[i] / r_norm * (r[k] / r_norm));
  }
  const auto sigma = right_singular_system(transposed).sigma;
  return static_cast<double>(std::min(phi, *std::min_element(sigma.begin(), sigma.end()))) / a_norm;
}

Matrix<double> perturbed(const Matrix<double>& a, double size, RandomSource& random) {
  Matrix<double> result = a;
  for (double& entry : result.entries()) entry += size * random.normal();
  return result;
}

// doctest's Approx measures against 1 + |value| unless told otherwise, which lets any small number pass.
doctest::Approx relatively(double value, double tolerance) {
  return doctest::Approx(value).epsilon(tolerance).scale(0);
}

double frobenius_norm(const Matrix<double>& a) { return norm2(a.rows() * a.cols(), a.data()); }

}  // namespace

TEST_CASE("The secular equation gives the smallest singular value of the definition") {
  RandomSource random(1);
  for (const double condition : {1.0, 1e3, 1e6}) {
    for (const double residual : {1e-3, 1.0, 1e3}) {
      const Matrix<double> a = with_condition(9, 4, condition, random);
      const Matrix<double> b = right_hand_side(a, residual, random);
      const Matrix<double> best = solve_by_qr<double>(a, b);
      for (const double error : {1e-6, 1e-3, 1e-1, 1.0, 30.0}) {
        CAPTURE(condition);
        CAPTURE(residual);
        CAPTURE(error);
        const Matrix<double> x = perturbed(best, error * frobenius_norm(best), random);
        const BackwardErrorMeasure<double> measure(a);
        const double expected = by_definition(a, x, b);
        // The reference scales the columns in double, a change of 1e-16 beside backward errors from 1e-10 on.
        CHECK(measure.exact(x.entries(), b.entries()) == relatively(expected, 1e-6));
        CHECK(measure.karlson_walden(x.entries(), b.entries()) <= expected * (1 + 1e-6));
        CHECK(measure.karlson_walden(x.entries(), b.entries()) >= expected / std::sqrt(2.0) * (1 - 1e-6));
      }
    }
  }
}

TEST_CASE("The exact solution of a perturbed problem has a backward error of at most the perturbation") {
  RandomSource random(2);
  for (const double condition : {1.0, 1e4, 1e8}) {
    for (const double size : {1e-6, 1e-9, 1e-12}) {
      CAPTURE(condition);
      CAPTURE(size);
      // Columns of unit norm before and (nearly) after, so that scaling them changes nothing.
      const Matrix<double> given = with_condition(40, 5, condition, random);
      const Matrix<double> a = scaled(given, Matrix<double>(5, 1)).a;
      const Matrix<double> b = right_hand_side(a, 1.0, random);
      const Matrix<double> near_a = perturbed(a, size, random);
      const Matrix<double> near_b = perturbed(b, size, random);
      const Matrix<double> x = solve_by_qr<double>(near_a, near_b);
      double change = 0;
      const double theta = frobenius_norm(a) / frobenius_norm(b);
      for (std::int64_t i = 0; i < 40; ++i) {
        for (std::int64_t j = 0; j < 5; ++j) change += std::pow(near_a(i, j) - a(i, j), 2);
        change += std::pow(theta * (near_b(i, 0) - b(i, 0)), 2);
      }
      const double eta = BackwardErrorMeasure<double>(a).exact(x.entries(), b.entries());
      // 1e-15 is what the Householder QR of the perturbed problem may add.
      CHECK(eta <= std::sqrt(change) / frobenius_norm(a) + 1e-15);
      // A random perturbation is not the cheapest one, but no miracle either: it has 40 * 6 entries, of which the
      // cheapest needs about one direction in n + 1.
      CHECK(eta >= 1e-2 * std::sqrt(change) / frobenius_norm(a));
    }
  }
}

TEST_CASE("Householder QR has a backward error of a few roundoffs, whatever the condition number and column scales") {
  RandomSource random(3);
  for (const double condition : {1.0, 1e8, 1e15}) {
    for (const double residual : {0.0, 1.0, 1e3}) {
      for (const double scale : {0.0, 150.0}) {
        CAPTURE(condition);
        CAPTURE(residual);
        CAPTURE(scale);
        Matrix<double> a = with_condition(200, 20, condition, random);
        const Matrix<double> b = right_hand_side(a, residual, random);
        scale_columns(a, -scale, scale);
        const Matrix<double> x = solve_by_qr<double>(a, b);
        const double eta = BackwardErrorMeasure<double>(a).exact(x.entries(), b.entries());
        CHECK(eta < 1e-14);
        CHECK(eta > 0);
      }
    }
  }
}

TEST_CASE("The measure resolves an error of ten roundoffs in the worst direction") {
  // A = diag(1, k^-1/2, k^-1) above zeros, b with a residual: x off by delta along e_0 costs about delta ||A|| / ||x||.
  Matrix<double> a(5, 3);
  a(0, 0) = 1;
  a(1, 1) = 1;
  a(2, 2) = 1;
  Matrix<double> b(5, 1);
  for (std::int64_t i = 0; i < 4; ++i) b(i, 0) = 1;
  const BackwardErrorMeasure<double> measure(a);
  Matrix<double> x(3, 1);
  for (double& entry : x.entries()) entry = 1;
  CHECK(measure.exact(x.entries(), b.entries()) == 0);
  const double delta = 0x1p-50;
  x(0, 0) += delta;
  // r = (-delta, 0, 0, 1, 0): h = delta e_0, phi^2 = theta^2 / (1 + 3 theta^2), theta^2 = 3/4: to first order
  // eta = phi h / sqrt(1 + phi^2), and ||A||_F = sqrt(3).
  const double phi_squared = 0.75 / (1 + 2.25);
  const double expected = delta * std::sqrt(phi_squared / (1 + phi_squared)) / std::sqrt(3.0);
  CHECK(measure.exact(x.entries(), b.entries()) == relatively(expected, 1e-6));
}

TEST_CASE("Limits: a zero right-hand side, a zero solution, a zero column") {
  RandomSource random(4);
  Matrix<double> a = gaussian_matrix(6, 3, random);
  const Matrix<double> b = gaussian_matrix(6, 1, random);
  const std::vector<double> zero_x(3, 0.0), zero_b(6, 0.0), ones(3, 1.0);
  const BackwardErrorMeasure<double> measure(a);
  CHECK(measure.exact(zero_x, zero_b) == 0);
  CHECK(measure.exact(ones, zero_b) > 1e-2);
  CHECK(measure.exact(zero_x, b.entries()) > 1e-2);
  for (std::int64_t i = 0; i < 6; ++i) a(i, 1) = 0;
  Matrix<double> two(6, 2);
  for (std::int64_t i = 0; i < 6; ++i) {
    two(i, 0) = a(i, 0);
    two(i, 1) = a(i, 2);
  }
  const Matrix<double> x = solve_by_qr<double>(two, b);
  const std::vector<double> x_full = {x(0, 0), 0.0, x(1, 0)};
  CHECK(BackwardErrorMeasure<double>(a).exact(x_full, b.entries()) < 1e-15);
}

TEST_CASE("Norms of the residual and the gradient are of the data as given") {
  Matrix<double> a(3, 1);
  a(0, 0) = 3;
  a(1, 0) = 4;
  const std::vector<double> b = {1, 0, 2}, x = {1};
  const BackwardErrorMeasure<double> measure(a);
  CHECK(measure.residual_norm(x, b) == doctest::Approx(std::sqrt(4.0 + 16.0 + 4.0)));
  CHECK(measure.gradient_norm(x, b) == doctest::Approx(6.0 + 16.0));
}

TEST_CASE("Digits of agreement") {
  const std::vector<double> reference = {1.0, -200.0, 0.0};
  CHECK(digits_of_agreement(std::vector<double>{1.0, -200.0, 0.0}, reference) == 16);
  CHECK(digits_of_agreement(std::vector<double>{1.0, -200.2, 0.0}, reference) == doctest::Approx(3));
  CHECK(digits_of_agreement(std::vector<double>{1.0, -200.0, 1e-2}, reference) == doctest::Approx(2));
  CHECK(digits_of_agreement(std::vector<double>{std::nan(""), -200.0, 0.0}, reference) < 0);
}
