#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "solvers/global/local_solve.hpp"
#include "solvers/global/quasi_newton.hpp"

namespace croquis {
namespace {

class EmbeddedObjective final : public EmbeddedFunction {
 public:
  explicit EmbeddedObjective(const BoxObjective& objective) : objective_(objective) {}

  LocalMinimum solve(const Embedding& embedding, std::vector<double> y0, std::int64_t evaluation_limit) const override {
    LocalMinimum best;
    best.y = y0;
    std::vector<double> x(static_cast<std::size_t>(objective_.unknowns));
    std::vector<double> slopes(x.size());
    const auto value = [&](std::span<const double> y) {
      if (best.evaluations >= evaluation_limit) throw EvaluationsSpent{};
      ++best.evaluations;
      embedding.point(y, x);
      const double f = objective_.value(x);
      // An infinity of either sign is no value.
      if (!std::isfinite(f)) return std::numeric_limits<double>::quiet_NaN();
      if (f < best.value) {
        best.value = f;
        best.y.assign(y.begin(), y.end());
      }
      return f;
    };
    const auto gradient = [&](std::span<const double> y) {
      ++best.derivatives;
      if (!objective_.gradient) return differences(value, y);
      embedding.point(y, x);
      std::fill(slopes.begin(), slopes.end(), std::numeric_limits<double>::quiet_NaN());
      objective_.gradient(x, slopes);
      return embedding.pull_back(y, slopes);
    };
    try {
      quasi_newton(value, gradient, std::move(y0), evaluation_limit);
    } catch (const EvaluationsSpent&) {
      // `best` is what there is.
    }
    return best;
  }
  bool is_parallel() const override { return objective_.parallel_values; }
  bool is_sum_of_squares() const override { return false; }

 private:
  // Central ones.
  template <class Value>
  static std::vector<double> differences(const Value& value, std::span<const double> y) {
    const double scale = 1 / std::sqrt(static_cast<double>(y.size()));
    std::vector<double> moved(y.begin(), y.end());
    std::vector<double> result(y.size());
    for (std::size_t k = 0; k < y.size(); ++k) {
      const double h = std::cbrt(std::numeric_limits<double>::epsilon()) * std::max(scale, std::abs(y[k]));
      moved[k] = y[k] + h;
      const double ahead = value(moved);
      moved[k] = y[k] - h;
      const double behind = value(moved);
      result[k] = (ahead - behind) / (2 * h);
      moved[k] = y[k];
    }
    return result;
  }

  const BoxObjective& objective_;
};

}  // namespace

std::unique_ptr<EmbeddedFunction> embedded(const BoxObjective& objective) {
  return std::make_unique<EmbeddedObjective>(objective);
}

}  // namespace croquis
