// Traces and spectral densities beside spectra that are known: error bars that cover, errors that fall, and what is
// refused.
#include <croquis/solvers/spectral_density.hpp>
#include <croquis/solvers/symmetric_operators.hpp>
#include <croquis/solvers/trace_estimate.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <croquis/errors.hpp>

#include "linalg/parallel.hpp"
#include "tests/support/symmetric.hpp"
#include "tests/support/test_matrices.hpp"

using namespace croquis;
using namespace croquis::test;

namespace {

constexpr double u = 1.2e-16;

std::vector<double> spectrum(std::int64_t n, auto value) {
  std::vector<double> result;
  for (std::int64_t j = 0; j < n; ++j) result.push_back(value(static_cast<double>(j)));
  return result;
}

double sum(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result += value;
  return result;
}

struct Trials {
  double root_mean_square = 0;
  double mean_error = 0;
  int covered = 0;
};

Trials run_trials(const std::vector<double>& d, TraceMethod method, std::int64_t products, int trials) {
  const LinearOperator<double> op = diagonal_operator(d);
  const double exact = sum(d);
  Trials result;
  for (int seed = 0; seed < trials; ++seed) {
    const TraceEstimate found =
        estimate_trace(op, {.method = method, .products = products, .seed = static_cast<std::uint64_t>(seed)});
    CHECK(found.solved());
    CHECK(found.products <= products);
    const double error = found.trace - exact;
    result.root_mean_square += error * error / trials;
    result.mean_error += error / trials;
    if (std::abs(error) <= found.error_bar) ++result.covered;
  }
  result.root_mean_square = std::sqrt(result.root_mean_square);
  return result;
}

double exact_cumulative(const std::vector<double>& d, double x) {
  return static_cast<double>(std::count_if(d.begin(), d.end(), [&](double value) { return value <= x; })) /
         static_cast<double>(d.size());
}

const LinearOperator<double> skewed{2, 2,
                                    [](MatrixView<const double> x, MatrixView<double> y) {
                                      for (std::int64_t j = 0; j < x.cols; ++j) {
                                        y(0, j) = 3 * x(0, j) + 2 * x(1, j);
                                        y(1, j) = 4 * x(1, j);
                                      }
                                    },
                                    nullptr};

}  // namespace

TEST_CASE("error bars of 90 % cover, and the estimates are unbiased, for fast, slow and indefinite spectra") {
  const std::int64_t n = 200;
  for (const std::vector<double>& d :
       {spectrum(n, [](double j) { return std::pow(0.8, j); }), spectrum(n, [](double j) { return 1 / (1 + j); }),
        spectrum(n, [](double j) { return 3 + std::sin(j); }),
        spectrum(n, [](double j) { return std::cos(j) / (1 + j); })}) {
    for (const TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutch_plus_plus, TraceMethod::xtrace}) {
      CAPTURE(d[1]);
      CAPTURE(to_string(method));
      const int trials = 200;
      const Trials found = run_trials(d, method, 30, trials);
      // 200 trials of probability 0.9 succeed 163 times or less with probability 2e-4; 12 such cases, with fixed seeds.
      CHECK(found.covered > 163);
      // Four standard errors of the mean: 6e-5.
      CHECK(std::abs(found.mean_error) <= 4 * found.root_mean_square / std::sqrt(trials));
    }
  }
}

TEST_CASE("with 100 products and a fast spectrum the error is far below a twentieth of Hutchinson's") {
  const std::vector<double> d = spectrum(1000, [](double j) { return std::pow(0.7, j); });
  const int trials = 8;
  const double plain = run_trials(d, TraceMethod::hutchinson, 100, trials).root_mean_square;
  // Either root mean square of 8 errors is off by a factor of three once in some 1000 times.
  CHECK(run_trials(d, TraceMethod::hutch_plus_plus, 100, trials).root_mean_square < plain / 60);
  CHECK(run_trials(d, TraceMethod::xtrace, 100, trials).root_mean_square < plain / 60);
}

TEST_CASE("traces without error: low rank, multiples of the identity, as many products as rows, n = 1, zero") {
  std::vector<double> low_rank(200, 0);
  for (std::size_t j = 0; j < 7; ++j) low_rank[3 * j] = 1 + static_cast<double>(j);
  for (const TraceMethod method : {TraceMethod::hutch_plus_plus, TraceMethod::xtrace}) {
    const TraceEstimate found = estimate_trace(diagonal_operator(low_rank), {.method = method, .products = 30});
    CHECK(std::abs(found.trace - 28) <= found.error_bar);
    CHECK(found.error_bar < 1e-11);
  }
  for (const TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutch_plus_plus, TraceMethod::xtrace}) {
    const TraceEstimate same =
        estimate_trace(diagonal_operator(std::vector<double>(200, 2.5)), {.method = method, .products = 20});
    CHECK(std::abs(same.trace - 500) <= same.error_bar);
    CHECK(same.error_bar < 1e-9);
    const TraceEstimate zero =
        estimate_trace(diagonal_operator(std::vector<double>(50, 0)), {.method = method, .products = 20});
    CHECK(zero.trace == 0);
    CHECK(zero.error_bar == 0);
  }
  const std::vector<double> d = spectrum(20, [](double j) { return j * j; });
  const TraceEstimate all = estimate_trace(diagonal_operator(d), {.products = 20});
  CHECK(all.products == 20);
  CHECK(std::abs(all.trace - sum(d)) <= all.error_bar);
  CHECK(estimate_trace(diagonal_operator({-3}), {.products = 1}).trace == -3);
  CHECK(estimate_trace(diagonal_operator({}), {.products = 1}).trace == 0);
  CHECK(estimate_trace(skewed, {.products = 6}).trace == 7);
}

TEST_CASE("products are doubled until the error bar is short enough, or they run out") {
  const std::vector<double> d = spectrum(2000, [](double j) { return 1 / ((1 + j) * (1 + j)); });
  const LinearOperator<double> op = diagonal_operator(d);
  const TraceEstimate rough = estimate_trace(op, {.tolerance = 0.1});
  const TraceEstimate fine = estimate_trace(op, {.tolerance = 1e-3});
  CHECK(rough.solved());
  CHECK(fine.solved());
  CHECK(rough.error_bar <= 0.1 * rough.trace);
  CHECK(fine.error_bar <= 1e-3 * fine.trace);
  CHECK(std::abs(fine.trace - sum(d)) <= 2 * fine.error_bar);
  CHECK(rough.products < fine.products);
  // No product is made twice: as many as one call with that number makes.
  CHECK(estimate_trace(op, {.products = fine.products}).trace == doctest::Approx(fine.trace).epsilon(1e-10));
  const TraceEstimate limited = estimate_trace(op, {.tolerance = 1e-9, .product_limit = 60});
  CHECK(limited.status == Status::iteration_limit);
  CHECK(limited.products <= 60);
  CHECK(estimate_trace(op, {.absolute_tolerance = 1e9}).products == 24);
}

TEST_CASE("a tolerance that takes as many products as rows ends with the exact trace, within the limit or not at all") {
  const std::vector<double> d = spectrum(40, [](double j) { return 2 + std::cos(j); });
  for (const TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutch_plus_plus, TraceMethod::xtrace}) {
    const TraceEstimate all = estimate_trace(diagonal_operator(d), {.method = method, .tolerance = 1e-12});
    CHECK(all.solved());
    CHECK(all.products == 24 + 40);
    CHECK(std::abs(all.trace - sum(d)) <= all.error_bar);
    CHECK(all.error_bar < 1e-11);
    const TraceEstimate limited =
        estimate_trace(diagonal_operator(d), {.method = method, .tolerance = 1e-12, .product_limit = 63});
    CHECK(limited.status == Status::iteration_limit);
    CHECK(limited.products > 60);
    CHECK(limited.products <= 63);
    // Student's 90 % bar, fourfold: for 20 tests or more below 1e-5.
    CHECK(std::abs(limited.trace - sum(d)) <= 4 * limited.error_bar);
  }
}

TEST_CASE("the bars of a single step leave everything open, and no tolerance is met by it") {
  const std::vector<double> d = spectrum(100, [](double j) { return std::cos(j); });
  const SpectralDensity found = spectral_density(diagonal_operator(d), {.steps = 1, .tolerance = 0.3});
  CHECK(found.status == Status::accuracy_not_reached);
  CHECK(found.cumulative_error >= 0.5);
  for (const double x : {-0.9, -0.3, 0.3, 0.9}) {
    CHECK(found.cumulative(x).low <= exact_cumulative(d, x));
    CHECK(found.cumulative(x).high >= exact_cumulative(d, x));
  }
  // One vector leaves everything open as well, below all nodes too.
  const SpectralDensity single = spectral_density(diagonal_operator(d), {.vectors = 1, .steps = 5});
  const SpectralEstimate below = single.cumulative(-2);
  CHECK(std::max(below.high - below.value, below.value - below.low) <= single.cumulative_error);
}

TEST_CASE("where there are no positive eigenvalues the density of their logarithms is zero") {
  const SpectralDensity found = spectral_density(diagonal_operator(std::vector<double>(20, -1)));
  const std::vector<double> x{0.5, 1, 2};
  for (const double value : found.logarithmic_density(x)) CHECK(value == 0);
  CHECK_THROWS_AS((void)found.density(x, -1), InvalidOption);
  CHECK_THROWS_AS((void)found.density(x, std::numeric_limits<double>::quiet_NaN()), InvalidOption);
}

TEST_CASE("a spectral measure is between its bounds, and traces of functions within their error bars") {
  const std::int64_t n = 400;
  const std::vector<double> d = spectrum(n, [&](double j) {
    const double s = std::sin(std::numbers::pi * (j + 1) / (2 * static_cast<double>(n + 1)));
    return 4 * s * s;
  });
  const SpectralDensity found = spectral_density(diagonal_operator(d), {.vectors = 20, .steps = 40});
  CHECK(found.solved());
  CHECK(found.products == 20 * 40);
  CHECK(found.lowest() >= d.front());
  CHECK(found.highest() <= d.back() * (1 + 100 * u));
  // The mean weight of a node in the middle is pi / (2 steps) at most: the rest is for the vectors.
  CHECK(found.cumulative_error < 0.07);
  for (double x = 0.05; x < 4; x += 0.1) {
    const SpectralEstimate here = found.cumulative(x);
    CAPTURE(x);
    CHECK(exact_cumulative(d, x) >= here.low);
    CHECK(exact_cumulative(d, x) <= here.high);
    CHECK(here.high - here.low <= 2.000001 * found.cumulative_error);
  }
  CHECK(found.cumulative(-1).value == doctest::Approx(0).epsilon(0.05));
  CHECK(found.cumulative(5).value == doctest::Approx(1).epsilon(0.05));
  const auto check_trace = [&](auto f) {
    double exact = 0;
    for (const double value : d) exact += f(value);
    const SpectralEstimate estimate = found.trace_of(f);
    // Three times the half-width of the 90 % interval with 19 degrees of freedom: 5e-5.
    CHECK(std::abs(estimate.value - exact) <= 3 * (estimate.high - estimate.value));
    CHECK(estimate.high - estimate.value < 0.1 * std::abs(exact));
    CHECK(estimate.low < estimate.value);
  };
  check_trace([](double t) { return t * t; });
  check_trace([](double t) { return std::exp(-t); });
  check_trace([](double t) { return t / (t + 0.1); });
  // A grid of a hundredth is fine beside kernels of 1.5 40ths of 4.
  std::vector<double> grid;
  for (double x = -2; x < 6; x += 0.01) grid.push_back(x);
  double integral = 0;
  for (const double value : found.density(grid)) integral += 0.01 * value;
  CHECK(integral == doctest::Approx(1).epsilon(1e-3));
  std::vector<double> logarithmic;
  for (double t = -30; t < 10; t += 0.01) logarithmic.push_back(std::exp(t));
  double positive = 0;
  for (const double value : found.logarithmic_density(logarithmic)) positive += 0.01 * value;
  // What cannot be told from zero is left out.
  double told = 0;
  for (const SpectralRule& rule : found.rules)
    for (std::size_t i = 0; i < rule.nodes.size(); ++i)
      if (rule.nodes[i] > rule.radii[i]) told += rule.weights[i] / 20;
  CHECK(told > 0.9);
  CHECK(told < 1);
  CHECK(positive == doctest::Approx(told).epsilon(1e-3));
}

TEST_CASE(
    "Gaussian quadrature: rules of s and of s / 2 steps agree on polynomials of degree s - 1, weights add to one") {
  const std::vector<double> d = spectrum(200, [](double j) { return std::cos(j) + 0.3 * std::cos(7 * j); });
  const SpectralDensity found = spectral_density(diagonal_operator(d), {.vectors = 3, .steps = 16});
  REQUIRE(found.rules.size() == 3);
  for (std::size_t v = 0; v < 3; ++v) {
    const SpectralRule& fine = found.rules[v];
    const SpectralRule& coarse = found.coarse_rules[v];
    REQUIRE(fine.nodes.size() == 16);
    REQUIRE(coarse.nodes.size() == 8);
    for (int power = 0; power <= 17; ++power) {
      const auto moment = [&](const SpectralRule& rule) {
        double total = 0;
        for (std::size_t i = 0; i < rule.nodes.size(); ++i) total += rule.weights[i] * std::pow(rule.nodes[i], power);
        return total;
      };
      CAPTURE(power);
      if (power == 0) CHECK(std::abs(moment(fine) - 1) < 100 * u);
      if (power <= 15) CHECK(std::abs(moment(fine) - moment(coarse)) < 1e-13 * std::pow(1.3, power));
      // One degree more and they differ.
      if (power == 16) CHECK(std::abs(moment(fine) - moment(coarse)) > 1e-8);
    }
  }
}

TEST_CASE("eigenvalues of high multiplicity are jumps, to as many digits as the vectors know them") {
  std::vector<double> d(1000, 0);
  for (std::size_t j = 0; j < 250; ++j) d[j] = 1;
  for (std::size_t j = 250; j < 270; ++j) d[j] = 10;
  const SpectralDensity found = spectral_density(diagonal_operator(d), {.vectors = 16});
  // Three distinct eigenvalues end the recurrence.
  CHECK(found.products == 16 * 3);
  for (const double x : {-0.5, 0.5, 5.0, 11.0}) {
    const SpectralEstimate here = found.cumulative(x);
    // Twice the 90 % interval with 15 degrees of freedom: 3e-3, four points.
    CHECK(std::abs(here.value - exact_cumulative(d, x)) <= 2 * (here.high - here.value) + 1e-12);
    CHECK(here.high - here.low < 0.03);
  }
  const SpectralDensity one = spectral_density(diagonal_operator({-2}), {});
  CHECK(one.lowest() == -2);
  CHECK(one.trace_of([](double t) { return t; }).value == doctest::Approx(-2).epsilon(1e-15));
  CHECK(spectral_density(diagonal_operator(std::vector<double>(30, 0)), {}).highest() == 0);
  CHECK(spectral_density(diagonal_operator({}), {}).solved());
}

TEST_CASE("a random Gram matrix has Marchenko and Pastur's distribution") {
  RandomSource random(4);
  const std::int64_t m = 800, n = 200;
  Matrix<double> a = gaussian_matrix(m, n, random);
  for (double& entry : a.entries()) entry /= std::sqrt(static_cast<double>(m));
  const SpectralDensity found = spectral_density(gram_operator(a), {.steps = 50});
  const double ratio = static_cast<double>(n) / static_cast<double>(m);
  const double low = std::pow(1 - std::sqrt(ratio), 2), high = std::pow(1 + std::sqrt(ratio), 2);
  double cumulative = 0;
  const double step = 1e-4;
  int count = 0;
  for (double x = low + step / 2; x < high; x += step) {
    cumulative += step * std::sqrt((high - x) * (x - low)) / (2 * std::numbers::pi * ratio * x);
    if (++count % 200 != 0) continue;
    const SpectralEstimate here = found.cumulative(x + step / 2);
    // The matrix itself fluctuates about its limit by a few eigenvalues of 200.
    CHECK(std::abs(here.value - cumulative) <= here.high - here.value + 0.015);
  }
  CHECK(cumulative == doctest::Approx(1).epsilon(1e-3));
}

TEST_CASE("steps and vectors until the distribution is known well enough") {
  const std::vector<double> d = spectrum(3000, [](double j) { return std::sin(j); });
  const LinearOperator<double> op = diagonal_operator(d);
  const SpectralDensity rough = spectral_density(op, {.steps = 200, .tolerance = 0.1});
  CHECK(rough.solved());
  CHECK(rough.cumulative_error <= 0.1);
  CHECK(rough.rules[0].nodes.size() < 60);
  const SpectralDensity too_few_steps = spectral_density(op, {.steps = 20, .tolerance = 0.01});
  CHECK(too_few_steps.status == Status::accuracy_not_reached);
  CHECK(too_few_steps.message.find("more steps") != std::string::npos);
  const SpectralDensity too_few_vectors =
      spectral_density(diagonal_operator({0, 0, 0, 1, 1, 1, 1}), {.vectors = 2, .tolerance = 0.01, .vector_limit = 8});
  CHECK(too_few_vectors.status == Status::accuracy_not_reached);
  CHECK(too_few_vectors.rules.size() == 8);
  CHECK(too_few_vectors.message.find("more vectors") != std::string::npos);
}

TEST_CASE("the same seed gives the same bits for any number of threads, another seed other bits") {
  RandomSource random(5);
  const Matrix<double> a = gaussian_matrix(40, 3000, random);
  const LinearOperator<double> op = gram_operator(a);
  std::vector<double> first;
  for (const int threads : {1, 2, 5}) {
    std::vector<double> bits;
    run_with_threads(threads, [&] {
      for (const TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutch_plus_plus, TraceMethod::xtrace}) {
        const TraceEstimate trace = estimate_trace(op, {.method = method, .products = 30});
        bits.insert(bits.end(), {trace.trace, trace.error_bar});
      }
      const SpectralDensity density = spectral_density(op, {.vectors = 3, .steps = 12});
      for (const SpectralRule& rule : density.rules) {
        bits.insert(bits.end(), rule.nodes.begin(), rule.nodes.end());
        bits.insert(bits.end(), rule.weights.begin(), rule.weights.end());
      }
    });
    if (threads == 1) first = bits;
    CHECK(bits == first);
  }
  CHECK(estimate_trace(op, {.method = TraceMethod::hutchinson, .products = 30, .seed = 1}).trace != first[0]);
}

TEST_CASE("NaN is a status; not symmetric, exceptions and mistakes are exceptions") {
  std::vector<double> d(100, 1);
  const LinearOperator<double> op = diagonal_operator(d);
  d[50] = std::numeric_limits<double>::infinity();
  const LinearOperator<double> bad = diagonal_operator(d);
  for (const TraceMethod method : {TraceMethod::hutchinson, TraceMethod::hutch_plus_plus, TraceMethod::xtrace})
    CHECK(estimate_trace(bad, {.method = method, .products = 20}).status == Status::non_finite_input);
  CHECK(estimate_trace(bad, {.products = 100}).status == Status::non_finite_input);
  const SpectralDensity nothing = spectral_density(bad);
  CHECK(nothing.status == Status::non_finite_input);
  CHECK(nothing.rules.empty());
  CHECK(nothing.trace_of([](double t) { return t; }).value == 0);
  CHECK_THROWS_WITH_AS((void)spectral_density(skewed), doctest::Contains("A is not symmetric"), InvalidOption);

  LinearOperator<double> throwing = op;
  throwing.multiply = [](MatrixView<const double>, MatrixView<double>) { throw std::logic_error("out of order"); };
  CHECK_THROWS_WITH_AS((void)spectral_density(throwing), "out of order", std::logic_error);
  CHECK_THROWS_WITH_AS((void)estimate_trace(throwing, {.products = 10}), "out of order", std::logic_error);

  const LinearOperator<double> wide = linear_operator(Matrix<double>(4, 5));
  CHECK_THROWS_AS((void)spectral_density(wide), ShapeError);
  CHECK_THROWS_AS((void)estimate_trace(wide, {.products = 10}), ShapeError);
  CHECK_THROWS_AS((void)estimate_trace(op, {}), InvalidOption);
  CHECK_THROWS_AS((void)estimate_trace(op, {.products = 10, .tolerance = 0.1}), InvalidOption);
  CHECK_THROWS_AS((void)estimate_trace(op, {.products = 5}), InvalidOption);
  CHECK_THROWS_AS((void)estimate_trace(op, {.products = -1}), InvalidOption);
  CHECK_THROWS_AS((void)estimate_trace(op, {.tolerance = -0.1}), InvalidOption);
  CHECK_THROWS_AS((void)estimate_trace(op, {.tolerance = 0.1, .product_limit = 2}), InvalidOption);
  CHECK_THROWS_AS((void)estimate_trace(op, {.products = 10, .confidence = 1}), InvalidOption);
  CHECK_THROWS_AS((void)spectral_density(op, {.vectors = 0}), InvalidOption);
  CHECK_THROWS_AS((void)spectral_density(op, {.steps = 0}), InvalidOption);
  CHECK_THROWS_AS((void)spectral_density(op, {.tolerance = 1}), InvalidOption);
  CHECK_THROWS_AS((void)spectral_density(op, {.confidence = 0}), InvalidOption);
}
