#include "tools/spectrum_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <croquis/errors.hpp>
#include <croquis/solvers/symmetric_operators.hpp>

#include "tools/largest_entry.hpp"
#include "tools/number_text.hpp"
#include "tools/stopwatch.hpp"

namespace croquis::tools {
namespace {

constexpr std::int64_t default_top = 6;
constexpr std::int64_t point_count = 240;
// Eigenvalues further apart are shown by their logarithms; those below the least part of the largest are rounding
// errors.
constexpr double wide_ratio = 1e4;
constexpr double least_part = 1e-16;
constexpr double margin = 0.04;  // of the picture's width on either side
constexpr std::int64_t fewest_trace_products = 6;
// Squares of entries of that size, and the rounding errors beside them, are in the range of double.
constexpr double least_size = 1e-140;
constexpr double most_size = 1e140;

void check(const AnyMatrixView<double>& a, const SpectrumOptions& options) {
  if (a.rows() == 0 || a.cols() == 0)
    throw ShapeError("A is " + std::to_string(a.rows()) + " x " + std::to_string(a.cols()) + ": it has no spectrum");
  if (options.symmetric && a.rows() != a.cols())
    throw ShapeError("A is " + std::to_string(a.rows()) + " x " + std::to_string(a.cols()) +
                     ": a symmetric matrix has as many rows as columns");
  const std::int64_t count = std::min(a.rows(), a.cols());
  if (options.top > count)
    throw InvalidOption("--top is " + std::to_string(options.top) + " but A has only " + std::to_string(count) +
                        " values");
  if (!options.symmetric && options.which != "largest")
    throw InvalidOption("--which " + options.which + " goes with --symmetric only: of singular values the largest");
  if (options.trace_products < std::min(fewest_trace_products, count))
    throw InvalidOption("--trace-products is " + std::to_string(options.trace_products) + " but must be at least " +
                        std::to_string(std::min(fewest_trace_products, count)));
  if (!(options.threshold > 0 && options.threshold < 1))
    throw InvalidOption("--threshold is " + all_digits(options.threshold) + " but must be in (0, 1)");
  if (options.ridge && !(*options.ridge > 0 && std::isfinite(*options.ridge)))
    throw InvalidOption("--ridge is " + all_digits(*options.ridge) + " but must be above 0");
  if (options.symmetric) return;
  if (const double size = largest_entry(a); size != 0 && !(size >= least_size && size <= most_size))
    throw InvalidOption("the largest entry of A is " + all_digits(size) +
                        ": the eigenvalues of A^T A are out of range; multiply A by a power of ten first");
}

SpectrumEnd end_named(const std::string& name) {
  for (const SpectrumEnd end : {SpectrumEnd::smallest, SpectrumEnd::largest_magnitude})
    if (to_string(end) == name) return end;
  return SpectrumEnd::largest;
}

double root(double x) { return std::sqrt(std::max(0.0, x)); }

ComputedValue computed(double eigenvalue, double bound, bool symmetric) {
  if (symmetric) return {eigenvalue, bound};
  // |s - t| = |s^2 - t^2| / (s + t), and at most the root of that difference.
  const double value = root(eigenvalue);
  return {value, value > 0 ? std::min(bound / value, std::sqrt(bound)) : std::sqrt(bound)};
}

class Summary {
 public:
  Summary(const AnyMatrixView<double>& a, const SpectrumOptions& options) : options_(options) {
    result_.symmetric = options.symmetric;
    result_.rows = a.rows();
    result_.cols = a.cols();
    result_.count = std::min(a.rows(), a.cols());
    result_.which = end_named(options.which);
    result_.threshold = options.threshold;
    result_.ridge = options.ridge;
    operator_ = options.symmetric      ? linear_operator(a)
                : a.rows() >= a.cols() ? gram_operator(a)
                                       : gram_operator(a.transposed());
  }

  SpectrumSummary run() {
    const Stopwatch clock;
    const std::int64_t top = options_.top > 0 ? options_.top : std::min(default_top, result_.count);
    result_.pairs = top_eigenpairs(operator_, top,
                                   {.which = result_.which, .tolerance = options_.tolerance, .seed = options_.seed});
    result_.trace = estimate_trace(
        operator_, {.products = options_.trace_products, .confidence = options_.confidence, .seed = options_.seed});
    result_.density = spectral_density(operator_, {.vectors = options_.vectors,
                                                   .steps = options_.steps,
                                                   .confidence = options_.confidence,
                                                   .seed = options_.seed});
    if (result_.density.solved()) derive();
    result_.seconds = clock.seconds();
    return std::move(result_);
  }

 private:
  void derive() {
    for (std::size_t j = 0; j < result_.pairs.eigenvalues.size(); ++j)
      result_.top.push_back(computed(result_.pairs.eigenvalues[j], result_.pairs.error_bounds[j], result_.symmetric));
    const double trace = result_.trace.trace, bar = result_.trace.error_bar;
    result_.norm = result_.symmetric ? SpectralEstimate{trace, trace - bar, trace + bar}
                                     : SpectralEstimate{root(trace), root(trace - bar), root(trace + bar)};
    derive_counts();
    if (options_.ridge) {
      const double mu = *options_.ridge;
      result_.effective_dimension =
          result_.density.trace_of([mu](double t) { return std::max(0.0, t) / (std::max(0.0, t) + mu); });
    }
    const bool semidefinite = !result_.symmetric || result_.density.lowest() > 0;
    result_.logarithmic = semidefinite && highest() > wide_ratio * lowest_positive();
    add_points();
  }

  double highest() const {
    double most = result_.density.highest();
    if (result_.which == SpectrumEnd::largest && !result_.top.empty())
      most = std::max(most, result_.pairs.eigenvalues[0]);
    return most;
  }
  // The least that can be told from zero, where that decides of the picture's scale.
  double lowest_positive() const {
    double least = std::numeric_limits<double>::infinity();
    for (const SpectralRule& rule : result_.density.rules)
      for (std::size_t i = 0; i < rule.nodes.size(); ++i)
        if (rule.nodes[i] > rule.radii[i]) least = std::min(least, rule.nodes[i]);
    return std::max(least, least_part * highest());
  }

  // How many values are at least x, by the distribution of the eigenvalues.
  SpectralEstimate count_from(double eigenvalue) const {
    const SpectralEstimate below = result_.density.cumulative(eigenvalue);
    const auto n = static_cast<double>(result_.count);
    return {n * (1 - below.value), n * (1 - below.high), n * (1 - below.low)};
  }

  void derive_counts() {
    const double part = options_.threshold;
    if (!result_.symmetric) {
      result_.above = count_from(part * part * highest());
      return;
    }
    const double size = part * std::max(std::abs(highest()), std::abs(result_.density.lowest()));
    if (size == 0) return;  // none is above zero
    const SpectralEstimate right = count_from(size), left = count_from(-size);
    const auto n = static_cast<double>(result_.count);
    result_.above = {right.value + n - left.value, right.low + n - left.high, std::min(n, right.high + n - left.low)};
  }

  // Evenly spaced in x, or in ln x, x a singular value or an eigenvalue.
  void add_points() {
    const auto to_x = [&](double eigenvalue) {
      const double x = result_.symmetric ? eigenvalue : root(eigenvalue);
      return result_.logarithmic ? std::log(x) : x;
    };
    double first = to_x(result_.logarithmic ? lowest_positive() : result_.density.lowest()), last = to_x(highest());
    double width = last - first;
    if (!(width > 0)) width = std::max(1e-3 * std::abs(last), 1e-300);
    first -= margin * width;
    last += margin * width;
    std::vector<double> eigenvalues;
    for (std::int64_t k = 0; k < point_count; ++k) {
      double x = first + (last - first) * static_cast<double>(k) / static_cast<double>(point_count - 1);
      if (result_.logarithmic) x = std::exp(x);
      if (!result_.symmetric) x = std::max(0.0, x);
      eigenvalues.push_back(result_.symmetric ? x : x * x);
      result_.points.push_back({x, 0, count_from(eigenvalues.back())});
    }
    const std::vector<double> density =
        result_.logarithmic ? result_.density.logarithmic_density(eigenvalues) : result_.density.density(eigenvalues);
    for (std::size_t k = 0; k < density.size(); ++k) {
      // The derivative of ln s^2 by ln s is 2, that of s^2 by s is 2 s.
      const double turn = result_.symmetric ? 1 : result_.logarithmic ? 2 : 2 * result_.points[k].x;
      result_.points[k].density = turn * density[k];
    }
  }

  const SpectrumOptions& options_;
  LinearOperator<double> operator_;
  SpectrumSummary result_;
};

}  // namespace

Status SpectrumSummary::status() const {
  if (!pairs.solved()) return pairs.status;
  return trace.solved() ? density.status : trace.status;
}

const std::string& SpectrumSummary::message() const {
  if (!pairs.solved()) return pairs.message;
  return trace.solved() ? density.message : trace.message;
}

SpectrumSummary summarize_spectrum(const AnyMatrixView<double>& a, const SpectrumOptions& options) {
  check(a, options);
  return Summary(a, options).run();
}

}  // namespace croquis::tools
