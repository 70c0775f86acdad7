#include "solvers/nonlinear/box.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "linalg/check.hpp"
#include "linalg/number_text.hpp"

namespace croquis {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void check_length(const std::vector<double>& bound, std::int64_t unknowns, const char* name) {
  if (bound.empty()) return;
  check_shape(static_cast<std::int64_t>(bound.size()), 1, unknowns, 1, name, "it needs an entry for each unknown");
}

}  // namespace

double Box::lower(std::size_t j) const { return problem_.lower.empty() ? -infinity : problem_.lower[j]; }
double Box::upper(std::size_t j) const { return problem_.upper.empty() ? infinity : problem_.upper[j]; }

bool Box::clip(std::span<double> x) const {
  if (unbounded()) return false;
  bool moved = false;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double inside = std::clamp(x[j], lower(j), upper(j));
    moved = moved || inside != x[j];
    x[j] = inside;
  }
  return moved;
}

std::vector<std::int64_t> Box::free_unknowns(std::span<const double> x, std::span<const double> gradient) const {
  std::vector<std::int64_t> free;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const bool held = (x[j] <= lower(j) && gradient[j] >= 0) || (x[j] >= upper(j) && gradient[j] <= 0);
    if (!held) free.push_back(static_cast<std::int64_t>(j));
  }
  return free;
}

void Box::check(std::span<const double> x, const char* x_name) const {
  check_length(problem_.lower, problem_.unknowns, "lower");
  check_length(problem_.upper, problem_.unknowns, "upper");
  for (std::size_t j = 0; j < x.size(); ++j) {
    const std::string index = std::to_string(j);
    const std::string bounds = number_text(lower(j)) + " to " + number_text(upper(j));
    if (!(lower(j) <= upper(j)))
      throw InvalidOption("the bounds of unknown " + index + " are " + bounds + " but must be in order");
    if (!(lower(j) <= x[j] && x[j] <= upper(j)))
      throw InvalidOption("entry " + index + " of " + x_name + " is " + number_text(x[j]) + " but its bounds are " +
                          bounds);
  }
}

}  // namespace croquis
