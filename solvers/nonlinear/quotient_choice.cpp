#include "solvers/nonlinear/quotient_choice.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace croquis {
namespace {

// Neighbours that differ by more than this part of the larger say nothing of each other.
constexpr double agreement = 0.5;
// A difference of up to so many times what is expected of truncation is taken for that: longer steps do not tell well.
constexpr double explained = 10;
// Beyond so many times the rounding error of the shorter step rounding does not explain a difference.
constexpr double unexplained = 1000;

std::vector<Quotient> with_evidence(std::span<const Quotient> quotients) {
  std::vector<Quotient> result;
  std::ranges::copy_if(quotients, std::back_inserter(result),
                       [](const Quotient& quotient) { return quotient.evidence != Evidence::none; });
  return result;
}

double of_longest_step(std::span<const Quotient> quotients) {
  double last = quotients.front().value;
  for (const Quotient& quotient : quotients)
    if (std::isfinite(quotient.value)) last = quotient.value;
  return last;
}

double relative(double error, double size) { return error == 0 ? 0 : error / size; }

}  // namespace

double chosen_quotient(std::span<const Quotient> quotients, int order) {
  const std::vector<Quotient> shown = with_evidence(quotients);
  if (shown.empty()) return of_longest_step(quotients);
  if (shown.size() == 1) return shown.front().value;
  const auto gap = [&](std::size_t k) { return std::abs(shown[k + 1].value - shown[k].value); };
  const auto disagreement = [&](std::size_t k) {
    return relative(gap(k), std::max(std::abs(shown[k].value), std::abs(shown[k + 1].value)));
  };
  std::size_t best = 0;
  for (std::size_t k = 1; k + 1 < shown.size(); ++k)
    if (disagreement(k) <= disagreement(best)) best = k;
  if (disagreement(best) > agreement) {
    const auto strong =
        std::ranges::find_if(shown, [](const Quotient& one) { return one.evidence == Evidence::strong; });
    return strong != shown.end() ? strong->value : shown.front().value;
  }
  if (best + 2 == shown.size()) return shown[best + 1].value;
  const double truncation = gap(best + 1) * std::pow(shown[best + 1].step / shown[best + 2].step, order);
  const bool bends = gap(best) <= explained * truncation || gap(best) > unexplained * shown[best].error;
  return shown[bends ? best : best + 1].value;
}

double chosen_extrapolation(std::span<const Quotient> quotients) {
  const std::vector<Quotient> shown = with_evidence(quotients);
  if (shown.empty()) return of_longest_step(quotients);
  return std::ranges::min_element(shown, {},
                                  [](const Quotient& one) { return relative(one.error, std::abs(one.value)); })
      ->value;
}

}  // namespace croquis
