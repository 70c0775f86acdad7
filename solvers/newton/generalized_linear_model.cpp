#include <croquis/solvers/generalized_linear_model.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include <croquis/errors.hpp>

#include "linalg/check.hpp"
#include "linalg/finite.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/newton/decreasing_regularization.hpp"
#include "solvers/newton/generalized_linear_problem.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"
#include "solvers/newton/sampled_start.hpp"
#include "solvers/non_finite_row.hpp"

namespace croquis {

std::string to_string(ModelLoss loss) {
  switch (loss) {
    case ModelLoss::logistic:
      return "logistic";
    case ModelLoss::softmax:
      return "softmax";
    case ModelLoss::poisson:
      return "poisson";
    case ModelLoss::squared:
      return "squared";
    case ModelLoss::huber:
      return "huber";
    case ModelLoss::smoothed_hinge:
      return "smoothed-hinge";
  }
  assert(false && "a loss without a name");
  return {};
}

bool is_classification(ModelLoss loss) {
  return loss == ModelLoss::logistic || loss == ModelLoss::softmax || loss == ModelLoss::smoothed_hinge;
}

namespace {

// Of a product with a block of directions, which hold so many predictors for each row of a block of A.
constexpr std::int64_t most_vectors = 32;

std::vector<double> starting_point(const GeneralizedLinearProblem& problem, std::span<const double> start) {
  const auto count = static_cast<std::size_t>(problem.unknowns());
  if (start.empty()) return std::vector<double>(count);
  if (start.size() != count)
    throw ShapeError("start has " + std::to_string(start.size()) + " entries, but the model has " +
                     std::to_string(count) + " unknowns");
  std::vector<double> x(start.begin(), start.end());
  if (!all_finite_serial(x.data(), problem.unknowns())) throw InvalidOption("start is not finite");
  return x;
}

// Adding the same to the predictors of all labels changes nothing but the penalty, which is least where they add up to
// zero.
void center_classes(std::vector<double>& x, std::int64_t classes) {
  const std::size_t rows = x.size() / static_cast<std::size_t>(classes);
  for (std::size_t j = 0; j < rows; ++j) {
    double sum = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(classes); ++k) sum += x[j + k * rows];
    for (std::size_t k = 0; k < static_cast<std::size_t>(classes); ++k)
      x[j + k * rows] -= sum / static_cast<double>(classes);
  }
}

void say_what_is_not_finite(NewtonReport& report, const AnyMatrixView<double>& a) {
  report.status = Status::non_finite_input;
  const std::optional<std::int64_t> row = first_non_finite_row<double>(a);
  report.message = row ? "row " + std::to_string(*row) + " (counted from 0) of A holds a NaN or an infinity"
                       : "the data are so large that the loss or its gradient overflows";
}

void check_columns(const AnyMatrixView<double>& a, const GeneralizedLinearOptions& options) {
  if (options.ridge == 0) check_no_constant_column(a, options.intercept);
}

}  // namespace

GeneralizedLinearModel fit_generalized_linear_model(const AnyMatrixView<double>& a, std::span<const double> y,
                                                    const GeneralizedLinearOptions& options) {
  check_newton_options(options.newton);
  GeneralizedLinearProblem problem(a, y, options);
  std::vector<double> x = starting_point(problem, options.start);
  const std::int64_t k = problem.data().predictors, n = a.cols();
  GeneralizedLinearModel model;
  model.loss = options.loss;
  model.loss_scale = options.loss_scale;
  model.labels = problem.data().labels;
  if (k > 1) center_classes(x, k);

  std::vector<double> gradient(x.size());
  const std::vector<double> zero(x.size());
  const EvaluatedPoint at_zero{problem.evaluate(zero.data(), gradient.data()), two_norm(gradient)};
  if (!std::isfinite(at_zero.value) || !std::isfinite(at_zero.gradient_norm)) {
    say_what_is_not_finite(model, a);
    model.initial_value = model.value = model.initial_gradient_norm = model.gradient_norm = model.error_estimate =
        std::numeric_limits<double>::quiet_NaN();
    model.evaluations = 1;
    model.passes = problem.passes();
  } else {
    check_columns(a, options);
    const Stopwatch clock;
    std::int64_t evaluations = 1;
    SampledStart start;
    if (options.start.empty()) start = sampled_start(a, y, problem.data(), options);
    if (!start.x.empty()) {
      ++evaluations;
      if (problem.evaluate(start.x.data(), gradient.data()) < at_zero.value) x = start.x;
    }
    static_cast<NewtonReport&>(model) =
        newton_by_schedule(problem, x, options.ridge_schedule, options.newton, at_zero, model.ridge_stages);
    model.evaluations += evaluations;
    model.passes += start.passes;
    model.seconds = clock.seconds();
    if (model.status == Status::non_finite_input) model.message = "the loss is not finite at the start";
  }
  model.coefficients = Matrix<double>(n, k);
  model.intercepts.assign(static_cast<std::size_t>(k), 0.0);
  const std::size_t rows = x.size() / static_cast<std::size_t>(k);
  for (std::int64_t v = 0; v < k; ++v) {
    const double* const column = x.data() + static_cast<std::size_t>(v) * rows;
    std::copy_n(column, n, model.coefficients.data() + v * n);
    if (options.intercept) model.intercepts[static_cast<std::size_t>(v)] = column[n];
  }
  model.unknowns = std::move(x);
  return model;
}

Objective generalized_linear_objective(const AnyMatrixView<double>& a, std::span<const double> y,
                                       const GeneralizedLinearOptions& options) {
  const auto problem = std::make_shared<GeneralizedLinearProblem>(a, y, options);
  if (!all_finite<double>(a))
    throw InvalidOption("row " + std::to_string(first_non_finite_row<double>(a).value_or(0)) +
                        " of A holds a NaN or an infinity");
  check_columns(a, options);
  const auto accepted = std::make_shared<std::vector<double>>();
  Objective objective{.unknowns = problem->unknowns()};
  objective.value_and_gradient = [problem](std::span<const double> x, std::span<double> g) {
    return problem->evaluate(x.data(), g.data());
  };
  objective.hessian_times = [problem, accepted](std::span<const double> x, MatrixView<const double> v,
                                                MatrixView<double> hv) {
    if (!std::equal(x.begin(), x.end(), accepted->begin(), accepted->end())) {
      std::vector<double> gradient(x.size());
      problem->evaluate(x.data(), gradient.data());
      problem->accept();
      accepted->assign(x.begin(), x.end());
    }
    const bool in_one_piece = v.leading_dimension == v.rows && hv.leading_dimension == hv.rows;
    const std::int64_t most = in_one_piece ? std::max<std::int64_t>(1, most_vectors / problem->data().predictors) : 1;
    for (std::int64_t j = 0; j < v.cols; j += most)
      problem->hessian_times(std::min(most, v.cols - j), v.data + j * v.leading_dimension,
                             hv.data + j * hv.leading_dimension);
  };
  return objective;
}

}  // namespace croquis
