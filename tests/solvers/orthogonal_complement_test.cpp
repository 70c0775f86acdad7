// The projection onto the orthogonal complement of a basis: of a few vectors and of many, independent or nearly not.
#include "solvers/orthogonal_complement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("what is left is orthogonal to the basis, and what is taken is in its range") {
  constexpr std::int64_t n = 80;
  RandomSource random(1);
  for (const std::int64_t k : {1, 5, 40}) {           // the last by a QR
    for (const double condition : {1.0, 1e2, 1e6}) {  // of the last, too, the Gram matrix is not used
      for (const std::int64_t vectors : {1, 7}) {     // nor for many vectors
        CAPTURE(k);
        CAPTURE(condition);
        CAPTURE(vectors);
        Matrix<double> basis = with_condition(n, k, condition, random);
        for (double& entry : basis.entries()) entry *= 1e5;  // its size does not matter
        const Matrix<double> orthonormal = [&] {
          Matrix<double> q = basis;  // Gram-Schmidt, each column three times
          for (std::int64_t j = 0; j < k; ++j) {
            double* const column = q.data() + j * n;
            for (int round = 0; round < 3; ++round) {
              for (std::int64_t i = 0; i < j; ++i) {
                double dot = 0;
                for (std::int64_t l = 0; l < n; ++l) dot += q(l, i) * column[l];
                for (std::int64_t l = 0; l < n; ++l) column[l] -= dot * q(l, i);
              }
              const double norm = norm2(n, column);
              for (std::int64_t l = 0; l < n; ++l) column[l] /= norm;
            }
          }
          return q;
        }();
        const Matrix<double> x = gaussian_matrix(n, vectors, random);
        Matrix<double> found = x, expected = x, coefficients(k, vectors);
        OrthogonalComplement<double>(basis, vectors).project(found.view());
        multiply<double>(1, orthonormal.view().transposed(), x.view(), 0, coefficients.view());
        multiply<double>(-1, orthonormal.view(), coefficients.view(), 1, expected.view());
        // The range itself is known to `condition` roundoffs.
        for (std::int64_t i = 0; i < n * vectors; ++i)
          CHECK(std::abs(found.data()[i] - expected.data()[i]) <= 1e-14 * std::max(10.0, condition));
      }
    }
  }
}

TEST_CASE("a vector of the range leaves rounding errors only") {
  constexpr std::int64_t n = 50, k = 6;
  RandomSource random(2);
  for (const double condition : {10.0, 300.0}) {  // by the Gram matrix: one round would leave that many roundoffs
    for (int draw = 0; draw < 10; ++draw) {
      const Matrix<double> basis = with_condition(n, k, condition, random);
      Matrix<double> c = gaussian_matrix(k, 1, random), x(n, 1);
      multiply<double>(1, basis.view(), c.view(), 0, x.view());
      const double norm = norm2(n, x.data());
      OrthogonalComplement<double>(basis, 1).project(x.view());
      CHECK(norm2(n, x.data()) <= 1e-15 * norm);  // a few roundoffs of x itself
    }
  }
}
