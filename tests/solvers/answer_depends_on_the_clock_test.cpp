// Seen elsewhere: the sketch is seeded from the time, and two runs two seconds apart differ by 1e-2 in x.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include <croquis/solvers/least_squares.hpp>

#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("Two runs at different seconds give the same bits") {
  RandomSource random(1);
  const Matrix<double> a = with_condition(4000, 20, 1e6, random);
  const Matrix<double> b = right_hand_side(a, 1.0, random);
  const auto solve = [&](LeastSquaresMethod method) { return least_squares(a, b, {.method = method}); };
  const auto first = solve(LeastSquaresMethod::sketch_and_precondition);
  const auto preview = solve(LeastSquaresMethod::sketch_and_solve);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  const auto second = solve(LeastSquaresMethod::sketch_and_precondition);
  const auto second_preview = solve(LeastSquaresMethod::sketch_and_solve);
  CHECK(std::equal(first.x.entries().begin(), first.x.entries().end(), second.x.entries().begin()));
  CHECK(std::equal(preview.x.entries().begin(), preview.x.entries().end(), second_preview.x.entries().begin()));
  CHECK(first.message == second.message);
}
