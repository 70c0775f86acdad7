#include <algorithm>
#include <cmath>
#include <string>

#include <croquis/errors.hpp>
#include <croquis/sketch/distortion.hpp>

#include "sketch/check_sketch.hpp"

namespace croquis {
namespace {

struct Goal {
  double n;      // dimension of the subspace
  double eps;    // distortion: all singular values of S Q within [1 - eps, 1 + eps]
  double delta;  // probability of failing
};

// The singular values of a d x n Gaussian matrix leave sqrt(d) +- (sqrt(n) + t) with probability 2 exp(-t^2 / 2).
double gaussian_rows(const Goal& g) {
  return std::pow((std::sqrt(g.n) + std::sqrt(2 * std::log(2 / g.delta))) / g.eps, 2);
}

// E ||(S Q)^T S Q - I||_F^2 <= n (n + 1) / d, and a deviation under eps (2 - eps) keeps the distortion under eps.
double count_sketch_rows(const Goal& g) {
  const double deviation = g.eps * (2 - g.eps);
  return g.n * (g.n + 1) / (deviation * deviation * g.delta);
}

// Half as many rows again as Gaussian: the most seen to be needed on subspaces from coherent to random. And with s
// entries per column, two columns that meet in c places may be c / s from orthogonal, a distortion of
// 1 - sqrt(1 - c / s): a pair meeting in one place more than allowed must be rare among the n (n - 1) / 2 pairs of a
// coordinate subspace. The latter decides for small distortions.
double sparse_sign_rows(const Goal& g) {
  constexpr double s = 8;
  const double met = std::floor(s * g.eps * (2 - g.eps)) + 1;
  double rows = 1.5 * gaussian_rows(g);
  if (met <= s) {
    const double choices = std::exp(std::lgamma(s + 1) - std::lgamma(met + 1) - std::lgamma(s - met + 1));
    const double pairs = g.n * (g.n - 1) / 2;
    rows = std::max(rows, s * std::pow(pairs * choices * 2 / g.delta, 1 / met));
  }
  return rows;
}

// By experiment no more than Gaussian, on coherent and random subspaces; the half more is for rare events.
double hashed_rows(const Goal& g) { return 1.5 * gaussian_rows(g); }

// A random subspace behaves as under a Gaussian sketch. The other extreme, coordinate vectors, needs all of n patterns
// sampled about equally often: by the matrix Chernoff bound for rows of equal length (Tropp, arXiv 1011.1595),
// n exp(-d h / n) bounds the failure on either side, h(x) = x log x - x + 1 at x = (1 -+ eps)^2.
double transform_rows(const Goal& g) {
  const auto h = [](double x) { return x * std::log(x) - x + 1; };
  const double rate = std::min(h((1 - g.eps) * (1 - g.eps)), h((1 + g.eps) * (1 + g.eps)));
  return std::max(gaussian_rows(g), g.n * std::log(2 * g.n / g.delta) / rate);
}

void check_fraction(const char* name, double value) {
  if (!(value > 0 && value < 1))
    throw InvalidOption(std::string(name) + " = " + std::to_string(value) + " is outside (0, 1)");
}

}  // namespace

std::int64_t recommended_rows(SketchFamily family, std::int64_t subspace_dimension, std::int64_t ambient_dimension,
                              double distortion, double failure_probability) {
  constexpr std::int64_t most = std::int64_t{1} << 62;
  if (ambient_dimension < 1 || ambient_dimension > most)
    throw InvalidOption("ambient_dimension = " + std::to_string(ambient_dimension) + " is outside [1, " +
                        std::to_string(most) + "]");
  if (subspace_dimension < 1 || subspace_dimension > ambient_dimension)
    throw InvalidOption("subspace_dimension = " + std::to_string(subspace_dimension) + " is outside [1, " +
                        std::to_string(ambient_dimension) + "]: at most ambient_dimension");
  check_fraction("distortion", distortion);
  check_fraction("failure_probability", failure_probability);
  const Goal goal{static_cast<double>(subspace_dimension), distortion, failure_probability};
  double rows = 0;
  std::int64_t limit = most;
  switch (family) {
    case SketchFamily::gaussian:
    case SketchFamily::rademacher:
    case SketchFamily::uniform:
      rows = gaussian_rows(goal);
      break;
    case SketchFamily::sparse_sign:
      rows = sparse_sign_rows(goal);
      break;
    case SketchFamily::count_sketch:
      rows = count_sketch_rows(goal);
      break;
    case SketchFamily::srht:
      rows = transform_rows(goal);
      limit = hadamard_order(ambient_dimension);
      break;
    case SketchFamily::srtt:
    case SketchFamily::row_sampling:
      rows = transform_rows(goal);
      limit = ambient_dimension;
      break;
    case SketchFamily::hashed_rht:
      rows = hashed_rows(goal);
      break;
  }
  return rows < static_cast<double>(limit) ? static_cast<std::int64_t>(std::ceil(rows)) : limit;
}

}  // namespace croquis
