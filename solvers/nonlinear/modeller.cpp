#include "solvers/nonlinear/modeller.hpp"

#include <algorithm>
#include <utility>

#include "linalg/copy.hpp"
#include "linalg/scale_rows.hpp"
#include "sketch/philox.hpp"

namespace croquis {
namespace {

Matrix<double> beside(const Matrix<double>& a, const Matrix<double>& b) {
  auto result = Matrix<double>::uninitialized(a.rows(), a.cols() + b.cols());
  copy<double>(a.view(), result.view().block(0, 0, a.rows(), a.cols()));
  copy<double>(b.view(), result.view().block(0, a.cols(), a.rows(), b.cols()));
  return result;
}

}  // namespace

std::optional<Linearization> Modeller::model_at(const ResidualPoint& point, const Linearization* before) {
  source_.move_to(point.x, point.r);
  if (!schedule_.whole()) return subspace_model(point);
  const bool follows = before != nullptr && before->space.whole();
  return scaled_model(source_.whole(), point, {}, follows ? before->scale : std::vector<double>{});
}

std::optional<Linearization> Modeller::scaled_model(const AnyMatrixView<double>& j, const ResidualPoint& point,
                                                    StepSpace space, const std::vector<double>& scale_before) {
  if (point.row_scale.empty()) return linearize(j, reducer_, point, std::move(space), box_, scale_before);
  const RowScaledCopy<double> scaled(j, point.row_scale);
  return linearize(scaled.view(), reducer_, point, std::move(space), box_, scale_before);
}

std::optional<Linearization> Modeller::subspace_model(const ResidualPoint& point) {
  const std::int64_t m = problem_.residuals;
  const std::int64_t n = problem_.unknowns;
  const std::uint64_t seed = random_words(options_.seed, stream_word(Stream::subspaces, 0), subspaces_++)[0];
  Matrix<double> directions = draw_directions(options_.subspace, n, 0, schedule_.dimensions(), seed);
  auto products = Matrix<double>::uninitialized(m, directions.cols());
  source_.multiply(directions.view(), products.view());
  for (;;) {
    // Subspaces have nothing in common, so neither have their models.
    reducer_.forget();
    std::optional<Linearization> linear = scaled_model(products, point, {directions}, {});
    const std::int64_t room = schedule_.most_dimensions() - directions.cols();
    if (!linear || room <= 0 || options_.subspace.promised_decrease == 0) return linear;
    const DampedSteps& steps = linear->steps;
    if (steps.at(steps.least_lambda()).model_decrease >= options_.subspace.promised_decrease * point.cost)
      return linear;
    const Matrix<double> more =
        draw_directions(options_.subspace, n, directions.cols(), std::min(options_.subspace.growth, room), seed);
    auto more_products = Matrix<double>::uninitialized(m, more.cols());
    source_.multiply(more.view(), more_products.view());
    directions = beside(directions, more);
    products = beside(products, more_products);
  }
}

}  // namespace croquis
