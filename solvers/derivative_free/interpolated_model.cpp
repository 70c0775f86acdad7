#include "solvers/derivative_free/interpolated_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/finite.hpp"
#include "solvers/nonlinear/criterion.hpp"

namespace croquis {
namespace {

// How often a step that bounds spoil is tried shorter. Short ones follow the gradient, and lose nothing of that.
constexpr int most_shortenings = 30;

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
                                     std::uint64_t seed)
    : points_(points), directions_(directions), unknowns_(unknowns) {
  const std::vector<double>& r = points.front().residuals;
  const std::vector<double> row_scale = criterion_of(problem, r).row_scale;
  const auto scale_of = [&](std::size_t i) { return row_scale.empty() ? 1 : row_scale[i]; };
  std::vector<double> scaled_r = r;
  for (std::size_t i = 0; i < r.size(); ++i) scaled_r[i] *= scale_of(i);
  const std::int64_t k = directions.size();
  auto differences = Matrix<double>::uninitialized(problem.residuals, k);
  double sum = 0;
  for (std::int64_t t = 0; t < k; ++t) {
    const std::vector<double>& other = points[static_cast<std::size_t>(t) + 1].residuals;
    for (std::size_t i = 0; i < r.size(); ++i)
      differences(static_cast<std::int64_t>(i), t) = scale_of(i) * (other[i] - r[i]);
    sum = std::hypot(sum, norm2(problem.residuals, &differences(0, t)));
  }
  mean_difference_ = sum / std::sqrt(static_cast<double>(k));
  if (!std::isfinite(sum)) return;

  ModelReducer reducer(seed);
  const std::optional<ReducedModel> of_directions = reducer.reduce(differences, scaled_r);
  if (!of_directions) return;
  model_.r = product_with_inverse(of_directions->r, directions.inverse);
  model_.c = of_directions->c;
  if (!all_finite<double>(model_.r.view())) return;
  gradient_ = directions.basis.combine(model_.gradient());
  free_ = unknowns.free(points.front().x, gradient_);
  whole_ = static_cast<std::int64_t>(free_.size()) == unknowns.size();
  const std::int64_t n = unknowns.size();
  if (!whole_) {
    // The rows of Q of unknowns that are free: with as many directions as unknowns, the unknowns themselves are the
    // coordinates, else those of the basis with the held ones left out.
    const bool by_unknowns = k == n;
    const auto cols = by_unknowns ? static_cast<std::int64_t>(free_.size()) : k;
    Matrix<double> columns(k, cols);
    for (std::int64_t c = 0; c < cols; ++c) {
      std::vector<double> image(static_cast<std::size_t>(n));
      if (by_unknowns) {
        image[static_cast<std::size_t>(free_[static_cast<std::size_t>(c)])] = 1;
      } else {
        for (const std::int64_t j : free_)
          image[static_cast<std::size_t>(j)] = directions.basis.column(c)[static_cast<std::size_t>(j)];
      }
      std::vector<double> y = directions.basis.coordinates(image);
      multiply_triangular<double>(Transpose::no, model_.r.view(), y.data());
      std::copy(y.begin(), y.end(), &columns(0, c));
    }
    reducer.forget();
    const std::optional<ReducedModel> restricted = reducer.reduce(columns, model_.c);
    if (!restricted) return;
    steps_.emplace(*restricted, std::vector<double>(static_cast<std::size_t>(cols), 1.0));
    std::vector<double> held = gradient_;
    for (const std::int64_t j : free_) held[static_cast<std::size_t>(j)] = 0;
    for (std::size_t j = 0; j < held.size(); ++j) gradient_[j] -= held[j];
  } else {
    steps_.emplace(model_, std::vector<double>(static_cast<std::size_t>(k), 1.0));
  }

  const double residual_norm = norm_of(scaled_r);
  for (std::int64_t t = 0; t < k && residual_norm > 0; ++t) {
    const double column = model_.column_norm(t);
    double slope = 0;
    const std::vector<double>& q = directions.basis.column(t);
    for (std::size_t j = 0; j < q.size(); ++j) slope += q[j] * gradient_[j];
    if (column > 0) orthogonality_ = std::max(orthogonality_, std::abs(slope) / column / residual_norm);
  }
}

double InterpolatedModel::promise(double radius) const {
  return dimensions() == 0 ? 0 : steps_->within(radius).model_decrease;
}

std::vector<double> InterpolatedModel::scaled_step(const std::vector<double>& z) const {
  if (whole_) return directions_.basis.combine(z);
  std::vector<double> s(static_cast<std::size_t>(unknowns_.size()));
  if (directions_.size() == unknowns_.size()) {
    for (std::size_t k = 0; k < free_.size(); ++k) s[static_cast<std::size_t>(free_[k])] = z[k];
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
    const DampedStep damped = steps_->within(radius);
    ModelStep step;
    bool clipped = false;
    step.s = scaled_step(damped.z);
    step.x = unknowns_.move(base, step.s, clipped);
    step.predicted_decrease = damped.model_decrease;
    if (clipped) {
      step.s = unknowns_.step_to(base, step.x);
      step.predicted_decrease = model_.decrease(directions_.basis.coordinates(step.s));
    }
    step.norm = norm_of(step.s);
    const bool spoilt = step.predicted_decrease < damped.model_decrease / 2;
    if (step.predicted_decrease > best.predicted_decrease) best = std::move(step);
    if (!spoilt) break;
  }
  return best;
}

}  // namespace croquis
