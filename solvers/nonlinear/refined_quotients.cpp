#include "solvers/nonlinear/refined_quotients.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/blas.hpp"

namespace croquis {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double roundoff = std::numeric_limits<double>::epsilon();
// A difference of a residual of up to so many roundoffs of it tells little but rounding.
constexpr double rounding_errors = 1000;
// Steps this much shorter than for magnitudes of one are not trusted where they show nothing in a single residual.
constexpr double short_steps = 1e-6;
// How many longer steps are tried, where that makes the longest so many times as long.
constexpr int longer_steps = 3;
constexpr double worth_lengthening = 8;
// The change of the residuals, over their size times the relative step. Up to `little` it suffers from rounding errors,
// from `much` on the residuals may bend within the step; a shorter one is to lie between the other two.
constexpr double little = 1e-2;
constexpr double much = 1e4;
constexpr double enough = 1e-1;
constexpr double short_enough = 1e3;
// How much shorter a step may become: x bears no less, and zero anything.
constexpr double least_part = 1e-5;
constexpr double least_part_of_zero = 1e-280;
constexpr int most_shorter = 12;
// Once a step is short enough, one of this part of it tells truncation from rounding.
constexpr double probe = 1.0 / 32;
// Second differences, over the residuals' size times the square of the relative step, and errors of an extrapolation,
// over its first quotient, from which on residuals bend within the step.
constexpr double bent = 1e5;
constexpr double bent_part = 1e-2;
// Errors of extrapolations, relatively, above which longer, or shorter, steps are tried; how many shorter, each so
// much.
constexpr double accurate = 1e-11;
constexpr double inaccurate = 1e-6;
constexpr double shorter_part = 1.0 / 4096;
constexpr double hopeful = 0.1;  // an error that shorter steps may raise no further
constexpr int most_shorter_extrapolations = 2;
constexpr int most_shorter_from_zero = 6;

bool is_rounding(double change, double size) { return std::abs(change) <= rounding_errors * roundoff * size; }

}  // namespace

RefinedQuotients::RefinedQuotients(ResidualFunction& residual, const NonlinearProblem& problem, DifferenceScheme scheme,
                                   std::span<const double> x, std::span<const double> r)
    : residual_(residual), problem_(problem), scheme_(scheme), x_(x), r_(r), trials_(1) {}

std::int64_t RefinedQuotients::place(const DifferenceSteps& along, const double* v, MatrixView<double> points) const {
  const std::size_t levels = extrapolates() ? along.t.size() : 1;
  std::int64_t used = 0;
  for (std::size_t level = 0; level < levels; ++level)
    for (const double side : {1.0, -1.0}) {
      if (side < 0 && !along.central) continue;
      const double t = side * along.t[level];
      for (std::int64_t j = 0; j < points.rows; ++j) points(j, used) = x_[static_cast<std::size_t>(j)] + t * v[j];
      ++used;
    }
  return used;
}

// Here, or where it was evaluated first: terms of that size may cancel in it.
double RefinedQuotients::size_of(std::size_t i) const {
  const double first = residual_.first().empty() ? 0 : std::abs(residual_.first()[i]);
  return std::max(std::abs(r_[i]), std::isfinite(first) ? first : 0);
}

void RefinedQuotients::measure(const DifferenceSteps& along, MatrixView<const double> values, Trial& trial) {
  const auto m = static_cast<std::size_t>(values.rows);
  const int sides = along.central ? 2 : 1;
  const std::size_t levels = extrapolates() ? along.t.size() : 1;
  std::array<double, extrapolation_levels> factors = {};
  for (std::size_t level = 0; level < levels; ++level)
    factors[level] = along.t[level] == 0 ? 0 : 1 / (static_cast<double>(sides) * along.t[level]);
  trial.t = along.t[0];
  trial.value.resize(m);
  trial.error.resize(extrapolates() ? m : 0);
  trial.evidence.resize(m);
  trial.hides_some = trial.bends = false;
  double bend = 0;
  work_.resize(m);
  sizes_.resize(m);
  for (std::size_t i = 0; i < m; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    std::array<double, extrapolation_levels> quotients = {};
    double change = 0;
    double largest = 0;  // of finite changes
    for (std::size_t level = levels; level-- > 0;) {
      const auto column = static_cast<std::int64_t>(level) * sides;
      change = values(row, column) - (along.central ? values(row, column + 1) : r_[i]);
      quotients[level] = change * factors[level];
      if (std::isfinite(change)) largest = std::max(largest, std::abs(change));
    }
    trial.value[i] = quotients[0];
    if (extrapolates()) {
      const Extrapolation limit = extrapolated(quotients, along.central);
      trial.value[i] = limit.value;
      trial.error[i] = limit.error;
    }
    const double size = size_of(i);
    work_[i] = change;
    sizes_[i] = change == 0 ? 0 : size;
    trial.evidence[i] = !std::isfinite(trial.value[i]) || is_rounding(largest, std::abs(r_[i])) ? Evidence::none
                        : is_rounding(largest, size)                                            ? Evidence::weak
                                                                                                : Evidence::strong;
    trial.hides_some = trial.hides_some || trial.evidence[i] == Evidence::none;
    if (extrapolates()) {
      if (trial.evidence[i] != Evidence::none &&
          (std::abs(change) < largest || trial.error[i] > bent_part * std::abs(quotients[0])))
        trial.bends = true;
      // Quotients of few digits agree by chance.
      trial.error[i] = std::max(trial.error[i], roundoff * size * std::abs(factors[0]));
    } else if (along.central) {
      bend = std::max(bend, std::abs((values(row, 0) - r_[i]) + (values(row, 1) - r_[i])));
    }
  }
  const double change = norm2(values.rows, work_.data());
  trial.change = std::isfinite(change) ? change : infinity;
  trial.size = norm2(values.rows, sizes_.data());
  const double step = relative_step(scheme_);
  if (!extrapolates()) {
    trial.bends = bend > bent * step * step * trial.size || trial.change > much * step * trial.size;
    return;
  }
  const double error = norm2(values.rows, trial.error.data());
  trial.worst_error = std::isfinite(error) ? error / norm2(values.rows, trial.value.data()) : infinity;
}

RefinedQuotients::Trial RefinedQuotients::tried(const double* v, const DifferenceSteps& along) {
  Matrix<double> points(static_cast<std::int64_t>(x_.size()), 2 * extrapolation_levels);
  const std::int64_t count = place(along, v, points.view());
  Matrix<double> values(static_cast<std::int64_t>(r_.size()), count);
  residual_.evaluate_each(points.view().block(0, 0, points.rows(), count), values.view());
  Trial trial;
  measure(along, values.view(), trial);
  return trial;
}

void RefinedQuotients::write(const double* v, const DifferenceSteps& along, MatrixView<const double> values,
                             double* derivatives) {
  trials_.resize(1);
  Trial& first = trials_.front();
  measure(along, values, first);
  std::ranges::copy(first.value, derivatives);
  if (first.t == 0) return;
  const double expected = relative_step(scheme_) * first.size;
  const double longest = std::abs(difference_steps(problem_, scheme_, x_, v, 1).t[0]);
  const bool may_be_longer = longest > worth_lengthening * std::abs(first.t);
  const bool is_short = std::abs(first.t) < short_steps * longest;
  const bool suffers = first.change <= little * expected || (is_short && first.hides_some);
  if (extrapolates()) {
    if (may_be_longer && suffers && !(first.change > 0 && first.worst_error <= accurate)) {
      lengthen(v, enough);
    } else if (first.change > 0 && (first.bends || !(first.worst_error <= inaccurate))) {
      shorten_extrapolation(v);
    }
  } else if (first.bends) {
    shorten(v);
  } else if (may_be_longer && suffers) {
    lengthen(v, infinity);
  }
  if (trials_.size() > 1) choose(derivatives);
}

void RefinedQuotients::lengthen(const double* v, double most_change) {
  for (int trial = 1; trial <= longer_steps; ++trial) {
    const double growth = static_cast<double>(trial) / longer_steps;
    const DifferenceSteps along = difference_steps(problem_, scheme_, x_, v, growth);
    if (!(std::abs(along.t[0]) > std::abs(trials_.back().t))) continue;
    trials_.push_back(tried(v, along));
    if (trials_.back().change > most_change * relative_step(scheme_) * trials_.back().size) return;
  }
}

bool RefinedQuotients::moves_from_zero(const double* v) const {
  if (!problem_.typical_x.empty()) return false;
  for (std::size_t j = 0; j < x_.size(); ++j)
    if (v[j] != 0 && x_[j] != 0) return false;
  return true;
}

// Bisects the exponent of the step.
void RefinedQuotients::shorten(const double* v) {
  double longer = 1;  // parts of the first step
  double shorter = moves_from_zero(v) ? least_part_of_zero : least_part;
  for (int trial = 0; trial < most_shorter; ++trial) {
    const double part = std::sqrt(longer) * std::sqrt(shorter);
    const DifferenceSteps along = difference_steps(problem_, scheme_, x_, v, 0, part);
    if (std::ranges::any_of(trials_, [&](const Trial& other) { return other.t == along.t[0]; }) || along.t[0] == 0)
      return;
    trials_.push_back(tried(v, along));
    const double expected = relative_step(scheme_) * trials_.back().size;
    if (trials_.back().change > short_enough * expected) {
      longer = part;
    } else if (!(trials_.back().change >= enough * expected && expected > 0)) {
      shorter = part;
    } else {
      const DifferenceSteps shortest = difference_steps(problem_, scheme_, x_, v, 0, probe * part);
      if (shortest.t[0] != 0) trials_.push_back(tried(v, shortest));
      return;
    }
  }
}

void RefinedQuotients::shorten_extrapolation(const double* v) {
  const int most = moves_from_zero(v) ? most_shorter_from_zero : most_shorter_extrapolations;
  double part = 1;
  for (int trial = 0; trial < most; ++trial) {
    part *= shorter_part;
    trials_.push_back(tried(v, difference_steps(problem_, scheme_, x_, v, 0, part)));
    const Trial& latest = trials_.back();
    if (latest.worst_error <= inaccurate && !latest.bends) return;
    if (latest.worst_error > trials_[trials_.size() - 2].worst_error && !trials_.front().bends &&
        trials_.front().worst_error <= hopeful)
      return;
  }
}

void RefinedQuotients::choose(double* derivatives) {
  std::ranges::sort(trials_, {}, [](const Trial& trial) { return std::abs(trial.t); });
  std::vector<Quotient> quotients(trials_.size());
  for (std::size_t i = 0; i < r_.size(); ++i) {
    for (std::size_t k = 0; k < trials_.size(); ++k)
      quotients[k] = {.step = std::abs(trials_[k].t),
                      .value = trials_[k].value[i],
                      .error = extrapolates() ? trials_[k].error[i] : roundoff * size_of(i) / std::abs(trials_[k].t),
                      .evidence = trials_[k].evidence[i]};
    derivatives[i] = extrapolates() ? chosen_extrapolation(quotients)
                                    : chosen_quotient(quotients, scheme_ == DifferenceScheme::central ? 2 : 1);
  }
}

}  // namespace croquis
