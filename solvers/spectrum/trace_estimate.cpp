#include <croquis/solvers/trace_estimate.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"
#include "solvers/option_checks.hpp"
#include "solvers/spectrum/student_mean.hpp"
#include "solvers/spectrum/trace_samples.hpp"

namespace croquis {

std::string to_string(TraceMethod method) {
  switch (method) {
    case TraceMethod::hutchinson:
      return "hutchinson";
    case TraceMethod::hutch_plus_plus:
      return "hutch++";
    case TraceMethod::xtrace:
      return "xtrace";
  }
  assert(false && "a method without a name");
  return {};
}

namespace {

constexpr double roundoff = std::numeric_limits<double>::epsilon() / 2;
// Two test vectors for every method.
constexpr std::int64_t fewest_products = 6;
constexpr std::int64_t first_products = 24;
constexpr std::int64_t unit_vectors_at_once = 64;

void check_options(const TraceOptions& options) {
  const auto not_negative = [](double value, const char* name) {
    if (!(value >= 0 && std::isfinite(value)))
      throw InvalidOption(std::string(name) + " is " + scientific(value) + " but must be finite and not negative");
  };
  not_negative(options.tolerance, "tolerance");
  not_negative(options.absolute_tolerance, "absolute_tolerance");
  if (options.products < 0)
    throw InvalidOption("products is " + std::to_string(options.products) + " but must not be negative");
  if ((options.products > 0) == (options.tolerance > 0 || options.absolute_tolerance > 0))
    throw InvalidOption("either products or a tolerance must be given, and not both");
  check_at_least("product_limit", options.product_limit, fewest_products);
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidOption("confidence is " + scientific(options.confidence) + " but must be in (0, 1)");
}

TraceEstimate finished(TraceEstimate result, Status status, const CountedProducts& a, const std::string& how) {
  result.status = status;
  result.products = a.products();
  result.message = status == Status::non_finite_input ? std::string(non_finite_product)
                                                      : how + " with " + std::to_string(result.products) + " products";
  return result;
}

TraceEstimate exact_trace(CountedProducts& a, TraceEstimate result) {
  const std::int64_t n = a.size();
  double trace = 0;
  double sizes = 0;
  for (std::int64_t first = 0; first < n; first += unit_vectors_at_once) {
    const std::int64_t count = std::min(unit_vectors_at_once, n - first);
    Matrix<double> unit(n, count), columns(n, count);
    for (std::int64_t j = 0; j < count; ++j) unit(first + j, j) = 1;
    if (!a.multiply(unit.view(), columns.view())) return finished(result, Status::non_finite_input, a, "");
    for (std::int64_t j = 0; j < count; ++j) {
      trace += columns(first + j, j);
      sizes += std::abs(columns(first + j, j));
    }
  }
  result.trace = trace;
  result.error_bar = static_cast<double>(n) * roundoff * sizes;
  return finished(result, Status::converged, a, "exact, by unit vectors,");
}

}  // namespace

TraceEstimate estimate_trace(const LinearOperator<double>& a, const TraceOptions& options) {
  CountedProducts counted(a);
  check_options(options);
  TraceEstimate result;
  result.confidence = options.confidence;
  if (options.products > 0 && options.products < std::min(fewest_products, a.rows))
    throw InvalidOption("products is " + std::to_string(options.products) + " but must be at least " +
                        std::to_string(fewest_products) + ", or n");

  const bool to_a_tolerance = options.products == 0;
  TraceSamples samples(counted, options.method, options.seed);
  for (std::int64_t products = to_a_tolerance ? first_products : options.products;; products *= 2) {
    const std::int64_t allowed = to_a_tolerance ? std::min(products, options.product_limit) : products;
    // From here on n more products give all there is to know, if there are so many left.
    if (allowed >= a.rows && (!to_a_tolerance || counted.products() + a.rows <= options.product_limit))
      return exact_trace(counted, result);
    if (!samples.extend(allowed)) return finished(result, Status::non_finite_input, counted, "");
    const StudentMean mean = samples.mean();
    result.trace = mean.mean;
    result.error_bar =
        student_factor(static_cast<std::size_t>(samples.tests()), options.confidence) * mean.standard_error +
        samples.rounding();
    const double wanted = std::max(options.absolute_tolerance, options.tolerance * std::abs(result.trace));
    const std::string how = "estimated by " + to_string(options.method) + " to within " + scientific(result.error_bar);
    if (!to_a_tolerance || result.error_bar <= wanted) return finished(result, Status::converged, counted, how);
    if (allowed == options.product_limit)
      return finished(result, Status::iteration_limit, counted, how + " only, at the limit,");
  }
}

}  // namespace croquis
