// What a fitted model says of data.
#include <string>

#include <croquis/errors.hpp>
#include <croquis/solvers/generalized_linear_model.hpp>

#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "solvers/newton/predictor_meaning.hpp"

namespace croquis {
namespace {

PredictorMeaning meaning_of(const GeneralizedLinearModel& model) {
  return {model.loss, model.loss_scale, model.labels};
}

}  // namespace

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

Matrix<double> class_probabilities(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  check_has_probabilities(model.loss);
  return meaning_of(model).class_probabilities(linear_predictors(model, a).view());
}

std::vector<double> predictions(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a) {
  return meaning_of(model).predictions(linear_predictors(model, a).view());
}

ModelScore score(const GeneralizedLinearModel& model, const AnyMatrixView<double>& a, std::span<const double> y,
                 std::span<const double> weights) {
  const ModelData data = model_data(a, y, weights, model.loss, model.labels);
  return meaning_of(model).score(linear_predictors(model, a).view(), y, data);
}

}  // namespace croquis
