#include "solvers/distributions.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace croquis {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;

// ln Gamma(z) - ln(sqrt(2 pi) z^(z - 1/2) e^-z), z > 0: what Stirling's formula leaves.
double stirling_error(double z) {
  double sum = 0;
  for (; z < 10; ++z) sum += (z + 0.5) * std::log1p(1 / z) - 1;
  const double w = 1 / (z * z);
  return sum +
         (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * 691 / 360360))))) / z;
}

// k ln(k / e) + e - k >= 0 for k = e + difference, without the cancellation.
double deviance(double k, double e, double difference) {
  const double v = difference / (k + e);
  if (std::abs(v) > 0.5) return k * std::log(k / e) - difference;
  double sum = 0;
  double power = v;
  for (int j = 3;; j += 2) {
    power *= v * v;
    const double next = sum + power / j;
    if (next == sum) return difference * v + 2 * k * sum;
    sum = next;
  }
}

// x^a y^b / B(a, b) with y = 1 - x, in which the large logarithms of its factors have been cancelled by hand (C.
// Loader, Fast and accurate computation of binomial probabilities, 2000).
double beta_density_factor(double a, double b, double x, double y) {
  const double difference = a * y - b * x;  // a - (a + b) x
  const double exponent = stirling_error(a + b) - stirling_error(a) - stirling_error(b) -
                          deviance(a, (a + b) * x, difference) - deviance(b, (a + b) * y, -difference);
  return std::sqrt(a / (2 * std::numbers::pi) * (b / (a + b))) * std::exp(exponent);
}

// The regularized incomplete beta function I_x(a, b), y = 1 - x, for x < (a + 1) / (a + b + 2): by a continued fraction
// whose terms depend on a - (a + b) x as such, so that nothing is lost where that is small beside a (A. R. DiDonato and
// A. H. Morris, Algorithm 708, 1992). Converges in some 10 + sqrt(a + b) steps.
double continued_fraction(double a, double b, double x, double y) {
  const double difference = a * y - b * x;
  const auto denominator = [&](double n) {
    return n + n * (b - n) * x / (a + 2 * n - 1) + (a + n) / (a + 2 * n + 1) * (difference + 1 + n * (1 + y));
  };
  // Lentz's evaluation.
  double value = a / (a + 1) * (difference + 1);
  double c = value;
  double d = 0;
  double change = 0;
  for (double n = 1; std::abs(change - 1) > 2 * roundoff; ++n) {
    const double numerator = (a + n - 1) / (a + 2 * n - 1) * ((a + b + n - 1) / (a + 2 * n - 1)) * n * (b - n) * x * x;
    const double next = denominator(n);
    c = next + numerator / c;
    d = 1 / (next + numerator * d);
    change = c * d;
    value *= change;
  }
  return beta_density_factor(a, b, x, y) / value;
}

double incomplete_beta(double a, double b, double x, double y) {
  if (x == 0) return 0;
  if (y == 0) return 1;
  return x < (a + 1) / (a + b + 2) ? continued_fraction(a, b, x, y) : 1 - continued_fraction(b, a, y, x);
}

}  // namespace

double two_sided_t_probability(double t, double freedom) {
  if (std::isnan(t) || !(freedom > 0)) return unknown;
  // x = freedom / (freedom + t^2), by a ratio that overflows only where x is zero.
  const double ratio = t / freedom * t;
  return incomplete_beta(freedom / 2, 0.5, 1 / (1 + ratio), std::isinf(ratio) ? 1 : ratio / (1 + ratio));
}

double two_sided_t_quantile(double probability, double freedom) {
  if (!(probability > 0 && probability <= 1) || !(freedom > 0)) return unknown;
  if (probability == 1) return 0;
  // The probability falls with t, so halving finds it; the steps are few beside what they serve.
  double low = 0;
  double high = 1;
  while (two_sided_t_probability(high, freedom) > probability) high *= 2;
  while (true) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    (two_sided_t_probability(middle, freedom) > probability ? low : high) = middle;
  }
}

double upper_f_probability(double f, double numerator, double denominator) {
  if (!(f >= 0) || !(numerator > 0) || !(denominator > 0)) return unknown;
  const double ratio = f / denominator * numerator;
  return incomplete_beta(denominator / 2, numerator / 2, 1 / (1 + ratio), std::isinf(ratio) ? 1 : ratio / (1 + ratio));
}

}  // namespace croquis
