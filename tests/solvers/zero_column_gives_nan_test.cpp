// Seen elsewhere: a column of zeros makes the preconditioner singular and x NaN.
#include <doctest/doctest.h>

#include <cmath>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("A zero column gets the coefficient zero, dense and sparse") {
  RandomSource random(1);
  Matrix<double> a = gaussian_matrix(4000, 20, random);
  for (std::int64_t i = 0; i < 4000; ++i) a(i, 11) = 0;
  std::vector<Triplet<double>> triplets;
  for (std::int64_t i = 0; i < 4000; ++i)
    for (std::int64_t j = 0; j < 20; ++j)
      if (a(i, j) != 0) triplets.push_back({i, j, a(i, j)});
  const auto sparse = SparseMatrix<double>::from_triplets(4000, 20, triplets);
  const Matrix<double> b = gaussian_matrix(4000, 1, random);
  for (const AnyMatrixView<double>& matrix : {AnyMatrixView<double>(a), AnyMatrixView<double>(sparse)}) {
    for (const LeastSquaresMethod method :
         {LeastSquaresMethod::sketch_and_precondition, LeastSquaresMethod::direct, LeastSquaresMethod::automatic}) {
      CAPTURE(to_string(method));
      CAPTURE(matrix.is_dense());
      const auto fit = least_squares(matrix, b, {.method = method});
      CHECK(fit.status == Status::rank_deficient);
      CHECK(fit.rank == 19);
      for (std::int64_t j = 0; j < 20; ++j) {
        CHECK(std::isfinite(fit.x(j, 0)));
        CHECK((fit.x(j, 0) == 0) == (j == 11));
      }
    }
  }
}
