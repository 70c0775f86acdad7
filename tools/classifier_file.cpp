#include "tools/classifier_file.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <croquis/errors.hpp>
#include <nlohmann/json.hpp>

namespace croquis::tools {

using Json = nlohmann::ordered_json;

namespace {

using Rows = std::vector<std::vector<double>>;

Json kernel_json(const KernelModel* model) {
  if (!model) return nullptr;
  Rows centres;
  for (std::int64_t i = 0; i < model->centres.rows(); ++i) {
    centres.emplace_back();
    for (std::int64_t j = 0; j < model->centres.cols(); ++j) centres.back().push_back(model->centres(i, j));
  }
  return {{"name", to_string(model->kernel)},
          {"bandwidth", model->bandwidth},
          {"jitter", model->jitter},
          {"centre_rows", model->centre_rows},
          {"centres", centres}};
}

}  // namespace

std::string classifier_text(const Classifier& classifier) {
  const Matrix<double>& coefficients = classifier.coefficients();
  Rows predictors;
  for (std::int64_t k = 0; k < coefficients.cols(); ++k) {
    const double* const column = coefficients.data() + k * coefficients.rows();
    predictors.emplace_back(column, column + coefficients.rows());
  }
  const Json json = {{"loss", to_string(classifier.loss())},
                     {"loss_scale", classifier.loss_scale()},
                     {"ridge", classifier.ridge},
                     {"labels", classifier.labels()},
                     {"intercept", classifier.intercept},
                     {"intercepts", classifier.intercepts()},
                     {"coefficients", predictors},
                     {"column_names", classifier.column_names},
                     {"first_index", classifier.first_index ? Json(*classifier.first_index) : Json()},
                     {"kernel", kernel_json(classifier.kernel())}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

ModelLoss loss_named(const std::string& name) {
  for (const ModelLoss loss : {ModelLoss::logistic, ModelLoss::softmax, ModelLoss::smoothed_hinge})
    if (to_string(loss) == name) return loss;
  throw std::invalid_argument("its loss is " + name);
}

Matrix<double> matrix_of(const Rows& rows, Layout layout, const char* unequal) {
  const std::size_t length = rows.empty() ? 0 : rows[0].size();
  for (const std::vector<double>& row : rows)
    if (row.size() != length) throw std::invalid_argument(unequal);
  const auto count = static_cast<std::int64_t>(rows.size()), size = static_cast<std::int64_t>(length);
  Matrix<double> matrix =
      layout == Layout::row_major ? Matrix<double>(count, size, layout) : Matrix<double>(size, count);
  double* entry = matrix.data();
  for (const std::vector<double>& row : rows) entry = std::copy(row.begin(), row.end(), entry);
  return matrix;
}

// What both kinds of models have.
template <class Model>
void read_model(const Json& json, Model& model) {
  model.loss = loss_named(json.at("loss").get<std::string>());
  model.loss_scale = json.at("loss_scale").get<double>();
  model.labels = json.at("labels").get<std::vector<double>>();
  model.intercepts = json.at("intercepts").get<std::vector<double>>();
  const Rows predictors = json.at("coefficients").get<Rows>();
  const std::size_t expected = model.loss == ModelLoss::softmax ? model.labels.size() : 1;
  if (model.labels.size() < 2 || (expected == 1 && model.labels.size() > 2) || predictors.size() != expected ||
      model.intercepts.size() != expected)
    throw std::invalid_argument("its labels, intercepts and coefficients do not fit together");
  if (!(model.loss_scale > 0)) throw std::invalid_argument("its loss_scale is not positive");
  for (std::size_t k = 1; k < model.labels.size(); ++k)
    if (!(model.labels[k - 1] < model.labels[k])) throw std::invalid_argument("its labels are not ascending");
  model.coefficients =
      matrix_of(predictors, Layout::column_major, "its predictors have different numbers of coefficients");
}

KernelModel kernel_model_of(const Json& json) {
  KernelModel model;
  read_model(json, model);
  const Json& kernel = json.at("kernel");
  model.kernel = kernel_named(kernel.at("name").get<std::string>());
  model.bandwidth = kernel.at("bandwidth").get<double>();
  if (!(model.bandwidth > 0)) throw std::invalid_argument("its bandwidth is not positive");
  model.jitter = kernel.at("jitter").get<double>();
  model.centre_rows = kernel.at("centre_rows").get<std::vector<std::int64_t>>();
  model.centres =
      matrix_of(kernel.at("centres").get<Rows>(), Layout::row_major, "its centres have different numbers of columns");
  if (model.centres.rows() != model.coefficients.rows() ||
      model.centres.rows() != static_cast<std::int64_t>(model.centre_rows.size()))
    throw std::invalid_argument("it has not as many centres as coefficients");
  return model;
}

Classifier classifier_of(const Json& json) {
  Classifier classifier;
  if (json.contains("first_index") && !json["first_index"].is_null()) {
    classifier.first_index = json["first_index"].get<std::int64_t>();
    if (*classifier.first_index != 0 && *classifier.first_index != 1)
      throw std::invalid_argument("its first_index is neither 0 nor 1");
  }
  // Linear classifiers may be without this field.
  if (json.contains("kernel") && !json.at("kernel").is_null()) {
    classifier.model = kernel_model_of(json);
  } else {
    read_model(json, classifier.model.emplace<GeneralizedLinearModel>());
  }
  classifier.ridge = json.at("ridge").get<double>();
  classifier.intercept = json.at("intercept").get<bool>();
  classifier.column_names = json.at("column_names").get<std::vector<std::string>>();
  if (!classifier.column_names.empty() &&
      static_cast<std::int64_t>(classifier.column_names.size()) != classifier.columns())
    throw std::invalid_argument("it has not as many column names as columns");
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
