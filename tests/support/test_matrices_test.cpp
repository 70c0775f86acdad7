// The test problems are what they claim to be.
#include "tests/support/test_matrices.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "tests/support/backward_error.hpp"
#include "tests/support/lapack_reference.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("Random numbers: known first values, mean and variance") {
  // The engine's 10000th output from its default seed 5489 is fixed by the C++ standard.
  RandomSource engine(5489);
  std::uint64_t last = 0;
  for (int i = 0; i < 10000; ++i) last = engine.bits();
  CHECK(last == 9981545732273789042ull);

  RandomSource random(7);
  double sum = 0, squares = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  // Five standard deviations of the mean (1 / sqrt(count)) and of the variance (sqrt(2 / count)); the seed is fixed.
  CHECK(std::abs(sum / count) < 5 / std::sqrt(count));
  CHECK(std::abs(squares / count - 1) < 5 * std::sqrt(2.0 / count));
}

TEST_CASE("The singular values are the prescribed ones") {
  RandomSource random(8);
  const std::vector<double> sigma = log_spaced(12, 1e10);
  CHECK(sigma.front() == 1);
  CHECK(sigma.back() * 1e10 == doctest::Approx(1));
  const std::vector<double> found = singular_values(with_condition(80, 12, 1e10, random).view());
  // Weyl: forming the product perturbs each singular value by a few roundoffs of the largest.
  for (std::size_t i = 0; i < sigma.size(); ++i) CHECK(std::abs(found[i] - sigma[i]) < 1e-14);
  const std::vector<double> deficient = singular_values(with_singular_values(80, 12, log_spaced(5, 10), random).view());
  CHECK(deficient[4] == doctest::Approx(0.1));
  CHECK(deficient[5] < 1e-14);
}

TEST_CASE("Right-hand sides have the residual asked for, orthogonal to the range") {
  RandomSource random(9);
  for (const double condition : {1.0, 1e8}) {
    for (const double residual : {1e-6, 1.0, 1e3}) {
      CAPTURE(condition);
      CAPTURE(residual);
      const Matrix<double> a = with_condition(300, 10, condition, random);
      const Matrix<double> b = right_hand_side(a, residual, random);
      const Matrix<double> x = solve_by_qr<double>(a, b);
      Matrix<double> r = b;
      multiply<double>(-1, a, x, 1, r);
      const double r_norm = norm2(300, r.data());
      const double b_norm = norm2(300, b.data());
      CHECK(r_norm / std::sqrt(b_norm * b_norm - r_norm * r_norm) == doctest::Approx(residual).epsilon(1e-6));
    }
  }
}

TEST_CASE("Hard matrices: leverage and condition number") {
  RandomSource random(10);
  const auto largest_leverage = [](const Matrix<double>& a, std::int64_t row) {
    Matrix<double> q = a;
    orthonormalize(q);
    return norm2(q.cols(), &q(row, 0), q.rows());
  };
  CHECK(largest_leverage(identity_above_small(500, 10, random), 9) > 0.99);
  CHECK(largest_leverage(one_huge_row(500, 10, random), 250) > 0.99);
  CHECK(singular_values(hilbert(100, 8).view()).back() < 1e-7);
  CHECK(singular_values(vandermonde(100, 12).view()).back() < 1e-6);
  const Matrix<double> k = kahan(60, 60, 1.2);
  // The last singular value is far below the last diagonal entry.
  CHECK(singular_values(k.view()).back() < 1e-3 * k(59, 59));
  const std::vector<double> sigma = singular_values(lauchli(31, 30, 1e-9).view());
  CHECK(sigma.front() == doctest::Approx(std::sqrt(30.0)));
  CHECK(sigma.back() * 1e9 == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("Column scales run over the exponents asked for") {
  RandomSource random(11);
  Matrix<double> a = gaussian_matrix(50, 3, random);
  const Matrix<double> original = a;
  scale_columns(a, -150, 150);
  CHECK(a(3, 0) / original(3, 0) * 1e150 == doctest::Approx(1));
  CHECK(a(3, 1) == original(3, 1));
  CHECK(a(3, 2) / original(3, 2) == doctest::Approx(1e150));
}

TEST_CASE("Every named problem has full rank") {
  for (const auto& problems : {coherent_problems(400, 20, 1.0, 12), structured_problems(400, 1.0, 13)}) {
    for (const LeastSquaresProblem& problem : problems) {
      CAPTURE(problem.name);
      CHECK(BackwardErrorMeasure<double>(problem.a).condition() < 1e14);
      CHECK(norm2(problem.b.rows(), problem.b.data()) > 0);
    }
  }
}
