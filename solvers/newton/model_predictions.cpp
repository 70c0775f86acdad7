// What a fitted model says of data.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <croquis/errors.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>

#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "solvers/newton/losses.hpp"
#include "solvers/newton/model_data.hpp"

namespace croquis {

Matrix<double> linear_predictors(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  check_view(a, "A");
  if (a.cols() != model.coefficients.rows())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ", but the model has " +
                     std::to_string(model.coefficients.rows()) + " coefficients");
  Matrix<double> z(a.rows(), model.coefficients.cols());
  multiply_by<double>(a, model.coefficients.view(), z.view());
  for (std::int64_t k = 0; k < z.cols(); ++k)
    for (std::int64_t i = 0; i < z.rows(); ++i) z(i, k) += model.intercepts[static_cast<std::size_t>(k)];
  return z;
}

namespace {

// The predictors of rows that mean something.
Matrix<double> finite_predictors(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  Matrix<double> z = linear_predictors(model, a);
  for (std::int64_t i = 0; i < z.rows(); ++i)
    for (std::int64_t k = 0; k < z.cols(); ++k)
      if (!std::isfinite(z(i, k)))
        throw InvalidOption("row " + std::to_string(i) +
                            " (counted from 0) of A has no prediction: it holds a NaN, an "
                            "infinity or numbers so large that the prediction overflows");
  return z;
}

}  // namespace

Matrix<double> class_probabilities(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  if (model.loss != ModelLoss::logistic && model.loss != ModelLoss::softmax)
    throw InvalidOption("the model's loss is " + to_string(model.loss) + ", which gives no probabilities");
  const Matrix<double> z = finite_predictors(model, a);
  Matrix<double> p(z.rows(), static_cast<std::int64_t>(model.labels.size()));
  std::vector<double> row(static_cast<std::size_t>(p.cols())), probabilities(row.size());
  for (std::int64_t i = 0; i < p.rows(); ++i) {
    for (std::int64_t k = 0; k < p.cols(); ++k)
      row[static_cast<std::size_t>(k)] = z.cols() == 1 ? (k == 0 ? 0 : z(i, 0)) : z(i, k);
    softmax(1, p.cols(), row.data(), probabilities.data());
    for (std::int64_t k = 0; k < p.cols(); ++k) p(i, k) = probabilities[static_cast<std::size_t>(k)];
  }
  return p;
}

std::vector<double> predictions(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  const Matrix<double> z = finite_predictors(model, a);
  std::vector<double> result(static_cast<std::size_t>(z.rows()));
  for (std::int64_t i = 0; i < z.rows(); ++i) {
    double& value = result[static_cast<std::size_t>(i)];
    if (model.loss == ModelLoss::softmax) {
      std::int64_t best = 0;
      for (std::int64_t k = 1; k < z.cols(); ++k)
        if (z(i, k) > z(i, best)) best = k;
      value = model.labels[static_cast<std::size_t>(best)];
    } else if (is_classification(model.loss)) {
      value = model.labels[z(i, 0) > 0 ? 1 : 0];
    } else {
      value = model.loss == ModelLoss::poisson ? std::exp(z(i, 0)) : z(i, 0);
    }
  }
  return result;
}

ModelScore score(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a, std::span<const double> y,
                 std::span<const double> weights) {
  const ModelData data = model_data(a, y, weights, model.loss, model.labels);
  Matrix<double> z = finite_predictors(model, a);
  ModelScore result;
  if (is_classification(model.loss)) {
    const std::vector<double> predicted = predictions(model, a);
    const Observations all = data.run(0, a.rows());
    for (std::size_t i = 0; i < predicted.size(); ++i)
      if (predicted[i] == y[i]) result.accuracy += all.weight == nullptr ? all.common_weight : all.weight[i];
  } else {
    result.accuracy = std::numeric_limits<double>::quiet_NaN();
  }
  result.mean_loss = losses_and_slopes(model.loss, model.loss_scale, data.run(0, a.rows()), z.view());
  return result;
}

}  // namespace croquis
