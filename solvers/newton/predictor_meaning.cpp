#include "solvers/newton/predictor_meaning.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <croquis/errors.hpp>

#include "solvers/newton/losses.hpp"

namespace croquis {
namespace {

void check_predictors(MatrixView<const double> z) {
  if (z.cols == 0) throw InvalidOption("the model has no coefficients: it has not been fitted");
  for (std::int64_t i = 0; i < z.rows; ++i)
    for (std::int64_t k = 0; k < z.cols; ++k)
      if (!std::isfinite(z(i, k)))
        throw InvalidOption("row " + std::to_string(i) +
                            " (counted from 0) of A has no prediction: it holds a NaN, an infinity or numbers so large "
                            "that the prediction overflows");
}

}  // namespace

void check_has_probabilities(ModelLoss loss) {
  if (loss != ModelLoss::logistic && loss != ModelLoss::softmax)
    throw InvalidOption("the model's loss is " + to_string(loss) + ", which gives no probabilities");
}

Matrix<double> PredictorMeaning::class_probabilities(MatrixView<const double> z) const {
  check_predictors(z);
  Matrix<double> p(z.rows, static_cast<std::int64_t>(labels.size()));
  std::vector<double> row(labels.size()), probabilities(labels.size());
  for (std::int64_t i = 0; i < p.rows(); ++i) {
    for (std::int64_t k = 0; k < p.cols(); ++k)
      row[static_cast<std::size_t>(k)] = z.cols == 1 ? (k == 0 ? 0 : z(i, 0)) : z(i, k);
    softmax(1, p.cols(), row.data(), probabilities.data());
    for (std::int64_t k = 0; k < p.cols(); ++k) p(i, k) = probabilities[static_cast<std::size_t>(k)];
  }
  return p;
}

std::vector<double> PredictorMeaning::predictions(MatrixView<const double> z) const {
  check_predictors(z);
  std::vector<double> result(static_cast<std::size_t>(z.rows));
  for (std::int64_t i = 0; i < z.rows; ++i) {
    double& value = result[static_cast<std::size_t>(i)];
    if (loss == ModelLoss::softmax) {
      std::int64_t best = 0;
      for (std::int64_t k = 1; k < z.cols; ++k)
        if (z(i, k) > z(i, best)) best = k;
      value = labels[static_cast<std::size_t>(best)];
    } else if (is_classification(loss)) {
      value = labels[z(i, 0) > 0 ? 1 : 0];
    } else {
      value = loss == ModelLoss::poisson ? std::exp(z(i, 0)) : z(i, 0);
    }
  }
  return result;
}

ModelScore PredictorMeaning::score(MatrixView<double> z, std::span<const double> y, const ModelData& data) const {
  check_predictors(z);
  ModelScore result;
  const Observations all = data.run(0, z.rows);
  if (is_classification(loss)) {
    const std::vector<double> predicted = predictions(z);
    // Over the sum of all in the same order: exactly one where all are right.
    double total = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      const double weight = all.weight_at(static_cast<std::int64_t>(i));
      total += weight;
      if (predicted[i] == y[i]) result.accuracy += weight;
    }
    result.accuracy /= total;
  } else {
    result.accuracy = std::numeric_limits<double>::quiet_NaN();
  }
  result.mean_loss = losses_and_slopes(loss, loss_scale, all, z);
  return result;
}

}  // namespace croquis
