#include "tools/classify_json.hpp"

#include <croquis/version.hpp>
#include <nlohmann/json.hpp>

namespace croquis::tools {
namespace {

using Json = nlohmann::ordered_json;

Json score_json(const GeneralizedLinearModel& model, const std::optional<ModelScore>& score) {
  if (!score) return nullptr;
  const bool has_probabilities = model.loss != ModelLoss::smoothed_hinge;
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

}  // namespace

std::string json_report(const Classified& result) {
  const Classifier& classifier = result.classifier;
  const GeneralizedLinearModel& model = classifier.model;
  Json coefficients = Json::array();
  for (std::int64_t j = 0; j < model.coefficients.rows(); ++j) {
    Json values = Json::array();
    for (std::int64_t k = 0; k < model.coefficients.cols(); ++k) values.push_back(model.coefficients(j, k));
    coefficients.push_back({{"name", classifier.name(j)}, {"values", values}});
  }
  Json json = {
      {"status", result.fitted || model.status == Status::non_finite_input ? to_string(model.status) : "predicted"},
      {"message", model.message},
      {"loss", to_string(model.loss)},
      {"rows", result.rows},
      {"cols", model.coefficients.rows()},
      {"labels", model.labels},
      {"ridge", classifier.ridge},
      {"intercept", classifier.intercept},
      {"objective", result.fitted ? Json(model.value) : Json()},
      {"gradient_norm", result.fitted ? Json(model.gradient_norm) : Json()},
      {"iterations", model.iterations},
      {"products", model.products},
      {"passes", model.passes},
      {"preconditioner", to_string(model.preconditioner)},
      {"data", score_json(model, result.on_data)},
      {"test", score_json(model, result.on_test)},
      {"cross_validation", validation_json(result)},
      {"intercepts", model.intercepts},
      {"coefficients", coefficients},
      {"seconds",
       {{"read", result.read_seconds}, {"cross_validation", result.validation_seconds}, {"fit", model.seconds}}},
      {"threads", runtime_info().task_threads},
      {"version", version()}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace croquis::tools
