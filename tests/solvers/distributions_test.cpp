// Tail probabilities against values that are known in closed form.
#include "solvers/distributions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>

using namespace croquis;

namespace {

// A few roundoffs of a formula that itself is evaluated in double.
void check_close(double computed, double expected) {
  CAPTURE(computed);
  CAPTURE(expected);
  CHECK(std::abs(computed - expected) <= 1e-13 * expected);
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("Student's t with 1, 2 and 4 degrees of freedom, near and far in the tail") {
  for (const double t : {1e-8, 0.1, 1.0, 2.5, 30.0, 1e5}) {
    // 1: Cauchy. 2: 1 - t / sqrt(2 + t^2), without cancellation. 4: 1 - s (3 - s^2) / 2 with s = t / sqrt(4 + t^2).
    check_close(two_sided_t_probability(t, 1), std::atan2(1, t) * 2 / std::numbers::pi);
    const double root = std::sqrt(2 + t * t);
    check_close(two_sided_t_probability(t, 2), 2 / (root * (root + t)));
    const double s = t / std::sqrt(4 + t * t);
    const double one_less_s = 4 / ((4 + t * t) * (1 + s));
    check_close(two_sided_t_probability(t, 4), one_less_s * one_less_s * (2 + s) / 2);
    CHECK(two_sided_t_probability(-t, 7) == two_sided_t_probability(t, 7));
  }
}

TEST_CASE("Student's t with many degrees of freedom is normal up to 1 / freedom") {
  for (const double t : {0.3, 1.96, 5.0}) {
    const double freedom = 1e9;
    const double normal = std::erfc(t / std::sqrt(2.0));
    // The first term of the expansion: (t^3 + t) / (4 freedom) times the density, doubled.
    const double correction = (t * t * t + t) / (2 * freedom) * std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
    CHECK(std::abs(two_sided_t_probability(t, freedom) - normal - correction) <= 1e-12 * normal);
  }
}

TEST_CASE("Fisher's F in closed forms, and t^2 as F with one degree of freedom") {
  for (const double f : {1e-6, 0.5, 3.0, 200.0}) {
    // 2 and d: (1 + 2 f / d)^(-d/2).
    for (const double d : {1.0, 6.0, 51.0}) check_close(upper_f_probability(f, 2, d), std::pow(1 + 2 * f / d, -d / 2));
    for (const double d : {3.0, 40.0, 1e6})
      check_close(upper_f_probability(f, 1, d), two_sided_t_probability(std::sqrt(f), d));
  }
  // Longley's F with its p value, as R prints it to four digits.
  CHECK(std::abs(upper_f_probability(330.285339234588, 6, 9) - 4.984e-10) < 0.0005e-10);
}

// Computed in extended precision by another library.
TEST_CASE("Both sides of the middle, many degrees of freedom, and tails down to 1e-262") {
  const struct {
    double t, freedom, probability;
  } of_t[] = {{2, 19, 0.060002036386098366},
              {37, 100, 3.6708214035389043e-60},
              {3, 1e4, 0.0027064481899976663},
              {2, 1e6, 0.045500533851319208},
              {30, 1e7, 1.00146136908178e-197}};
  for (const auto& each : of_t)
    CHECK(std::abs(two_sided_t_probability(each.t, each.freedom) / each.probability - 1) < 1e-12);
  const struct {
    double f, numerator, denominator, probability;
  } of_f[] = {{1.3, 50, 100, 0.13372621880254961},
              {0.9, 500, 1e4, 0.94300200158091064},
              {1.3, 10, 1e7, 0.22367199852250753},
              {5, 500, 1e6, 4.8049421280777092e-262}};
  for (const auto& each : of_f)
    CHECK(std::abs(upper_f_probability(each.f, each.numerator, each.denominator) / each.probability - 1) < 1e-12);
}

TEST_CASE("The ends, and what is not a number") {
  CHECK(two_sided_t_probability(0, 5) == 1);
  CHECK(two_sided_t_probability(infinity, 5) == 0);
  CHECK(two_sided_t_probability(1e300, 1e6) == 0);
  CHECK(upper_f_probability(0, 3, 5) == 1);
  CHECK(upper_f_probability(infinity, 3, 5) == 0);
  CHECK(upper_f_probability(1e300, 1e3, 1e6) == 0);
  CHECK(std::isnan(two_sided_t_probability(not_a_number, 5)));
  CHECK(std::isnan(two_sided_t_probability(1, 0)));
  CHECK(std::isnan(upper_f_probability(not_a_number, 3, 5)));
  CHECK(std::isnan(upper_f_probability(1, 0, 5)));
  CHECK(std::isnan(upper_f_probability(1, 3, 0)));
}

TEST_CASE("quantiles of Student's t are where the probability is") {
  for (const double freedom : {1., 2., 4., 19., 1000.})
    for (const double probability : {1e-9, 0.05, 0.1, 0.5, 0.999})
      check_close(two_sided_t_probability(two_sided_t_quantile(probability, freedom), freedom), probability);
  // Cauchy: half of it beyond one.
  CHECK(two_sided_t_quantile(0.5, 1) == doctest::Approx(1).epsilon(1e-14));
  CHECK(two_sided_t_quantile(1, 3) == 0);
  CHECK(std::isnan(two_sided_t_quantile(0, 3)));
  CHECK(std::isnan(two_sided_t_quantile(1.5, 3)));
  CHECK(std::isnan(two_sided_t_quantile(0.5, 0)));
}
