#include "solvers/nonlinear/modeller.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <croquis/sketch/apply.hpp>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "linalg/scale_rows.hpp"
#include "linalg/sparse_qr.hpp"
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

// Where a dense triangle would take longer than a sparse one, or would not fit.
constexpr std::int64_t least_unknowns = 500;
constexpr std::int64_t least_zeros_per_entry = 20;

}  // namespace

std::optional<Linearization> Modeller::model_at(const ResidualPoint& point, const Linearization* before) {
  if (!source_.is_at(point.x)) source_.move_to(point.x, point.r);
  const double accuracy = before == nullptr ? ModelReducer::strict : forcing_term(*before);
  if (!schedule_.whole()) return subspace_model(point, accuracy);
  std::optional<ReducedModel> model = source_.comes_by_rows() ? reduced(source_.rows(point.row_scale), point, accuracy)
                                                              : reduced(source_.whole(), point, accuracy);
  const bool follows = before != nullptr && before->space.whole();
  return linearize(std::move(model), point, {}, box_, follows ? before->scale : std::vector<double>{});
}

bool Modeller::stays_sparse(const AnyMatrixView<double>& j) const {
  return may_stay_sparse_ && has_sparse_qr() && j.cols() >= least_unknowns &&
         std::holds_alternative<CsrView<double, std::int64_t>>(j.storage()) &&
         j.stored_entries() <= j.rows() / least_zeros_per_entry * j.cols();
}

// Nothing where observations are not sketched, or too few for a sketch to have fewer.
std::optional<AnySketch> Modeller::observation_sketch(std::int64_t cols) {
  if (options_.observation_rows == 0) return std::nullopt;
  const auto rows = static_cast<std::int64_t>(std::ceil(options_.observation_rows * static_cast<double>(cols)));
  if (rows >= problem_.residuals) return std::nullopt;
  const std::uint64_t seed = random_words(options_.seed, stream_word(Stream::subspaces, 1), observation_sketches_++)[0];
  return make_sketch(SketchFamily::sparse_sign, rows, problem_.residuals, seed);
}

std::optional<ReducedModel> Modeller::reduced(const MadeRows<double>& j, const ResidualPoint& point, double accuracy) {
  source_.require(j.cols);
  const std::optional<AnySketch> sketch = observation_sketch(j.cols);
  if (!sketch) return reducer_.reduce(j, point.model_residual(), accuracy, source_.passes_left());
  Matrix<double> sj(sketch->rows(), j.cols), sr(sketch->rows(), 1);
  RowBatches<double> batches(j);
  for (std::int64_t batch = 0; batch < batches.count(); ++batch)
    accumulate(*sketch, batches.first_row(batch), MatrixView<const double>(batches.make(batch)), sj.view());
  apply(*sketch, column_major(point.model_residual().data(), j.rows, std::int64_t{1}), sr.view());
  return reducer_.reduce(sj, sr.entries(), accuracy);
}

std::optional<ReducedModel> Modeller::reduced(const AnyMatrixView<double>& j, const ResidualPoint& point,
                                              double accuracy) {
  std::optional<RowScaledCopy<double>> scaled;
  if (!point.row_scale.empty()) scaled.emplace(j, point.row_scale);
  const AnyMatrixView<double>& rows = scaled ? scaled->view() : j;
  const std::optional<AnySketch> sketch = observation_sketch(j.cols());
  if (!sketch && stays_sparse(rows)) {
    if (!all_finite<double>(rows)) return std::nullopt;
    const auto& view = std::get<CsrView<double, std::int64_t>>(rows.storage());
    return ReducedModel{{}, {}, std::make_shared<const SparseModel>(view, point.model_residual())};
  }
  if (!sketch) return reducer_.reduce(rows, point.model_residual(), accuracy);
  auto sj = Matrix<double>::uninitialized(sketch->rows(), j.cols());
  auto sr = Matrix<double>::uninitialized(sketch->rows(), 1);
  apply(*sketch, rows, sj.view());
  apply(*sketch, column_major(point.model_residual().data(), j.rows(), std::int64_t{1}), sr.view());
  return reducer_.reduce(sj, sr.entries(), accuracy);
}

std::optional<std::vector<double>> Modeller::gradient_of(const std::vector<double>& r, const ResidualPoint& point,
                                                         const Linearization& linear) {
  if (!source_.is_at(point.x) || (linear.space.whole() && !source_.has_whole())) return std::nullopt;
  std::vector<double> u = r;
  // In this order, since the square of a scale may be no number.
  for (std::size_t i = 0; i < point.row_scale.size(); ++i) u[i] = u[i] * point.row_scale[i] * point.row_scale[i];
  const auto rhs = column_major(std::as_const(u).data(), problem_.residuals, std::int64_t{1});
  std::vector<double> product(linear.scale.size());
  const auto to = column_major(product.data(), static_cast<std::int64_t>(product.size()), std::int64_t{1});
  if (linear.space.whole()) {
    source_.multiply_transposed(rhs, to);
  } else {
    multiply_by_transpose<double>(subspace_.products(), rhs, to);
  }
  std::vector<double> free;
  for (const std::int64_t column : linear.free) free.push_back(product[static_cast<std::size_t>(column)]);
  return free;
}

std::optional<Linearization> Modeller::subspace_model(const ResidualPoint& point, double accuracy) {
  subspace_.draw(point, schedule_.dimensions(), schedule_.is_guided());
  for (;;) {
    // Subspaces have nothing in common, so neither have their models.
    reducer_.forget();
    std::optional<Linearization> linear = linearize(reduced(subspace_.products(), point, accuracy), point,
                                                    {subspace_.directions(), subspace_.units()}, box_, {});
    const std::int64_t room = schedule_.most_dimensions() - subspace_.directions().cols();
    if (!linear || room <= 0 || options_.subspace.promised_decrease == 0) return linear;
    const DampedSteps& steps = linear->steps;
    if (steps.at(steps.least_lambda()).model_decrease >= options_.subspace.promised_decrease * point.cost)
      return linear;
    const std::int64_t growth = std::min(options_.subspace.growth, room);
    if (!source_.affords(growth)) return linear;
    subspace_.extend(growth);
  }
}

JacobianSurvey Modeller::survey(const ResidualPoint& point) {
  if (!source_.is_at(point.x)) source_.move_to(point.x, point.r);
  return survey_jacobian(source_, problem_, point);
}

}  // namespace croquis
