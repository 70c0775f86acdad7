#include <croquis/solvers/spectral_density.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "linalg/check.hpp"
#include "solvers/conclude.hpp"
#include "solvers/option_checks.hpp"
#include "solvers/spectrum/cumulative_bounds.hpp"
#include "solvers/spectrum/lanczos_quadrature.hpp"

namespace croquis {
namespace {

constexpr std::int64_t most_bytes_at_once = std::int64_t{512} << 20;
// With a tolerance: where its judgement begins, and how it goes on.
constexpr std::int64_t first_steps = 16;
constexpr double growth = 1.3;

void check_options(const SpectralDensityOptions& options) {
  check_at_least("vectors", options.vectors, 1);
  check_at_least("steps", options.steps, 1);
  check_at_least("vector_limit", options.vector_limit, 1);
  if (!(options.tolerance >= 0 && options.tolerance < 1))
    throw InvalidOption("tolerance is " + scientific(options.tolerance) + " but must be 0 or in (0, 1)");
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidOption("confidence is " + scientific(options.confidence) + " but must be in (0, 1)");
}

class Estimator {
 public:
  Estimator(const LinearOperator<double>& a, const SpectralDensityOptions& options) : a_(a), options_(options) {
    most_steps_ = std::min(options.steps, a_.size());
    const std::int64_t bytes = a_.size() * (most_steps_ + 1) * static_cast<std::int64_t>(sizeof(double));
    at_once_ = std::max<std::int64_t>(1, most_bytes_at_once / std::max<std::int64_t>(1, bytes));
    result_.dimension = a_.size();
    result_.confidence = options.confidence;
  }

  SpectralDensity run() {
    if (a_.size() == 0) return finished(Status::converged);
    std::int64_t vectors = options_.vectors;
    while (true) {
      if (!add_vectors(vectors)) {
        result_.rules.clear();
        result_.coarse_rules.clear();
        return finished(Status::non_finite_input);
      }
      result_.cumulative_error = CumulativeBounds(result_.rules, options_.confidence).largest_error();
      if (options_.tolerance == 0 || result_.cumulative_error <= options_.tolerance) return finished(Status::converged);
      // More vectors do not help where the steps are too few.
      if (!resolved_ || vectors >= options_.vector_limit) return finished(Status::accuracy_not_reached);
      vectors = std::min(2 * vectors, options_.vector_limit);
    }
  }

 private:
  // Rules for all random vectors up to `count`.
  bool add_vectors(std::int64_t count) {
    for (auto first = static_cast<std::int64_t>(result_.rules.size()); first < count;
         first = static_cast<std::int64_t>(result_.rules.size())) {
      LanczosQuadrature quadrature(a_, options_.seed, first, std::min(at_once_, count - first), most_steps_);
      const bool choose = options_.tolerance > 0 && first == 0;
      std::int64_t done = 0;
      for (std::int64_t wanted = choose ? std::min(first_steps, most_steps_) : most_steps_;;) {
        for (; done < wanted && !quadrature.all_have_ended(); ++done)
          if (!quadrature.advance()) return false;
        if (!choose) break;
        resolved_ =
            CumulativeBounds(quadrature.rules(done), options_.confidence).resolution() <= options_.tolerance / 2;
        if (resolved_ || wanted == most_steps_ || quadrature.all_have_ended()) {
          most_steps_ = std::max<std::int64_t>(1, done);
          break;
        }
        wanted = std::min(most_steps_, static_cast<std::int64_t>(growth * static_cast<double>(wanted)));
      }
      for (SpectralRule& rule : quadrature.rules(done)) result_.rules.push_back(std::move(rule));
      for (SpectralRule& rule : quadrature.rules((done + 1) / 2)) result_.coarse_rules.push_back(std::move(rule));
    }
    return true;
  }

  SpectralDensity finished(Status status) {
    result_.status = status;
    result_.products = a_.products();
    const std::string how = "cumulative distribution to within " + scientific(result_.cumulative_error) + " with " +
                            std::to_string(result_.rules.size()) + " vectors and " + std::to_string(result_.products) +
                            " products";
    result_.message = status == Status::non_finite_input ? std::string(non_finite_product)
                      : status == Status::converged      ? how
                      : resolved_                        ? how + ": more vectors are needed for more"
                                                         : how + ": more steps are needed for more";
    return std::move(result_);
  }

  CountedProducts a_;
  const SpectralDensityOptions& options_;
  SpectralDensity result_;
  std::int64_t most_steps_ = 0;
  std::int64_t at_once_ = 1;
  bool resolved_ = true;
};

}  // namespace

SpectralDensity spectral_density(const LinearOperator<double>& a, const SpectralDensityOptions& options) {
  check_options(options);
  return Estimator(a, options).run();
}

}  // namespace croquis
