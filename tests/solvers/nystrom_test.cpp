// The Nystrom approximation beside the eigenvalues it is to find.
#include <croquis/solvers/nystrom.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Q diag(lambda) Q^T.
Matrix<double> with_eigenvalues(const std::vector<double>& lambda, RandomSource& random) {
  const auto n = static_cast<std::int64_t>(lambda.size());
  const Matrix<double> q = random_orthonormal(n, n, random);
  Matrix<double> scaled = q;
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i) scaled(i, j) *= lambda[static_cast<std::size_t>(j)];
  Matrix<double> h(n, n);
  multiply<double>(1, scaled.view(), q.view().transposed(), 0, h.view());
  return h;
}

double orthogonality_error(const Matrix<double>& q) {
  Matrix<double> g(q.cols(), q.cols());
  multiply<double>(1, q.view().transposed(), q.view(), 0, g.view());
  double worst = 0;
  for (std::int64_t j = 0; j < q.cols(); ++j)
    for (std::int64_t i = 0; i < q.cols(); ++i) worst = std::max(worst, std::abs(g(i, j) - (i == j)));
  return worst;
}

}  // namespace

TEST_CASE("eigenvalues from below, near the leading ones; error of the order of what is left out") {
  RandomSource random(1);
  for (const double ratio : {0.5, 0.8}) {
    std::vector<double> lambda;
    for (int j = 0; j < 120; ++j) lambda.push_back(std::pow(ratio, j));
    const Matrix<double> h = with_eigenvalues(lambda, random);
    const NystromApproximation found = nystrom_approximation(linear_operator(h), 20);
    CHECK(found.solved());
    CHECK(found.passes == 1);
    REQUIRE(found.eigenvalues.size() == 20);
    CHECK(orthogonality_error(found.u) < 1e-14);
    for (std::size_t j = 0; j < 20; ++j) {
      CHECK(found.eigenvalues[j] <= lambda[j] * (1 + 1e-14) + 1e-14);
      CHECK(found.eigenvalues[j] >= lambda[j] - 5 * lambda[20]);
    }
    // H minus the approximation, explicitly.
    Matrix<double> error = h;
    Matrix<double> scaled = found.u;
    for (std::int64_t j = 0; j < 20; ++j)
      for (std::int64_t i = 0; i < 120; ++i) scaled(i, j) *= found.eigenvalues[static_cast<std::size_t>(j)];
    multiply<double>(-1, scaled.view(), found.u.view().transposed(), 1, error.view());
    const double size = norm2(120 * 120, error.data());
    CHECK(size < 10 * lambda[20] / (1 - ratio));
    CHECK(found.error_estimate < 2 * size + 1e-14);
    CHECK(found.error_estimate > 0.5 * size - 1e-14);
  }
}

TEST_CASE("low rank to all digits, the whole space, zero") {
  RandomSource random(2);
  std::vector<double> lambda(50, 0);
  for (std::size_t j = 0; j < 5; ++j) lambda[j] = 5 - static_cast<double>(j);
  const Matrix<double> h = with_eigenvalues(lambda, random);
  for (const std::int64_t rank : {5, 50}) {
    const NystromApproximation found = nystrom_approximation(linear_operator(h), rank);
    REQUIRE(found.eigenvalues.size() >= 5);
    for (std::size_t j = 0; j < 5; ++j) CHECK(std::abs(found.eigenvalues[j] - lambda[j]) < 1e-12);
    for (std::size_t j = 5; j < found.eigenvalues.size(); ++j) CHECK(found.eigenvalues[j] < 1e-12);
  }
  const NystromApproximation zero = nystrom_approximation(linear_operator(Matrix<double>(30, 30)), 3);
  CHECK(zero.solved());
  CHECK(zero.eigenvalues.empty());
  CHECK(zero.u.rows() == 30);
}

TEST_CASE("not semidefinite, NaN, and mistakes") {
  RandomSource random(3);
  std::vector<double> lambda = {3, 2, 1, -1, -2, -3};
  CHECK(nystrom_approximation(linear_operator(with_eigenvalues(lambda, random)), 6).status ==
        Status::accuracy_not_reached);
  Matrix<double> bad(5, 5);
  bad(1, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(nystrom_approximation(linear_operator(bad), 2).status == Status::non_finite_input);
  CHECK_THROWS_AS((void)nystrom_approximation(linear_operator(Matrix<double>(5, 4)), 2), ShapeError);
  const Matrix<double> h(5, 5);
  CHECK_THROWS_AS((void)nystrom_approximation(linear_operator(h), 0), InvalidOption);
  CHECK_THROWS_AS((void)nystrom_approximation(linear_operator(h), 6), InvalidOption);
  CHECK_THROWS_AS((void)nystrom_approximation(linear_operator(h), 2, -1), InvalidOption);
}
