#include "tools/fit_classifier.hpp"

#include <algorithm>

#include <croquis/errors.hpp>

#include "tools/stopwatch.hpp"

namespace croquis::tools {
namespace {

ModelLoss loss_for(const ClassifyOptions& options, std::span<const double> labels) {
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax, ModelLoss::smoothed_hinge})
    if (to_string(loss) == options.loss) return loss;
  const auto [least, largest] = std::minmax_element(labels.begin(), labels.end());
  const bool two = std::all_of(labels.begin(), labels.end(),
                               [&, low = least, high = largest](double y) { return y == *low || y == *high; });
  return two ? ModelLoss::logistic : ModelLoss::softmax;
}

struct LinearModels {
  using Options = GeneralizedLinearOptions;
  static constexpr auto* fit = fit_generalized_linear_model;
  static constexpr auto* cross_validate = cross_validate_ridges;
};

struct KernelModels {
  using Options = KernelModelOptions;
  static constexpr auto* fit = fit_kernel_model;
  static constexpr auto* cross_validate = cross_validate_kernel_ridges;
};

template <class Models>
void fit(const ClassifyOptions& options, const MatrixFile& a, std::span<const double> labels,
         typename Models::Options how, Classified& result) {
  how.loss = loss_for(options, labels);
  how.intercept = options.intercept;
  how.newton.seed = options.seed;
  how.newton.iteration_limit = options.iteration_limit;
  if (options.tolerance) how.newton.gradient_tolerance = *options.tolerance;
  how.ridge = options.ridge.value_or(1 / static_cast<double>(std::max<std::int64_t>(1, a.rows())));
  if (options.folds > 0 || !options.ridges.empty()) {
    const Stopwatch clock;
    CrossValidationOptions validation{.ridges = options.ridges, .seed = options.seed};
    if (validation.ridges.empty()) validation.ridges = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
    if (options.folds > 0) validation.folds = options.folds;
    result.folds = validation.folds;
    result.validation = Models::cross_validate(a, labels, validation, how);
    how.ridge = validation.ridges[result.validation->best];
    result.validation_seconds = clock.seconds();
  }
  result.classifier = {.model = Models::fit(a, labels, how),
                       .ridge = how.ridge,
                       .intercept = options.intercept,
                       .column_names = a.column_names,
                       .first_index = a.first_index};
}

}  // namespace

void fit_classifier(const ClassifyOptions& options, const MatrixFile& a, std::span<const double> labels,
                    Classified& result) {
  if (a.cols() == 0) throw InvalidOption(options.a.string() + ": there is no column to tell classes by");
  if (options.kernel == "linear") return fit<LinearModels>(options, a, labels, {}, result);
  KernelModelOptions how{.kernel = kernel_named(options.kernel)};
  if (options.bandwidth) how.bandwidth = *options.bandwidth;
  if (options.centres) how.centres = *options.centres;
  fit<KernelModels>(options, a, labels, how, result);
}

}  // namespace croquis::tools
