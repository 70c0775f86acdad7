#include <croquis/solvers/kernel_model.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <croquis/errors.hpp>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "sketch/sampling.hpp"
#include "solvers/conclude.hpp"
#include "solvers/kernel/bandwidth.hpp"
#include "solvers/kernel/kernel_features.hpp"
#include "solvers/kernel/kernel_options.hpp"
#include "solvers/least_squares_problem.hpp"
#include "solvers/newton/decreasing_regularization.hpp"
#include "solvers/newton/preconditioned_conjugate_gradients.hpp"
#include "solvers/non_finite_row.hpp"

namespace croquis {
namespace {

std::int64_t number_of_centres(std::int64_t points, const KernelModelOptions& options) {
  if (options.centres > points)
    throw InvalidOption("centres is " + std::to_string(options.centres) + " but there are only " +
                        std::to_string(points) + " points");
  const auto chosen = static_cast<std::int64_t>(std::ceil(5 * std::sqrt(static_cast<double>(points))));
  return options.centres > 0 ? options.centres : std::min(points, chosen);
}

double chosen_bandwidth(MatrixView<const double> points, const KernelModelOptions& options) {
  if (options.bandwidth > 0) return options.bandwidth;
  const double bandwidth = median_distance(points, options.newton.seed);
  if (!std::isfinite(bandwidth)) throw InvalidOption("the distances between rows of A overflow");
  return bandwidth;
}

// Of |f(x)| + |f(0) - f(x)|: coefficients whose rounding errors change f by more are not those of the minimum.
constexpr double most_noise = 1e-3;

double mean_loss(const KernelModel& model, const AnyMatrixView<double>& a, const ModelData& data) {
  Matrix<double> z = predictors(model, a);
  return losses_and_slopes(model.loss, model.loss_scale, data.run(0, z.rows()), z.view());
}

// What the coefficients are worth, whose rounding errors T^-1 may magnify, in place of what x = T a is.
void report_coefficients(KernelModel& model, const AnyMatrixView<double>& a, const ModelData& data, double penalty,
                         double tolerance) {
  const double value = mean_loss(model, a, data) + penalty;
  const double noise = std::abs(value - model.value);
  const double size = std::abs(model.value) + std::abs(model.initial_value - model.value);
  if (model.solved() && !(noise <= tolerance * size)) {
    if (!(noise <= most_noise * size)) model.status = Status::noise_limited;
    model.message += ", and rounding errors of the coefficients change the function by " + scientific(noise);
  }
  model.value = value;
}

void end_without_fit(KernelModel& model, const std::string& message) {
  model.status = Status::non_finite_input;
  model.message = message;
  model.initial_value = model.value = model.initial_gradient_norm = model.gradient_norm = model.error_estimate =
      std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

KernelModel fit_kernel_model(const AnyMatrixView<double>& a, std::span<const double> y,
                             const KernelModelOptions& options) {
  check_kernel_options(options);
  const GeneralizedLinearOptions linear = linear_options(options);
  ModelData data = model_data(a, y, linear);
  const Stopwatch clock;
  KernelModel model;
  model.loss = options.loss;
  model.kernel = options.kernel;
  model.loss_scale = options.loss_scale;
  model.labels = data.labels;
  const std::int64_t m = number_of_centres(a.rows(), options);
  model.centre_rows = sample_without_replacement(options.newton.seed, a.rows(), m);
  std::sort(model.centre_rows.begin(), model.centre_rows.end());
  Matrix<double> points = dense_by_rows(a);
  model.centres = rows_of(points.view(), model.centre_rows);
  const std::int64_t k = data.predictors;
  if (const std::optional<std::int64_t> row = first_non_finite_row<double>(a)) {
    model.bandwidth = options.bandwidth > 0 ? options.bandwidth : std::numeric_limits<double>::quiet_NaN();
    model.coefficients = Matrix<double>(m, k);
    model.intercepts.assign(static_cast<std::size_t>(k), 0);
    end_without_fit(model, "row " + std::to_string(*row) + " (counted from 0) of A holds a NaN or an infinity");
    return model;
  }
  model.bandwidth = chosen_bandwidth(points.view(), options);
  scale_points(points, options.kernel, model.bandwidth);
  if (!all_finite<double>(points))
    throw InvalidOption("bandwidth is " + scientific(model.bandwidth) +
                        ", so small that the features overflow where they are divided by it");

  auto owned = std::make_unique<KernelFeatures>(options.kernel, std::move(points), model.centre_rows, options.intercept,
                                                options.ridge, options.memory_limit);
  const KernelFeatures& features = *owned;
  GeneralizedLinearProblem problem(std::move(owned), std::move(data), linear);
  std::vector<double> x(static_cast<std::size_t>(problem.unknowns())), gradient(x.size());
  const double value = problem.evaluate(x.data(), gradient.data());
  const EvaluatedPoint at_zero{value, two_norm(gradient)};
  if (std::isfinite(at_zero.value) && std::isfinite(at_zero.gradient_norm)) {
    static_cast<NewtonReport&>(model) =
        newton_by_schedule(problem, x, options.ridge_schedule, options.newton, at_zero, model.ridge_stages);
    ++model.evaluations;
  } else {
    end_without_fit(model, "the responses are so large that the loss or its gradient overflows");
  }
  model.jitter = features.jitter();
  const std::int64_t stride = problem.unknowns() / k;
  model.coefficients = features.coefficients(column_major(x.data(), m, k, stride));
  for (std::int64_t v = 0; v < k; ++v)
    model.intercepts.push_back(options.intercept ? x[static_cast<std::size_t>(v * stride + m)] : 0);
  if (features.keeps_features() && model.status != Status::non_finite_input) {
    double squares = 0;
    for (std::int64_t v = 0; v < k; ++v) squares += std::pow(norm2(m, x.data() + v * stride), 2);
    report_coefficients(model, a, problem.data(), 0.5 * options.ridge * squares, options.newton.value_tolerance);
    ++model.passes;
  }
  model.seconds = clock.seconds();
  return model;
}

}  // namespace croquis
