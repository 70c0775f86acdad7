// What predictors say of responses, by the loss of a model.
#pragma once

#include <span>
#include <vector>

#include <croquis/solvers/generalized_linear_model.hpp>

#include "solvers/newton/model_data.hpp"

namespace croquis {

/// A fitted loss. The members throw `InvalidOption` naming a row whose predictors are not finite, and where there are
/// none.
struct PredictorMeaning {
  ModelLoss loss;
  double loss_scale;
  const std::vector<double>& labels;

  /// As the public functions of these names, of predictors Z: m x K.
  Matrix<double> class_probabilities(MatrixView<const double> z) const;
  std::vector<double> predictions(MatrixView<const double> z) const;
  /// Z is overwritten. `data` is what `model_data` made of y.
  ModelScore score(MatrixView<double> z, std::span<const double> y, const ModelData& data) const;
};

/// Throws `InvalidOption` for a loss without probabilities.
void check_has_probabilities(ModelLoss loss);

}  // namespace croquis
