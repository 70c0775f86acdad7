#include "tools/classifier_file.hpp"

#include <cmath>
#include <fstream>
#include <system_error>

#include <croquis/errors.hpp>
#include <nlohmann/json.hpp>

namespace croquis::tools {

using Json = nlohmann::ordered_json;

std::string classifier_text(const Classifier& classifier) {
  const GeneralizedLinearModel& model = classifier.model;
  Json predictors = Json::array();
  for (std::int64_t k = 0; k < model.coefficients.cols(); ++k) {
    const double* const column = model.coefficients.data() + k * model.coefficients.rows();
    predictors.push_back(std::vector<double>(column, column + model.coefficients.rows()));
  }
  const Json json = {{"loss", to_string(model.loss)},
                     {"loss_scale", model.loss_scale},
                     {"ridge", classifier.ridge},
                     {"labels", model.labels},
                     {"intercept", classifier.intercept},
                     {"intercepts", model.intercepts},
                     {"coefficients", predictors},
                     {"column_names", classifier.column_names},
                     {"first_index", classifier.first_index ? Json(*classifier.first_index) : Json()}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

ModelLoss loss_named(const std::string& name) {
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax, ModelLoss::smoothed_hinge})
    if (to_string(loss) == name) return loss;
  throw std::invalid_argument("its loss is " + name);
}

Classifier classifier_of(const Json& json) {
  Classifier classifier;
  GeneralizedLinearModel& model = classifier.model;
  model.loss = loss_named(json.at("loss").get<std::string>());
  model.loss_scale = json.at("loss_scale").get<double>();
  model.labels = json.at("labels").get<std::vector<double>>();
  model.intercepts = json.at("intercepts").get<std::vector<double>>();
  classifier.ridge = json.at("ridge").get<double>();
  classifier.intercept = json.at("intercept").get<bool>();
  classifier.column_names = json.at("column_names").get<std::vector<std::string>>();
  if (json.contains("first_index") && !json["first_index"].is_null()) {
    classifier.first_index = json["first_index"].get<std::int64_t>();
    if (*classifier.first_index != 0 && *classifier.first_index != 1)
      throw std::invalid_argument("its first_index is neither 0 nor 1");
  }
  const auto predictors = json.at("coefficients").get<std::vector<std::vector<double>>>();
  const std::size_t expected = model.loss == ModelLoss::softmax ? model.labels.size() : 1;
  if (model.labels.size() < 2 || (expected == 1 && model.labels.size() > 2) || predictors.size() != expected ||
      model.intercepts.size() != expected)
    throw std::invalid_argument("its labels, intercepts and coefficients do not fit together");
  if (!(model.loss_scale > 0)) throw std::invalid_argument("its loss_scale is not positive");
  for (std::size_t k = 1; k < model.labels.size(); ++k)
    if (!(model.labels[k - 1] < model.labels[k])) throw std::invalid_argument("its labels are not ascending");
  const std::size_t n = predictors[0].size();
  if (!classifier.column_names.empty() && classifier.column_names.size() != n)
    throw std::invalid_argument("it has not as many column names as coefficients");
  model.coefficients = Matrix<double>(static_cast<std::int64_t>(n), static_cast<std::int64_t>(expected));
  for (std::size_t k = 0; k < expected; ++k) {
    if (predictors[k].size() != n) throw std::invalid_argument("its predictors have different numbers of coefficients");
    for (std::size_t j = 0; j < n; ++j)
      model.coefficients(static_cast<std::int64_t>(j), static_cast<std::int64_t>(k)) = predictors[k][j];
  }
  return classifier;
}

}  // namespace

Classifier read_classifier(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot be opened");
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw FileError(path.string() + ": is a folder");
  try {
    return classifier_of(Json::parse(file));
  } catch (const Json::exception& error) {
    // The message quotes what it could not read, however long that is.
    constexpr std::size_t most_characters = 200;
    const std::string why = error.what();
    throw FileError(path.string() + ": is not a classifier written by --save-model: " + why.substr(0, most_characters) +
                    (why.size() > most_characters ? "..." : ""));
  } catch (const std::invalid_argument& error) {
    throw FileError(path.string() + ": is not a classifier written by --save-model: " + error.what());
  }
}

}  // namespace croquis::tools
