// The reader of NIST's nonlinear data sets: certified coefficients leave the certified residual.
#include "tests/support/strd_nonlinear.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "tests/support/data.hpp"

using namespace croquis;
using namespace croquis::test;

TEST_CASE("Residuals at the certified coefficients, and Jacobians at the starts") {
  const auto problems = read_all_strd_nonlinear(*data_folder() / "strd_nonlinear");
  CHECK(problems.size() == 21);
  for (const auto& strd : problems) {
    CAPTURE(strd.name);
    REQUIRE(static_cast<std::int64_t>(strd.coefficients.size()) == strd.problem.unknowns);
    std::vector<double> r(static_cast<std::size_t>(strd.problem.residuals));
    strd.problem.residual(strd.coefficients, r);
    double square = 0;
    for (const double entry : r) square += entry * entry;
    // Coefficients of eleven digits move residuals that are near a minimum by their square; Lanczos1, whose residuals
    // are all but zero, by 1e-11 of the response each.
    CHECK(std::abs(square - strd.sum_of_squares) <= 1e-9 * strd.sum_of_squares + 1e-20);
    const double freedom = static_cast<double>(strd.problem.residuals - strd.problem.unknowns);
    CHECK(std::sqrt(strd.sum_of_squares / freedom) == doctest::Approx(strd.residual_standard_deviation).epsilon(1e-9));
    // From some of the first starts e^(-b x) spans more orders of magnitude than differences resolve.
    const JacobianCheck check = check_jacobian(strd.problem, strd.start[1]);
    CAPTURE(check.message);
    CHECK(check.consistent());
  }
}

TEST_CASE("Files that are not such data sets are refused by name") {
  CHECK_THROWS_WITH_AS(read_strd_nonlinear("no_such_folder/ENSO.dat"), doctest::Contains("ENSO.dat"),
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(read_strd_nonlinear(*data_folder() / "strd_linear" / "Longley.dat"),
                       doctest::Contains("model is not known"), std::runtime_error);
}
