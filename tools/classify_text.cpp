#include "tools/classify_text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/number_text.hpp"

namespace croquis::tools {
namespace {

constexpr std::size_t shown_coefficients = 10;

const char* loss_name(const Classifier& classifier) {
  return classifier.loss() == ModelLoss::smoothed_hinge ? "mean loss" : "log-loss";
}

std::string score_text(const Classifier& classifier, const ModelScore& score) {
  return std::string(loss_name(classifier)) + " " + formatted("%.6g", score.mean_loss) + ", accuracy " +
         formatted("%.2f", 100 * score.accuracy) + " %";
}

std::string validation_text(const Classified& result) {
  std::string text = "\nCross-validation, " + std::to_string(result.folds) + " folds:\n     ridge  " +
                     loss_name(result.classifier) + "      +-        accuracy\n";
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
std::string predictor_name(const Classifier& classifier, std::int64_t k) {
  return all_digits(classifier.labels()[static_cast<std::size_t>(classifier.loss() == ModelLoss::softmax ? k : 1)]);
}

double largest_of_row(const Matrix<double>& coefficients, std::int64_t j) {
  double largest = 0;
  for (std::int64_t k = 0; k < coefficients.cols(); ++k) largest = std::max(largest, std::abs(coefficients(j, k)));
  return largest;
}

std::string coefficient_text(const Classifier& classifier) {
  const Matrix<double>& coefficients = classifier.coefficients();
  std::vector<std::int64_t> order(static_cast<std::size_t>(coefficients.rows()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
    return largest_of_row(coefficients, i) > largest_of_row(coefficients, j);
  });
  std::string text = "\nCoefficients";
  if (order.size() > shown_coefficients) {
    text += ", the largest " + std::to_string(shown_coefficients) + " of " + std::to_string(order.size());
    order.resize(shown_coefficients);
  }
  text += ":\n";
  const auto line = [&](const std::string& name, const auto& value) {
    std::string row = name;
    row.resize(std::max<std::size_t>(row.size(), 16), ' ');
    for (std::int64_t k = 0; k < coefficients.cols(); ++k) row += value(k);
    return row + "\n";
  };
  text += line("for label", [&](std::int64_t k) {
    std::string cell = predictor_name(classifier, k);
    cell.insert(0, cell.size() < 13 ? 13 - cell.size() : 1, ' ');
    return cell;
  });
  if (classifier.intercept)
    text += line("(intercept)", [&](std::int64_t k) {
      return formatted(" %12.5g", classifier.intercepts()[static_cast<std::size_t>(k)]);
    });
  for (const std::int64_t j : order)
    text += line(classifier.term(j), [&](std::int64_t k) { return formatted(" %12.5g", coefficients(j, k)); });
  return text;
}

// RFC 4180: quotes around, and doubled inside.
std::string quoted(const std::string& name) {
  std::string text(1, '"');
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text.append(1, '"');
}

std::string columns_text(std::int64_t columns) {
  return std::to_string(columns) + (columns == 1 ? " column" : " columns");
}

std::string function_text(const KernelModel& model) {
  const std::int64_t centres = model.centres.rows();
  return to_string(model.kernel) + " kernel of bandwidth " + formatted("%.4g", model.bandwidth) + " with " +
         std::to_string(centres) + (centres == 1 ? " centre" : " centres") + " of " +
         columns_text(model.centres.cols());
}

}  // namespace

std::string text_report(const ClassifyOptions& options, const Classified& result) {
  const Classifier& classifier = result.classifier;
  const KernelModel* const kernel = classifier.kernel();
  std::string text = to_string(classifier.loss()) + ", " + std::to_string(classifier.labels().size()) + " labels, " +
                     (kernel ? function_text(*kernel) : columns_text(classifier.columns())) +
                     (classifier.intercept ? " and an intercept" : ", no intercept") + ", ridge " +
                     formatted("%.3g", classifier.ridge) + "\n";
  if (result.validation) text += validation_text(result);
  text += (kernel ? "" : coefficient_text(classifier)) + "\n";
  if (result.on_data)
    text += options.a.filename().string() + ", " + std::to_string(result.rows) + " rows" +
            (result.fitted ? ", which it was fitted to: " : ": ") + score_text(classifier, *result.on_data) + "\n";
  if (result.on_test) text += options.test->filename().string() + ": " + score_text(classifier, *result.on_test) + "\n";
  if (result.fitted) text += classifier.report().message + "\n";
  for (const auto& [name, path] : {std::pair("coefficients", options.output),
                                   {"classifier", options.save_model},
                                   {"predictions", options.predictions}})
    if (path) text += std::string(name) + " written to " + path->string() + "\n";
  return text;
}

std::string csv_table(const Classifier& classifier) {
  const Matrix<double>& coefficients = classifier.coefficients();
  std::string text = "name";
  for (std::int64_t k = 0; k < coefficients.cols(); ++k) text.append(",").append(predictor_name(classifier, k));
  text += "\n";
  if (classifier.intercept) {
    text += quoted("(intercept)");
    for (const double value : classifier.intercepts()) text.append(",").append(all_digits(value));
    text += "\n";
  }
  for (std::int64_t j = 0; j < coefficients.rows(); ++j) {
    text += quoted(classifier.term(j));
    for (std::int64_t k = 0; k < coefficients.cols(); ++k) text.append(",").append(all_digits(coefficients(j, k)));
    text += "\n";
  }
  return text;
}

std::string prediction_table(const Classifier& classifier, const AnyMatrixView<double>& a) {
  const std::vector<double> labels = classifier.predictions(a);
  Matrix<double> p;
  std::string text = "label";
  if (classifier.loss() != ModelLoss::smoothed_hinge) {
    p = classifier.class_probabilities(a);
    for (const double label : classifier.labels()) text.append(",p(").append(all_digits(label)).append(")");
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
