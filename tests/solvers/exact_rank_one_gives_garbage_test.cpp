// Seen elsewhere: dgels reports success and returns garbage for a 3 x 2 matrix of rank one exactly.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <croquis/solvers/least_squares.hpp>

using namespace croquis;

TEST_CASE("A 3 x 2 matrix of rank one: the rank, and the solution of least norm") {
  struct Case {
    double first[3];
    double ratio;
  };
  const Case cases[] = {{{1, 2, 3}, 2}, {{1, 1, 1}, 1}, {{0.1, 0.2, 0.3}, 3}, {{1, 2, 3}, -1e10}, {{7, 0, 0}, 0.1}};
  const std::vector<double> b = {1, -2, 4};
  for (const Case& one : cases) {
    Matrix<double> a(3, 2);
    double product = 0, square = 0;
    for (int i = 0; i < 3; ++i) {
      a(i, 0) = one.first[i];
      a(i, 1) = one.ratio * one.first[i];
      product += one.first[i] * b[i];
      square += one.first[i] * one.first[i];
    }
    for (const LeastSquaresMethod method :
         {LeastSquaresMethod::direct, LeastSquaresMethod::automatic, LeastSquaresMethod::sketch_and_precondition}) {
      CAPTURE(one.ratio);
      CAPTURE(to_string(method));
      const auto fit = least_squares(a, b, {.method = method});
      CAPTURE(fit.message);
      CHECK(fit.status == Status::rank_deficient);
      CHECK(fit.rank == 1);
      // x = (1, ratio) times a number has the least norm among the solutions.
      const double x0 = product / square / (1 + one.ratio * one.ratio);
      const double x1 = one.ratio * x0;
      CHECK(std::hypot(fit.x(0, 0) - x0, fit.x(1, 0) - x1) <= 1e-14 * std::hypot(x0, x1));
    }
  }
}
