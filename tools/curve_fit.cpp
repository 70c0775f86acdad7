#include "tools/curve_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <croquis/errors.hpp>

#include "tools/dense_copy.hpp"
#include "tools/expression.hpp"
#include "tools/named_numbers.hpp"
#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

constexpr int most_rounds = 2;
// A change of the residuals by this part of their norm tells a derivative to some twelve digits.
constexpr double visible = 1e-4;
// And by this part of the observations' norm, in whose rounding errors it might be lost, to six.
constexpr double beyond_rounding = 1e-9;

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::optional<std::size_t> place_of(const std::string& name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string> names_of_columns(const MatrixFile& a) {
  if (!a.column_names.empty()) return a.column_names;
  std::vector<std::string> names;
  for (std::int64_t j = 0; j < a.cols(); ++j) names.push_back(std::string(1, 'x').append(std::to_string(j)));
  return names;
}

// What the variables of the expression are: columns of `table` or parameters.
struct Variables {
  std::vector<Expression::Value> values;
  std::vector<std::optional<std::size_t>> parameters;  // the place of each among the parameters
};

class Curve {
 public:
  explicit Curve(const FitOptions& options)
      : options_(options),
        expression_(*options.model),
        data_(read_columns(options, options.weights)),
        columns_(names_of_columns(data_.a)),
        table_(dense_copy(data_.a)) {
    if (data_.b.cols() != 1)
      throw InvalidOption(options.b->string() + ": has " + std::to_string(data_.b.cols()) +
                          " columns, but a model has one response");
    result_.response = data_.a.target_name.empty() ? "b" : data_.a.target_name;
    result_.rows = data_.a.rows();
    result_.weighted = options.weights.has_value();
    result_.read_seconds = data_.read_seconds;
    name_variables();
    read_bounds();
    read_loss();
    const auto unknowns = static_cast<std::int64_t>(result_.parameters.size());
    const std::int64_t used = data_.weights.empty() ? result_.rows
                                                    : std::count_if(data_.weights.begin(), data_.weights.end(),
                                                                    [](double w) { return w > 0; });
    if (used <= unknowns)
      throw ShapeError(name() + ": " + std::to_string(used) +
                       (data_.weights.empty() ? " rows for " : " rows of positive weight for ") +
                       std::to_string(unknowns) + " parameters: standard errors need more rows than parameters");
  }

  CurveFit fit() {
    NonlinearProblem problem = make_problem();
    const std::string unusable = first_unusable();
    if (!unusable.empty()) {
      result_.fit.status = Status::non_finite_input;
      result_.fit.message = "not solved: " + unusable;
      result_.fit.x = result_.start;
      return std::move(result_);
    }
    solve(problem);
    for (std::size_t i = 0; i < result_.fit.residuals.size(); ++i) {
      const double r = result_.fit.residuals[i];
      result_.residual_sum_of_squares += (data_.weights.empty() ? 1 : data_.weights[i]) * r * r;
    }
    if (result_.fit.solved()) result_.statistics = nonlinear_statistics(problem, result_.fit.x);
    return std::move(result_);
  }

 private:
  // Forward differences take a twelfth of the evaluations, and do until they are no longer good enough.
  void solve(NonlinearProblem& problem) {
    NonlinearOptions how{.method = NonlinearMethod::full, .seed = options_.seed};
    if (options_.iteration_limit > 0) how.iteration_limit = options_.iteration_limit;
    const std::int64_t limit = how.iteration_limit;
    NonlinearOptions roughly = how;
    roughly.gradient_tolerance = 1e-6;
    problem.differences = DifferenceScheme::forward;
    result_.fit = nonlinear_least_squares(problem, result_.start, roughly);
    problem.differences = DifferenceScheme::extrapolated;
    // A parameter may turn out to be all but zero only in the end.
    for (int round = 0; round < most_rounds; ++round) {
      how.iteration_limit = limit - result_.fit.iterations;
      if (how.iteration_limit <= 0) {
        if (round == 0) result_.fit.status = Status::iteration_limit;
        break;
      }
      const std::vector<double> sizes = magnitudes(problem);
      if (round > 0 && sizes.empty()) break;
      problem.typical_x = sizes;
      go_on(problem, how);
      if (!sizes.empty()) break;
    }
    if (result_.fit.status == Status::iteration_limit)
      result_.fit.message = "not solved: stopped after " + std::to_string(result_.fit.iterations) + " iterations";
  }

  // Another fit from where the last one ended, which stands if this one fails.
  void go_on(const NonlinearProblem& problem, const NonlinearOptions& how) {
    const bool refines = rounds_++ > 0 && result_.fit.solved();
    NonlinearFit fit = nonlinear_least_squares(problem, result_.fit.x, how);
    fit.iterations += result_.fit.iterations;
    fit.residual_evaluations += result_.fit.residual_evaluations;
    fit.seconds += result_.fit.seconds;
    if (!refines || fit.solved()) result_.fit = std::move(fit);
  }

  // Steps of differences are relative to the sizes of the parameters. One that is all but zero, such as a slope that is
  // zero but for rounding, would be moved by so little that the differences are rounding errors: its size here is the
  // least by which the residuals show it. Empty if all show at their own sizes.
  std::vector<double> magnitudes(const NonlinearProblem& problem) {
    const std::vector<double>& x = result_.fit.x;
    std::vector<double> r(static_cast<std::size_t>(problem.residuals)), moved(r.size()), sizes(x.size());
    problem.residual_rows(x, 0, r);
    ++result_.fit.residual_evaluations;
    const auto norm = [](std::span<const double> entries) {
      double sum = 0;
      for (const double entry : entries) sum = std::hypot(sum, entry);
      return sum;
    };
    const double least = std::max(visible * norm(r), beyond_rounding * norm(data_.b.entries()));
    const auto shows = [&](std::size_t k, double size) {
      std::vector<double> to = x;
      const double step = size / 32;
      to[k] += result_.upper.empty() || to[k] + step <= result_.upper[k] ? step : -step;
      problem.residual_rows(to, 0, moved);
      ++result_.fit.residual_evaluations;
      for (std::size_t i = 0; i < r.size(); ++i) moved[i] -= r[i];
      return !(norm(moved) <= least);
    };
    bool all_show = true;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double largest = std::max(1.0, std::abs(result_.start[k]));
      sizes[k] = x[k] == 0 ? 1 : std::abs(x[k]);
      while (sizes[k] < largest && !shows(k, sizes[k])) {
        sizes[k] = std::min(largest, 16 * sizes[k]);
        all_show = false;
      }
    }
    return all_show ? std::vector<double>() : sizes;
  }

  std::string name() const { return options_.a.string(); }

  void name_variables() {
    const std::vector<NamedNumber> start = named_numbers("--start", options_.start);
    const std::vector<std::string>& used = expression_.variables();
    for (const NamedNumber& number : start) {
      if (place_of(number.name, columns_))
        throw InvalidOption("--start: " + number.name + " is a column of " + name() + ", not a parameter");
      if (!place_of(number.name, used))
        throw InvalidOption("--start: " + number.name + " does not occur in --model \"" + *options_.model + "\"");
      result_.parameters.push_back(number.name);
      result_.start.push_back(number.value);
    }
    for (const std::string& constant : expression_.constants())
      if (place_of(constant, columns_))
        throw InvalidOption("--model: " + constant + " is a constant, but also a column of " + name() +
                            ": rename the column");
    std::vector<std::string> unknown;
    for (const std::string& variable : used) {
      if (variable == data_.a.target_name)
        throw InvalidOption("--model: " + variable + " is the column that is to be fitted");
      if (std::count(columns_.begin(), columns_.end(), variable) > 1)
        throw InvalidOption("--model: " + name() + " has more than one column named \"" + variable + "\"");
      const auto column = place_of(variable, columns_);
      const auto parameter = place_of(variable, result_.parameters);
      if (!column && !parameter) unknown.push_back(variable);
      variables_.parameters.push_back(parameter);
      variables_.values.push_back({.column = column ? &table_(0, static_cast<std::int64_t>(*column)) : nullptr});
    }
    if (!unknown.empty())
      throw InvalidOption("--model: " + joined(unknown) +
                          (unknown.size() == 1 ? " is not a column of " : " are not columns of ") + name() + " (" +
                          joined(columns_) + "), and " + (unknown.size() == 1 ? "has" : "have") +
                          " no starting value: a parameter needs --start NAME=NUMBER");
    if (result_.parameters.empty())
      throw InvalidOption("--model \"" + *options_.model + "\" has no parameter: all its variables are columns of " +
                          name());
  }

  void read_bounds() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (options_.bounds.empty()) return;
    result_.lower.assign(result_.parameters.size(), -infinity);
    result_.upper.assign(result_.parameters.size(), infinity);
    for (const NamedBounds& bounds : named_bounds("--bounds", options_.bounds)) {
      const auto k = place_of(bounds.name, result_.parameters);
      if (!k)
        throw InvalidOption("--bounds: " + bounds.name + " is not a parameter of the model, which has " +
                            joined(result_.parameters));
      result_.lower[*k] = bounds.lower;
      result_.upper[*k] = bounds.upper;
      if (!(bounds.lower <= result_.start[*k] && result_.start[*k] <= bounds.upper))
        throw InvalidOption("--start: " + bounds.name + "=" + all_digits(result_.start[*k]) +
                            " lies outside of its --bounds");
    }
  }

  void read_loss() {
    if (!options_.loss) return;
    const std::size_t colon = options_.loss->find(':');
    const std::string given = options_.loss->substr(0, colon);
    const auto losses = {LossFunction::squares, LossFunction::huber, LossFunction::soft_l1, LossFunction::cauchy,
                         LossFunction::tukey};
    const auto found =
        std::find_if(losses.begin(), losses.end(), [&](LossFunction loss) { return to_string(loss) == given; });
    if (found == losses.end())
      throw InvalidOption("--loss " + given + " is not one of squares, huber, soft-l1, cauchy, tukey");
    result_.loss = *found;
    if (colon == std::string::npos) return;
    result_.loss_scale = number_in(options_.loss->substr(colon + 1), "--loss", "the scale of " + given);
    if (!(result_.loss_scale > 0 && std::isfinite(result_.loss_scale)))
      throw InvalidOption("--loss " + *options_.loss + ": the scale must be positive and finite");
  }

  // What the variables are at the parameters b, from row `first` on.
  std::vector<Expression::Value> values_at(std::span<const double> b, std::int64_t first) const {
    std::vector<Expression::Value> values = variables_.values;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (variables_.parameters[k]) values[k].constant = b[*variables_.parameters[k]];
      if (values[k].column != nullptr) values[k].column += first;
    }
    return values;
  }

  NonlinearProblem make_problem() const {
    NonlinearProblem problem{.residuals = result_.rows,
                             .unknowns = static_cast<std::int64_t>(result_.parameters.size())};
    problem.residual_rows = [this](std::span<const double> b, std::int64_t first, std::span<double> r) {
      expression_.evaluate(values_at(b, first), r);
      const double* const observed = data_.b.data() + first;
      for (std::size_t i = 0; i < r.size(); ++i) r[i] = observed[i] - r[i];
    };
    problem.parallel_residuals = true;
    problem.lower = result_.lower;
    problem.upper = result_.upper;
    problem.weights = data_.weights;
    problem.loss = result_.loss;
    problem.loss_scale = result_.loss_scale;
    return problem;
  }

  // The first number in use that is none, in the file or of the model at the start; empty if there is none.
  std::string first_unusable() const {
    const auto rows = static_cast<std::size_t>(result_.rows);
    const auto first = [&](std::span<const double> values, const std::string& what) {
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]))
          return what + " is " + all_digits(values[i]) + " in row " + std::to_string(i) + " (counted from 0) of " +
                 name();
      return std::string();
    };
    std::string message = first(data_.b.entries(), result_.response);
    for (std::size_t k = 0; k < variables_.values.size() && message.empty(); ++k)
      if (variables_.values[k].column != nullptr)
        message = first({variables_.values[k].column, rows}, expression_.variables()[k]);
    if (!message.empty()) return message;
    std::vector<double> fitted(rows);
    expression_.evaluate(values_at(result_.start, 0), fitted);
    return first(fitted, "at the starting values the model");
  }

  const FitOptions& options_;
  Expression expression_;
  Problem data_;
  std::vector<std::string> columns_;
  Matrix<double> table_;
  Variables variables_;
  int rounds_ = 0;  // of fits by extrapolated differences
  CurveFit result_;
};

}  // namespace

std::vector<Coefficient> CurveFit::coefficients() const {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  std::vector<Coefficient> result;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    Coefficient coefficient{parameters[k], fit.x[k], unknown, unknown, unknown};
    if (!statistics.standard_errors.empty()) {
      coefficient.standard_error = statistics.standard_errors[k];
      coefficient.t_value = statistics.t_values[k];
      coefficient.p_value = statistics.p_values[k];
    }
    result.push_back(coefficient);
  }
  return result;
}

bool CurveFit::at_bound(std::size_t k) const {
  return !lower.empty() && (fit.x[k] <= lower[k] || fit.x[k] >= upper[k]);
}

Matrix<double> CurveFit::correlation() const {
  Matrix<double> result = statistics.covariance;
  const auto& errors = statistics.standard_errors;
  for (std::int64_t j = 0; j < result.cols(); ++j)
    for (std::int64_t i = 0; i < result.rows(); ++i)
      result(i, j) = i == j && std::isfinite(result(i, j))
                         ? 1
                         : result(i, j) / errors[static_cast<std::size_t>(i)] / errors[static_cast<std::size_t>(j)];
  return result;
}

CurveFit fit_curve(const FitOptions& options) { return Curve(options).fit(); }

}  // namespace croquis::tools
