// The solvers' estimate of the backward error against its own definition, from singular values.
#include "solvers/backward_error.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/tall_qr.hpp"
#include "solvers/diagonal_factorization.hpp"
#include "solvers/sparse_factorization.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr std::int64_t n = 60;
constexpr double unlimited = std::numeric_limits<double>::infinity();

Matrix<double> triangle(double condition) {
  RandomSource random(5);
  Matrix<double> a = with_condition(n, n, condition, random);
  Matrix<double> none(n, 0);
  return tall_qr<double>(a.view(), none.view()).r;
}

std::unique_ptr<Factorization<double>> dense_factorization(const Matrix<double>& r) {
  Matrix<double> none(n, 0);
  return factorize<double>(r, std::vector<double>(n, 1), 0, Pivoting::no, none);
}

std::unique_ptr<Factorization<double>> sparse_factorization(const Matrix<double>& r) {
  SparseTrapezoid<double> trapezoid;
  trapezoid.rank = n;
  trapezoid.start.push_back(0);
  for (std::int64_t j = 0; j < n; ++j) {
    trapezoid.permutation.push_back(j);
    for (std::int64_t i = 0; i < j; ++i) {
      trapezoid.row.push_back(static_cast<std::int32_t>(i));
      trapezoid.value.push_back(r(i, j));
    }
    trapezoid.diagonal.push_back(r(j, j));
    trapezoid.start.push_back(static_cast<std::int64_t>(trapezoid.row.size()));
  }
  Matrix<double> none(n, 0);
  return factorize_sparse(std::move(trapezoid), std::vector<double>(n, 1), 0, none);
}

// s = U t for R = U Sigma V^T, and the estimate's definition: with ||b|| = ||R||_F and ||z|| = 1, theta is 1.
struct Residual {
  std::vector<double> s;
  double norm;   // ||r||
  double truth;  // the least backward error

  Residual(const SingularValueDecomposition<double>& svd, const std::vector<double>& t, double root_mu,
           double frobenius_norm)
      : s(n, 0), norm(std::sqrt(2.0) * root_mu) {
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) {
      for (std::int64_t i = 0; i < n; ++i) s[i] += svd.u(i, k) * t[k];
      sum += std::pow(t[k] * svd.s[k], 2) / (std::pow(svd.s[k], 2) + root_mu * root_mu);
    }
    truth = std::sqrt(sum / 2) / frobenius_norm;
  }
};

}  // namespace

TEST_CASE("never too small, and at most twice too large") {
  RandomSource random(1);
  for (const double condition : {3.0, 1e3, 1e7}) {
    const Matrix<double> r = triangle(condition);
    const auto svd = singular_value_decomposition<double>(r.view());
    for (const auto& f : {dense_factorization(r), sparse_factorization(r)}) {
      // From more weight on the small singular values, where brackets are wide, to more on the large ones.
      for (const double tilt : {-1.0, -0.5, 0.0, 0.5}) {
        for (const double root_mu : {2.0, 0.1, 3e-3, 3e-5, 1e-9}) {
          CAPTURE(condition);
          CAPTURE(tilt);
          CAPTURE(root_mu);
          std::vector<double> t;
          for (const double sigma : svd.s) t.push_back(random.normal() * std::pow(sigma, tilt));
          const Residual residual(svd, t, root_mu, f->frobenius_norm);
          BackwardError<double> error(*f);
          // Twice: the second time, the factorization is there if one was needed. What is far below the smallest
          // singular value is left out of the sum, for which its estimate, too large by up to a few times, is taken.
          for (int repeat = 0; repeat < 2; ++repeat) {
            const double estimate =
                error.estimate(0, residual.s.data(), residual.norm, 1, f->frobenius_norm, unlimited);
            CHECK(estimate >= (1 - 1e-6) * residual.truth);
            CHECK(estimate <= 2.01 * residual.truth);
          }
        }
      }
    }
  }
}

TEST_CASE("an upper bound of a few products: never too small, and of no harm to closer estimates that follow") {
  RandomSource random(4);
  int wide = 0;
  for (const double condition : {3.0, 1e3, 1e7}) {
    const Matrix<double> r = triangle(condition);
    const auto svd = singular_value_decomposition<double>(r.view());
    for (const auto& f : {dense_factorization(r), sparse_factorization(r)}) {
      for (const double root_mu : {2.0, 0.03, 1e-3, 1e-5, 1e-9}) {
        CAPTURE(condition);
        CAPTURE(root_mu);
        std::vector<double> t;
        for (const double sigma : svd.s) t.push_back(random.normal() / std::sqrt(sigma));
        const Residual residual(svd, t, root_mu, f->frobenius_norm);
        BackwardError<double> error(*f);
        const auto estimate = [&](Closeness closeness) {
          return error.estimate(0, residual.s.data(), residual.norm, 1, f->frobenius_norm, unlimited, closeness);
        };
        for (int repeat = 0; repeat < 20; ++repeat) {  // more steps than are made before a factorization
          const double bound = estimate(Closeness::upper_bound);
          CHECK(bound >= (1 - 1e-6) * residual.truth);
          if (bound > 2.01 * residual.truth) ++wide;
        }
        const double close = estimate(Closeness::factor_of_two);
        CHECK(close >= (1 - 1e-6) * residual.truth);
        CHECK(close <= 2.01 * residual.truth);
      }
    }
  }
  CHECK(wide > 0);  // or all of them were close without it
}

TEST_CASE("small and large errors are told apart from the others") {
  const Matrix<double> r = triangle(1e7);
  const auto svd = singular_value_decomposition<double>(r.view());
  const auto f = dense_factorization(r);
  RandomSource random(2);
  for (const double root_mu : {0.03, 1e-3, 1e-5}) {
    std::vector<double> t;
    for (const double sigma : svd.s) t.push_back(random.normal() / std::sqrt(sigma));  // the first bracket is wide
    const Residual residual(svd, t, root_mu, f->frobenius_norm);
    const auto estimate = [&](double small, double large) {
      BackwardError<double> error(*f, small);
      return error.estimate(0, residual.s.data(), residual.norm, 1, f->frobenius_norm, large);
    };
    for (const double ratio : {1e-3, 0.3, 0.9, 1.1, 3.0, 1e3}) {
      CAPTURE(root_mu);
      CAPTURE(ratio);
      const double limit = ratio * residual.truth;
      const double above_small = estimate(limit, unlimited);
      CHECK(above_small >= (1 - 1e-6) * residual.truth);
      CHECK((above_small <= 2.01 * residual.truth || above_small <= limit));
      const double below_large = estimate(0, limit);
      CHECK(below_large >= (1 - 1e-6) * residual.truth);
      CHECK((below_large <= 2.01 * residual.truth || residual.truth > limit));
    }
  }
}

TEST_CASE("with a factor that is not A's own: never too small, and too large by no more than what it says") {
  RandomSource random(3);
  for (const double condition : {3.0, 1e3}) {
    const Matrix<double> r = triangle(condition);
    const auto svd = singular_value_decomposition<double>(r.view());
    const double part = svd.s[n - 1] / 2;
    // C = I, for singular values from part on; and C^T C = R^T R + shift I, for a shift that covers up a third of them.
    const double shift = std::pow(svd.s[2 * n / 3], 2);
    Matrix<double> shifted = append_scaled_identity<double>(r.view(), std::sqrt(shift));
    const auto identity = diagonal_factorization<double>(std::vector<double>(n, 1), norm2(n * n, r.data()), 0);
    const auto covered = dense_factorization(shifted);
    identity->largest_singular = svd.s[0];
    identity->least_part = part;
    identity->condition = svd.s[0] / part;
    covered->shift = shift;
    covered->least_part = std::sqrt(1 - shift / (std::pow(svd.s[n - 1], 2) + shift));
    for (const double tilt : {-1.0, 0.0, 1.0}) {
      for (const double root_mu : {2.0, 0.1, 3e-3, 1e-9}) {
        CAPTURE(condition);
        CAPTURE(tilt);
        CAPTURE(root_mu);
        std::vector<double> t;
        for (const double sigma : svd.s) t.push_back(random.normal() * std::pow(sigma, tilt));
        const Residual residual(svd, t, root_mu, covered->frobenius_norm);
        // g = V Sigma t is C^T s.
        Matrix<double> g(n, 1);
        for (std::int64_t k = 0; k < n; ++k)
          for (std::int64_t j = 0; j < n; ++j) g(j, 0) += svd.vt(k, j) * svd.s[k] * t[k];
        for (const Factorization<double>* f : {identity.get(), covered.get()}) {
          Matrix<double> s(n, 1);
          f->precondition_transposed(g.view(), s.view());
          BackwardError<double> error(*f);
          const double estimate = error.estimate(0, s.data(), residual.norm, 1, f->frobenius_norm, unlimited);
          const double truth = residual.truth * covered->frobenius_norm / f->frobenius_norm;
          CHECK(estimate >= (1 - 1e-6) * truth);
          if (f == identity.get() || root_mu * root_mu < 2 * shift) CHECK(estimate <= 2.01 * truth / f->least_part);
        }
      }
    }
  }
}
