// NIST's certified nonlinear regressions, from both starts of each.
#include <croquis/solvers/nonlinear_least_squares.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "solvers/distributions.hpp"
#include "tests/support/data.hpp"
#include "tests/support/strd_nonlinear.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

// Of the worst coefficient; certified are eleven.
double digits(const std::vector<double>& x, const std::vector<double>& certified) {
  double fewest = 11;
  for (std::size_t j = 0; j < x.size(); ++j)
    fewest = std::min(fewest, -std::log10(std::abs(x[j] - certified[j]) / std::abs(certified[j]) + 1e-300));
  return std::max(fewest, 0.0);
}

// The mean over all data sets and starts; every run has four digits or says that it is not solved.
double mean_digits(const NonlinearOptions& options, std::optional<DifferenceScheme> differences) {
  double sum = 0;
  int runs = 0;
  for (auto& strd : read_all_strd_nonlinear(*data_folder() / "strd_nonlinear")) {
    if (differences) {
      strd.problem.jacobian = nullptr;
      strd.problem.differences = *differences;
    }
    for (const auto& start : strd.start) {
      CAPTURE(strd.name);
      CAPTURE(start[0]);
      const NonlinearFit fit = nonlinear_least_squares(strd.problem, start, options);
      CAPTURE(fit.message);
      const double reached = digits(fit.x, strd.coefficients);
      CHECK((reached >= 4 || !fit.solved()));
      sum += reached;
      ++runs;
    }
  }
  CHECK(runs == 42);
  return sum / runs;
}

}  // namespace

TEST_CASE("Digits with the exact Jacobian") {
  // What Ceres reports of itself is 9.4.
  CHECK(mean_digits({}, std::nullopt) >= 9.4);
}

TEST_CASE("Digits with central differences") {
  // They lose a third of the digits of a derivative, but where residuals are small not of the solution.
  CHECK(mean_digits({}, DifferenceScheme::central) >= 7);
}

TEST_CASE("Digits with extrapolated differences") {
  // As good as exact derivatives.
  CHECK(mean_digits({}, DifferenceScheme::extrapolated) >= 9.4);
}

TEST_CASE("Standard errors are the certified ones") {
  for (const auto& strd : read_all_strd_nonlinear(*data_folder() / "strd_nonlinear")) {
    CAPTURE(strd.name);
    const NonlinearFit fit = nonlinear_least_squares(strd.problem, strd.start[1]);
    const NonlinearStatistics statistics = nonlinear_statistics(strd.problem, fit.x);
    CHECK(statistics.degrees_of_freedom == strd.problem.residuals - strd.problem.unknowns);
    // Lanczos1's residuals are near 1e-13, where rounding the model to double already changes them by a thousandth.
    const double tolerance = strd.name == "Lanczos1" ? 1e-2 : 1e-4;
    CHECK(statistics.residual_standard_error == doctest::Approx(strd.residual_standard_deviation).epsilon(tolerance));
    for (std::size_t j = 0; j < fit.x.size(); ++j) {
      CHECK(statistics.standard_errors[j] == doctest::Approx(strd.standard_deviations[j]).epsilon(tolerance));
      const auto place = static_cast<std::int64_t>(j);
      CHECK(std::sqrt(statistics.covariance(place, place)) ==
            doctest::Approx(statistics.standard_errors[j]).epsilon(1e-12));
      CHECK(statistics.t_values[j] == fit.x[j] / statistics.standard_errors[j]);
      CHECK(statistics.p_values[j] ==
            two_sided_t_probability(statistics.t_values[j], static_cast<double>(statistics.degrees_of_freedom)));
    }
  }
}
