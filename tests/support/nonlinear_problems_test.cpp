// The test problems are what their source says they are.
#include "tests/support/nonlinear_problems.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace croquis;
using namespace croquis::test;

TEST_CASE("Values at the start are the known ones") {
  const auto problems = nonlinear_test_problems();
  // The table of 25 lists EIGENA and EIGENB as one.
  CHECK(problems.size() == 26);
  for (const auto& test : problems) {
    CAPTURE(test.name);
    REQUIRE(static_cast<std::int64_t>(test.x0.size()) == test.problem.unknowns);
    std::vector<double> r(static_cast<std::size_t>(test.problem.residuals));
    test.problem.residual(test.x0, r);
    long double square = 0;
    for (const double entry : r) square += static_cast<long double>(entry) * entry;
    CHECK(std::abs(static_cast<double>(square / 2) - test.f0) <= test.f0_tolerance);
  }
}

TEST_CASE("Jacobians agree with differences, at the start and away from it") {
  for (const auto& test : nonlinear_test_problems()) {
    CAPTURE(test.name);
    std::vector<double> x = test.x0;
    NonlinearProblem problem = test.problem;
    for (const int round : {0, 1}) {
      // Where an unknown happens to be near zero, its own size is no measure of a step: sums of 100 terms cancel.
      problem.typical_x.clear();
      for (const double entry : x) problem.typical_x.push_back(std::max(std::abs(entry), 0.1));
      const JacobianCheck check = check_jacobian(problem, x);
      CAPTURE(round);
      CAPTURE(check.message);
      CHECK(check.consistent());
      for (std::size_t j = 0; j < x.size(); ++j) x[j] += 0.1 * std::sin(static_cast<double>(7 * j + 1));
    }
  }
}
