#include "tools/classify_json.hpp"

#include <croquis/version.hpp>
#include <nlohmann/json.hpp>

namespace croquis::tools {
namespace {

using Json = nlohmann::ordered_json;

Json score_json(const Classifier& classifier, const std::optional<ModelScore>& score) {
  if (!score) return nullptr;
  const bool has_probabilities = classifier.loss() != ModelLoss::smoothed_hinge;
  return {{"mean_loss", score->mean_loss},
          {"log_loss", has_probabilities ? Json(score->mean_loss) : Json()},
          {"accuracy", score->accuracy}};
}

Json validation_json(const Classified& result) {
  if (!result.validation) return nullptr;
  Json ridges = Json::array();
  for (const RidgeScore& score : result.validation->scores)
    ridges.push_back({{"ridge", score.ridge},
                      {"mean_loss", score.mean_loss},
                      {"standard_error", score.standard_error},
                      {"accuracy", score.accuracy},
                      {"solved", score.solved}});
  return {{"folds", result.folds}, {"ridges", ridges}, {"best", result.validation->best}};
}

Json kernel_json(const KernelModel* model) {
  if (!model) return nullptr;
  return {{"name", to_string(model->kernel)},
          {"bandwidth", model->bandwidth},
          {"centres", model->centres.rows()},
          {"jitter", model->jitter}};
}

}  // namespace

std::string json_report(const Classified& result) {
  const Classifier& classifier = result.classifier;
  const NewtonReport& report = classifier.report();
  Json coefficients = Json::array();
  for (std::int64_t j = 0; j < classifier.coefficients().rows(); ++j) {
    Json values = Json::array();
    for (std::int64_t k = 0; k < classifier.coefficients().cols(); ++k)
      values.push_back(classifier.coefficients()(j, k));
    coefficients.push_back({{"name", classifier.term(j)}, {"values", values}});
  }
  Json json = {
      {"status", result.fitted || report.status == Status::non_finite_input ? to_string(report.status) : "predicted"},
      {"message", report.message},
      {"loss", to_string(classifier.loss())},
      {"kernel", kernel_json(classifier.kernel())},
      {"rows", result.rows},
      {"cols", classifier.columns()},
      {"labels", classifier.labels()},
      {"ridge", classifier.ridge},
      {"intercept", classifier.intercept},
      {"objective", result.fitted ? Json(report.value) : Json()},
      {"gradient_norm", result.fitted ? Json(report.gradient_norm) : Json()},
      {"iterations", report.iterations},
      {"products", report.products},
      {"passes", report.passes},
      {"preconditioner", to_string(report.preconditioner)},
      {"data", score_json(classifier, result.on_data)},
      {"test", score_json(classifier, result.on_test)},
      {"cross_validation", validation_json(result)},
      {"intercepts", classifier.intercepts()},
      {"coefficients", coefficients},
      {"seconds",
       {{"read", result.read_seconds}, {"cross_validation", result.validation_seconds}, {"fit", report.seconds}}},
      {"threads", runtime_info().task_threads},
      {"version", version()}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace croquis::tools
