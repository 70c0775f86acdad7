// What a fitted kernel model says of data.
#include <optional>
#include <string>

#include <croquis/errors.hpp>
#include <croquis/solvers/kernel_model.hpp>

#include "linalg/check.hpp"
#include "linalg/products.hpp"
#include "solvers/kernel/radial_kernel.hpp"
#include "solvers/newton/predictor_meaning.hpp"
#include "solvers/non_finite_row.hpp"

namespace croquis {
namespace {

PredictorMeaning meaning_of(const KernelModel& model) { return {model.loss, model.loss_scale, model.labels}; }

Matrix<double> scaled(const AnyMatrixView<double>& a, const KernelModel& model) {
  Matrix<double> points = dense_by_rows(a);
  scale_points(points, model.kernel, model.bandwidth);
  return points;
}

}  // namespace

Matrix<double> predictors(const KernelModel& model, const AnyMatrixView<double>& a) {
  check_view(a, "A");
  if (a.cols() != model.centres.cols())
    throw ShapeError("A is " + shape_text(a.rows(), a.cols()) + ", but the model's centres have " +
                     std::to_string(model.centres.cols()) + " coordinates");
  if (const std::optional<std::int64_t> row = first_non_finite_row<double>(a))
    throw InvalidOption("row " + std::to_string(*row) + " (counted from 0) of A holds a NaN or an infinity");
  const Matrix<double> points = scaled(a, model);
  const RadialKernel kernel(model.kernel, scaled(model.centres, model).view());
  Matrix<double> z(a.rows(), model.coefficients.cols());
  for_each_kernel_block(kernel, points.view(), [&](std::int64_t first, MatrixView<const double> block) {
    multiply_by<double>(block, model.coefficients.view(), z.view().block(first, 0, block.rows, z.cols()));
  });
  for (std::int64_t k = 0; k < z.cols(); ++k)
    for (std::int64_t i = 0; i < z.rows(); ++i) z(i, k) += model.intercepts[static_cast<std::size_t>(k)];
  return z;
}

Matrix<double> class_probabilities(const KernelModel& model, const AnyMatrixView<double>& a) {
  check_has_probabilities(model.loss);
  return meaning_of(model).class_probabilities(predictors(model, a).view());
}

std::vector<double> predictions(const KernelModel& model, const AnyMatrixView<double>& a) {
  return meaning_of(model).predictions(predictors(model, a).view());
}

ModelScore score(const KernelModel& model, const AnyMatrixView<double>& a, std::span<const double> y,
                 std::span<const double> weights) {
  const ModelData data = model_data(a, y, weights, model.loss, model.labels);
  return meaning_of(model).score(predictors(model, a).view(), y, data);
}

}  // namespace croquis
