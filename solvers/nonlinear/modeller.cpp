#include "solvers/nonlinear/modeller.hpp"

#include <algorithm>
#include <utility>

#include "linalg/copy.hpp"
#include "linalg/scale_rows.hpp"
#include "sketch/philox.hpp"

namespace croquis {
namespace {

// A step with a relative error e leaves e times the gradient behind: early, where r is far from orthogonal to J's
// columns, as much as the model itself is wrong by, and little once convergence is fast. Source: Dembo, Eisenstat and
// Steihaug, SIAM J. Numer. Anal. 19 (1982).
constexpr double forcing_factor = 1e-2;
constexpr double loosest = 1e-4;

double forcing_term(const Linearization& before) {
  return std::clamp(forcing_factor * before.orthogonality, ModelReducer::strict, loosest);
}

Matrix<double> beside(const Matrix<double>& a, const Matrix<double>& b) {
  auto result = Matrix<double>::uninitialized(a.rows(), a.cols() + b.cols());
  copy<double>(a.view(), result.view().block(0, 0, a.rows(), a.cols()));
  copy<double>(b.view(), result.view().block(0, a.cols(), a.rows(), b.cols()));
  return result;
}

}  // namespace

std::optional<Linearization> Modeller::model_at(const ResidualPoint& point, const Linearization* before) {
  source_.move_to(point.x, point.r);
  const double accuracy = before == nullptr ? ModelReducer::strict : forcing_term(*before);
  if (!schedule_.whole()) return subspace_model(point, accuracy);
  std::optional<ReducedModel> model =
      source_.comes_by_rows() ? reducer_.reduce(source_.rows(point.row_scale), point.model_residual(), accuracy)
                              : reduced(source_.whole(), point, accuracy);
  const bool follows = before != nullptr && before->space.whole();
  return linearize(std::move(model), point, {}, box_, follows ? before->scale : std::vector<double>{});
}

std::optional<ReducedModel> Modeller::reduced(const AnyMatrixView<double>& j, const ResidualPoint& point,
                                              double accuracy) {
  if (point.row_scale.empty()) return reducer_.reduce(j, point.r, accuracy);
  const RowScaledCopy<double> scaled(j, point.row_scale);
  return reducer_.reduce(scaled.view(), point.scaled_r, accuracy);
}

std::optional<Linearization> Modeller::subspace_model(const ResidualPoint& point, double accuracy) {
  const std::int64_t m = problem_.residuals;
  const std::int64_t n = problem_.unknowns;
  const std::uint64_t seed = random_words(options_.seed, stream_word(Stream::subspaces, 0), subspaces_++)[0];
  Matrix<double> directions = draw_directions(options_.subspace, n, 0, schedule_.dimensions(), seed);
  auto products = Matrix<double>::uninitialized(m, directions.cols());
  source_.multiply(directions.view(), products.view());
  for (;;) {
    // Subspaces have nothing in common, so neither have their models.
    reducer_.forget();
    std::optional<Linearization> linear = linearize(reduced(products, point, accuracy), point, {directions}, box_, {});
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
