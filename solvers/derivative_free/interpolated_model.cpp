#include "solvers/derivative_free/interpolated_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "linalg/products.hpp"
#include "solvers/nonlinear/criterion.hpp"

namespace croquis {
namespace {

// How often a step that bounds spoil is tried shorter. Short ones follow the gradient, and lose nothing of that.
constexpr int most_shortenings = 30;

// A correction of a step is small that is no longer than this part of it.
constexpr double most_bending = 0.75;

double norm_of(const std::vector<double>& v) { return norm2(static_cast<std::int64_t>(v.size()), v.data()); }

// R_J R^-1
Matrix<double> product_with_inverse(const Matrix<double>& triangle, const Matrix<double>& inverse) {
  const std::int64_t k = triangle.cols();
  Matrix<double> product(k, k);
  for (std::int64_t j = 0; j < k; ++j)
    for (std::int64_t l = 0; l <= j; ++l)
      for (std::int64_t i = 0; i <= l; ++i) product(i, j) += triangle(i, l) * inverse(l, j);
  return product;
}

}  // namespace

InterpolatedModel::InterpolatedModel(const std::vector<InterpolationPoint>& points, const Directions& directions,
                                     const ScaledUnknowns& unknowns, const NonlinearProblem& problem,
                                     std::uint64_t seed, TrustShape& shape)
    : points_(points), directions_(directions), unknowns_(unknowns) {
  const std::vector<double>& r = points.front().residuals;
  row_scale_ = criterion_of(problem, r).row_scale;
  const auto scale_of = [&](std::size_t i) { return row_scale_.empty() ? 1 : row_scale_[i]; };
  std::vector<double> scaled_r = r;
  for (std::size_t i = 0; i < r.size(); ++i) scaled_r[i] *= scale_of(i);
  const std::int64_t k = directions.size();
  differences_ = Matrix<double>::uninitialized(problem.residuals, k);
  double sum = 0;
  for (std::int64_t t = 0; t < k; ++t) {
    const std::vector<double>& other = points[static_cast<std::size_t>(t) + 1].residuals;
    for (std::size_t i = 0; i < r.size(); ++i)
      differences_(static_cast<std::int64_t>(i), t) = scale_of(i) * (other[i] - r[i]);
    sum = std::hypot(sum, norm2(problem.residuals, &differences_(0, t)));
  }
  mean_difference_ = sum / std::sqrt(static_cast<double>(k));
  if (!std::isfinite(sum)) return;

  ModelReducer reducer(seed);
  const std::optional<ReducedModel> of_directions = reducer.reduce(differences_, scaled_r);
  if (!of_directions) return;
  model_.r = product_with_inverse(of_directions->r, directions.inverse);
  model_.c = of_directions->c;
  if (!all_finite<double>(model_.r.view())) return;
  gradient_ = directions.basis.combine(model_.gradient());
  free_ = unknowns.free(points.front().x, gradient_);
  all_free_ = static_cast<std::int64_t>(free_.size()) == unknowns.size();
  by_unknowns_ = k == unknowns.size();
  if (restrict(reducer, shape)) judge_orthogonality(norm_of(scaled_r));
}

// The model of the coordinates that steps are in: unknowns that are free, where there are as many directions as
// unknowns; else those of the basis, with the rows of Q of unknowns that are held left out.
bool InterpolatedModel::restrict(ModelReducer& reducer, TrustShape& shape) {
  const std::int64_t k = directions_.size();
  const std::int64_t n = unknowns_.size();
  if (all_free_ && !by_unknowns_) {
    restricted_ = model_;
    steps_.emplace(model_, std::vector<double>(static_cast<std::size_t>(k), 1.0));
    return true;
  }
  const auto cols = by_unknowns_ ? static_cast<std::int64_t>(free_.size()) : k;
  Matrix<double> columns(k, cols);
  std::vector<double> norms;
  for (std::int64_t c = 0; c < cols; ++c) {
    std::vector<double> image(static_cast<std::size_t>(n));
    if (by_unknowns_) {
      image[static_cast<std::size_t>(free_[static_cast<std::size_t>(c)])] = 1;
    } else {
      for (const std::int64_t j : free_)
        image[static_cast<std::size_t>(j)] = directions_.basis.column(c)[static_cast<std::size_t>(j)];
    }
    std::vector<double> y = directions_.basis.coordinates(image);
    multiply_triangular<double>(Transpose::no, model_.r.view(), y.data());
    std::copy(y.begin(), y.end(), &columns(0, c));
    norms.push_back(norm_of(y));
  }
  reducer.forget();
  std::optional<ReducedModel> restricted = reducer.reduce(columns, model_.c);
  if (!restricted) return false;
  restricted_ = std::move(*restricted);
  std::vector<double> scale(static_cast<std::size_t>(cols), 1.0);
  if (by_unknowns_) {
    shape.learn(norms, free_, n);
    scale = shape.scale(free_);
  }
  steps_.emplace(restricted_, std::move(scale));
  std::vector<double> held = gradient_;
  for (const std::int64_t j : free_) held[static_cast<std::size_t>(j)] = 0;
  for (std::size_t j = 0; j < held.size(); ++j) gradient_[j] -= held[j];
  return true;
}

void InterpolatedModel::judge_orthogonality(double residual_norm) {
  if (residual_norm == 0) return;
  for (std::int64_t t = 0; t < directions_.size(); ++t) {
    const double column = model_.column_norm(t);
    double slope = 0;
    const std::vector<double>& q = directions_.basis.column(t);
    for (std::size_t j = 0; j < q.size(); ++j) slope += q[j] * gradient_[j];
    if (column > 0) orthogonality_ = std::max(orthogonality_, std::abs(slope) / column / residual_norm);
  }
}

double InterpolatedModel::promise(double radius) const {
  return dimensions() == 0 ? 0 : steps_->within(radius).model_decrease;
}

std::vector<double> InterpolatedModel::scaled_step(const std::vector<double>& z) const {
  if (!by_unknowns_ && all_free_) return directions_.basis.combine(z);
  std::vector<double> s(static_cast<std::size_t>(unknowns_.size()));
  if (by_unknowns_) {
    for (std::size_t k = 0; k < free_.size(); ++k) s[static_cast<std::size_t>(free_[k])] = z[k] / steps_->scale()[k];
    return s;
  }
  const std::vector<double> combined = directions_.basis.combine(z);
  for (const std::int64_t j : free_) s[static_cast<std::size_t>(j)] = combined[static_cast<std::size_t>(j)];
  return s;
}

ModelStep InterpolatedModel::step(double radius) const {
  const std::vector<double>& base = points_.front().x;
  ModelStep best;
  best.predicted_decrease = -1;
  for (int trial = 0; trial < most_shortenings; ++trial, radius /= 2) {
    ModelStep step;
    step.damped = steps_->within(radius);
    step.s = scaled_step(step.damped.z);
    step.x = unknowns_.move(base, step.s, step.is_cut);
    step.predicted_decrease = step.damped.model_decrease;
    if (step.is_cut) {
      step.s = unknowns_.step_to(base, step.x);
      step.predicted_decrease = model_.decrease(directions_.basis.coordinates(step.s));
    }
    step.norm = norm_of(step.s);
    const bool spoilt = step.predicted_decrease < step.damped.model_decrease / 2;
    if (step.predicted_decrease > best.predicted_decrease) best = std::move(step);
    if (!spoilt) break;
  }
  return best;
}

std::optional<BentStep> InterpolatedModel::bent(const ModelStep& step, const InterpolationPoint& end) const {
  if (!all_free_ || step.is_cut || !std::isfinite(end.cost)) return std::nullopt;
  std::vector<double> u = end.residuals;
  for (std::size_t i = 0; i < row_scale_.size(); ++i) u[i] *= row_scale_[i];
  // J^T u in coordinates of the basis is R^-T (J D)^T u.
  std::vector<double> gradient(static_cast<std::size_t>(directions_.size()));
  multiply_by_transpose<double>(differences_, column_major(std::as_const(u).data(), differences_.rows(), 1),
                                column_major(gradient.data(), directions_.size(), 1));
  multiply_triangular<double>(Transpose::yes, directions_.inverse.view(), gradient.data());
  if (by_unknowns_) gradient = directions_.basis.combine(gradient);
  std::vector<double> z = steps_->bend(step.damped, gradient);
  if (!(norm_of(z) <= most_bending * step.damped.norm)) return std::nullopt;

  std::vector<double> y = z;
  for (std::size_t k = 0; k < y.size(); ++k) y[k] /= steps_->scale()[k];
  const double slope = std::inner_product(y.begin(), y.end(), gradient.begin(), 0.0);
  multiply_triangular<double>(Transpose::no, restricted_.r.view(), y.data());
  const double change = norm_of(y);
  BentStep result;
  result.expected_cost = end.cost + slope + change * change / 2;
  for (std::size_t k = 0; k < z.size(); ++k) z[k] += step.damped.z[k];
  bool clipped = false;
  result.x = unknowns_.move(points_.front().x, scaled_step(z), clipped);
  if (clipped) return std::nullopt;
  return result;
}

}  // namespace croquis
