#include "tools/classify_text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

constexpr std::size_t shown_coefficients = 10;

const char* loss_name(const GeneralizedLinearModel& model) {
  return model.loss == ModelLoss::smoothed_hinge ? "mean loss" : "log-loss";
}

std::string score_text(const GeneralizedLinearModel& model, const ModelScore& score) {
  return std::string(loss_name(model)) + " " + formatted("%.6g", score.mean_loss) + ", accuracy " +
         formatted("%.2f", 100 * score.accuracy) + " %";
}

std::string validation_text(const Classified& result) {
  std::string text = "\nCross-validation, " + std::to_string(result.folds) + " folds:\n     ridge  " +
                     loss_name(result.classifier.model) + "      +-        accuracy\n";
  const CrossValidation& validation = *result.validation;
  for (std::size_t k = 0; k < validation.scores.size(); ++k) {
    const RidgeScore& score = validation.scores[k];
    text += formatted("%10.3g", score.ridge) + formatted("  %-11.6g ", score.mean_loss) +
            formatted("%-9.2g", score.standard_error) + formatted("%8.2f %%", 100 * score.accuracy) +
            (k == validation.best ? "  taken" : "") + (score.solved ? "" : "  not converged") + "\n";
  }
  return text;
}

// The column that a predictor's coefficients stand under.
std::string predictor_name(const GeneralizedLinearModel& model, std::int64_t k) {
  return all_digits(model.labels[static_cast<std::size_t>(model.loss == ModelLoss::softmax ? k : 1)]);
}

double largest_of_row(const GeneralizedLinearModel& model, std::int64_t j) {
  double largest = 0;
  for (std::int64_t k = 0; k < model.coefficients.cols(); ++k)
    largest = std::max(largest, std::abs(model.coefficients(j, k)));
  return largest;
}

std::string coefficient_text(const Classifier& classifier) {
  const GeneralizedLinearModel& model = classifier.model;
  std::vector<std::int64_t> order(static_cast<std::size_t>(model.coefficients.rows()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t i, std::int64_t j) { return largest_of_row(model, i) > largest_of_row(model, j); });
  std::string text = "\nCoefficients";
  if (order.size() > shown_coefficients) {
    text += ", the largest " + std::to_string(shown_coefficients) + " of " + std::to_string(order.size());
    order.resize(shown_coefficients);
  }
  text += ":\n";
  const auto line = [&](const std::string& name, const auto& value) {
    std::string row = name;
    row.resize(std::max<std::size_t>(row.size(), 16), ' ');
    for (std::int64_t k = 0; k < model.coefficients.cols(); ++k) row += value(k);
    return row + "\n";
  };
  text += line("for label", [&](std::int64_t k) {
    std::string cell = predictor_name(model, k);
    cell.insert(0, cell.size() < 13 ? 13 - cell.size() : 1, ' ');
    return cell;
  });
  if (classifier.intercept)
    text += line("(intercept)",
                 [&](std::int64_t k) { return formatted(" %12.5g", model.intercepts[static_cast<std::size_t>(k)]); });
  for (const std::int64_t j : order)
    text += line(classifier.name(j), [&](std::int64_t k) { return formatted(" %12.5g", model.coefficients(j, k)); });
  return text;
}

// RFC 4180: quotes around, and doubled inside.
std::string quoted(const std::string& name) {
  std::string text(1, '"');
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text.append(1, '"');
}

}  // namespace

std::string text_report(const ClassifyOptions& options, const Classified& result) {
  const Classifier& classifier = result.classifier;
  const GeneralizedLinearModel& model = classifier.model;
  std::string text = to_string(model.loss) + ", " + std::to_string(model.labels.size()) + " labels, " +
                     std::to_string(model.coefficients.rows()) +
                     (model.coefficients.rows() == 1 ? " column" : " columns") +
                     (classifier.intercept ? " and an intercept" : ", no intercept") + ", ridge " +
                     formatted("%.3g", classifier.ridge) + "\n";
  if (result.validation) text += validation_text(result);
  text += coefficient_text(classifier) + "\n";
  if (result.on_data)
    text += options.a.filename().string() + ", " + std::to_string(result.rows) + " rows" +
            (result.fitted ? ", which it was fitted to: " : ": ") + score_text(model, *result.on_data) + "\n";
  if (result.on_test) text += options.test->filename().string() + ": " + score_text(model, *result.on_test) + "\n";
  if (result.fitted) text += model.message + "\n";
  for (const auto& [name, path] : {std::pair("coefficients", options.output),
                                   {"classifier", options.save_model},
                                   {"predictions", options.predictions}})
    if (path) text += std::string(name) + " written to " + path->string() + "\n";
  return text;
}

std::string csv_table(const Classifier& classifier) {
  const GeneralizedLinearModel& model = classifier.model;
  std::string text = "name";
  for (std::int64_t k = 0; k < model.coefficients.cols(); ++k) text.append(",").append(predictor_name(model, k));
  text += "\n";
  if (classifier.intercept) {
    text += quoted("(intercept)");
    for (const double value : model.intercepts) text.append(",").append(all_digits(value));
    text += "\n";
  }
  for (std::int64_t j = 0; j < model.coefficients.rows(); ++j) {
    text += quoted(classifier.name(j));
    for (std::int64_t k = 0; k < model.coefficients.cols(); ++k)
      text.append(",").append(all_digits(model.coefficients(j, k)));
    text += "\n";
  }
  return text;
}

std::string prediction_table(const Classifier& classifier, const AnyMatrixView<double>& a) {
  const GeneralizedLinearModel& model = classifier.model;
  const std::vector<double> labels = predictions(model, a);
  Matrix<double> p;
  std::string text = "label";
  if (model.loss != ModelLoss::smoothed_hinge) {
    p = class_probabilities(model, a);
    for (const double label : model.labels) text.append(",p(").append(all_digits(label)).append(")");
  }
  text += "\n";
  for (std::int64_t i = 0; i < a.rows(); ++i) {
    text += all_digits(labels[static_cast<std::size_t>(i)]);
    for (std::int64_t k = 0; k < p.cols(); ++k) text.append(",").append(all_digits(p(i, k)));
    text += "\n";
  }
  return text;
}

}  // namespace croquis::tools
