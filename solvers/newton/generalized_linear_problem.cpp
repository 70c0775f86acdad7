#include "solvers/newton/generalized_linear_problem.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/parallel.hpp"
#include "solvers/newton/class_basis.hpp"

namespace croquis {
namespace {

// Blocks of rows begin at multiples of this.
constexpr std::int64_t block_granule = 8;

Partition row_parts(std::int64_t rows) { return Partition(rows, 64, 256); }

// One triangle for each combination of classes, in the basis V; of one predictor the triangle alone.
class ModelPreconditioner final : public Preconditioner {
 public:
  ModelPreconditioner(NewtonPreconditioner kind, Matrix<double> basis, std::vector<ScaledTriangle> triangles)
      : kind_(kind), basis_(std::move(basis)), triangles_(std::move(triangles)) {}

  NewtonPreconditioner kind() const override { return kind_; }

  void solve(const double* r, double* z) const override {
    if (basis_.cols() == 0) return triangles_.front().solve(r, z);
    const auto n = static_cast<std::int64_t>(triangles_.front().scale.size());
    const std::int64_t k = basis_.rows(), count = basis_.cols();
    Matrix<double> turned(n, count), solved(n, count);
    const SingleThreadedBlas single_threaded_blas;
    multiply<double>(1, column_major(r, n, k), basis_.view(), 0, turned.view());
    for_each_task(count, [&](std::int64_t j) {
      triangles_[static_cast<std::size_t>(j)].solve(turned.data() + j * n, solved.data() + j * n);
    });
    multiply<double>(1, solved.view(), basis_.view().transposed(), 0, column_major(z, n, k));
  }

 private:
  NewtonPreconditioner kind_;
  Matrix<double> basis_;
  std::vector<ScaledTriangle> triangles_;
};

// Combinations of the predictors with a triangle each.
std::int64_t triangles_of(const ModelData& data) { return std::max<std::int64_t>(1, data.predictors - 1); }

}  // namespace

GeneralizedLinearProblem::GeneralizedLinearProblem(const AnyMatrixView<double>& a, std::span<const double> y,
                                                   const GeneralizedLinearOptions& options)
    : GeneralizedLinearProblem(nullptr, model_data(a, y, options), options) {
  features_ = std::make_unique<MatrixFeatures>(a, intercept_, triangles_of(data_), data_.predictors, options.newton);
}

GeneralizedLinearProblem::GeneralizedLinearProblem(std::unique_ptr<ModelFeatures> features, ModelData data,
                                                   const GeneralizedLinearOptions& options)
    : features_(std::move(features)),
      loss_(options.loss),
      loss_scale_(options.loss_scale),
      ridge_(options.ridge),
      intercept_(options.intercept),
      data_(std::move(data)),
      trial_z_(data_.response.size() * static_cast<std::size_t>(data_.predictors)),
      z_(trial_z_.size()),
      curvature_(trial_z_.size()) {}

MatrixView<const double> GeneralizedLinearProblem::coefficients(const double* x) const {
  return column_major(x, features_->cols(), data_.predictors, rows_of_unknowns());
}

double GeneralizedLinearProblem::intercept(const double* x, std::int64_t k) const {
  return intercept_ ? x[k * rows_of_unknowns() + features_->cols()] : 0;
}

// gradient = [A 1]^T body([A 1] X), and the sum of what body returns for each block of rows; X are the coefficients of
// so many x as `points` says, one after the other. The sums of the rows that the intercepts need are made block by
// block too, and added in order.
void GeneralizedLinearProblem::product(std::int64_t points, const double* x, double* gradient, double* values,
                                       const std::function<double(std::int64_t, MatrixView<double>)>& body) {
  const std::int64_t k = points * data_.predictors, n = features_->cols();
  std::vector<double> block_sums(static_cast<std::size_t>((observations() / block_granule + 1) * (k + 1)));
  features_->transformed_product(column_major(x, n, k, rows_of_unknowns()),
                                 column_major(gradient, n, k, rows_of_unknowns()),
                                 [&](std::int64_t first, MatrixView<double> t) {
                                   for (std::int64_t v = 0; v < k; ++v) {
                                     const double c = intercept(x, v);
                                     if (c != 0)
                                       for (std::int64_t i = 0; i < t.rows; ++i) t(i, v) += c;
                                   }
                                   double* const sums = block_sums.data() + first / block_granule * (k + 1);
                                   sums[k] = body(first, t);
                                   for (std::int64_t v = 0; v < k; ++v)
                                     for (std::int64_t i = 0; i < t.rows; ++i) sums[v] += t(i, v);
                                 });
  ++passes_;
  std::vector<double> totals(static_cast<std::size_t>(k + 1));
  for (std::size_t b = 0; b < block_sums.size(); b += totals.size())
    for (std::size_t v = 0; v < totals.size(); ++v) totals[v] += block_sums[b + v];
  for (std::int64_t v = 0; v < k && intercept_; ++v)
    gradient[v * rows_of_unknowns() + n] = totals[static_cast<std::size_t>(v)];
  if (values != nullptr) *values = totals.back();
}

void GeneralizedLinearProblem::add_penalty(const double* x, double* gradient) const {
  const std::int64_t n = features_->cols();
  for (std::int64_t v = 0; v < data_.predictors; ++v)
    for (std::int64_t j = 0; j < n; ++j) gradient[v * rows_of_unknowns() + j] += ridge_ * x[v * rows_of_unknowns() + j];
}

double GeneralizedLinearProblem::mean_squared_row() const {
  std::vector<double> row_scale(static_cast<std::size_t>(observations()), std::sqrt(data_.run(0, 1).common_weight));
  for (std::size_t i = 0; i < data_.weight.size(); ++i) row_scale[i] = std::sqrt(data_.weight[i]);
  return features_->squared_norm(row_scale);
}

double GeneralizedLinearProblem::evaluate(const double* x, double* gradient) {
  const std::int64_t k = data_.predictors, n = features_->cols();
  double value = 0;
  product(1, x, gradient, &value, [&](std::int64_t first, MatrixView<double> t) {
    double* z = trial_z_.data() + first * k;
    for (std::int64_t i = 0; i < t.rows; ++i)
      for (std::int64_t v = 0; v < k; ++v) *z++ = t(i, v);
    return losses_and_slopes(loss_, loss_scale_, data_.run(first, t.rows), t);
  });
  add_penalty(x, gradient);
  double squares = 0;
  for (std::int64_t v = 0; v < k; ++v)
    for (std::int64_t j = 0; j < n; ++j) {
      const double entry = x[v * rows_of_unknowns() + j];
      squares += entry * entry;
    }
  return value + (ridge_ > 0 ? 0.5 * ridge_ * squares : 0);
}

void GeneralizedLinearProblem::accept() {
  measure_change();
  z_.swap(trial_z_);
  refresh_curvature();
}

bool GeneralizedLinearProblem::may_lack_curvature() const {
  return loss_ == ModelLoss::huber || loss_ == ModelLoss::smoothed_hinge;
}

void GeneralizedLinearProblem::set_lent_curvature(double part) {
  if (!may_lack_curvature()) return;
  lent_curvature_ = part;
  refresh_curvature();
}

void GeneralizedLinearProblem::refresh_curvature() {
  const std::int64_t k = data_.predictors;
  const Partition parts = row_parts(observations());
  for_each_tile(parts.count, [&](std::int64_t part) {
    const std::int64_t first = parts.begin(part), count = parts.length(part);
    if (loss_ == ModelLoss::softmax) {
      softmax(count, k, z_.data() + first * k, curvature_.data() + first * k);
    } else {
      curvatures(loss_, loss_scale_, data_.run(first, count), lent_curvature_, z_.data() + first,
                 curvature_.data() + first);
    }
  });
}

// How far the trial point is from the current one and, without a ridge, whether it seems to separate the classes.
void GeneralizedLinearProblem::measure_change() {
  if (!is_exponential(loss_)) return;
  const std::int64_t k = data_.predictors;
  const Partition parts = row_parts(observations());
  std::vector<double> margins(static_cast<std::size_t>(parts.count)), changes(margins.size());
  for_each_tile(parts.count, [&](std::int64_t part) {
    const std::int64_t first = parts.begin(part), count = parts.length(part);
    const auto at = static_cast<std::size_t>(part);
    if (ridge_ == 0 && loss_ != ModelLoss::poisson)
      margins[at] = least_margin(loss_, data_.run(first, count), k, trial_z_.data() + first * k);
    for (std::int64_t i = first * k; i < (first + count) * k; ++i)
      changes[at] =
          std::max(changes[at], std::abs(trial_z_[static_cast<std::size_t>(i)] - z_[static_cast<std::size_t>(i)]));
  });
  separated_ = *std::min_element(margins.begin(), margins.end()) > 0;
  predictor_change_ = *std::max_element(changes.begin(), changes.end());
}

void GeneralizedLinearProblem::hessian_times(const double* v, double* hv) { hessian_times(1, v, hv); }

void GeneralizedLinearProblem::hessian_times(std::int64_t directions, const double* v, double* hv) {
  const std::int64_t k = data_.predictors;
  product(directions, v, hv, nullptr, [&](std::int64_t first, MatrixView<double> t) {
    if (loss_ != ModelLoss::softmax) {
      for (std::int64_t j = 0; j < directions; ++j)
        for (std::int64_t i = 0; i < t.rows; ++i) t(i, j) *= curvature_[static_cast<std::size_t>(first + i)];
      return 0.0;
    }
    const Observations run = data_.run(first, t.rows);
    for (std::int64_t j = 0; j < directions * k; j += k)
      for (std::int64_t i = 0; i < t.rows; ++i) {
        const double* const p = curvature_.data() + (first + i) * k;
        const double weight = run.weight_at(i);
        double mean = 0;
        for (std::int64_t c = 0; c < k; ++c) mean += p[c] * t(i, j + c);
        for (std::int64_t c = 0; c < k; ++c) t(i, j + c) = weight * p[c] * (t(i, j + c) - mean);
      }
    return 0.0;
  });
  for (std::int64_t j = 0; j < directions; ++j) add_penalty(v + j * unknowns(), hv + j * unknowns());
}

// A preconditioner for [A 1]^T diag(s)^2 [A 1] + ridge, s by `row_scale`: of softmax, one for each combination v of the
// predictors.
std::unique_ptr<Preconditioner> GeneralizedLinearProblem::assemble(
    const std::function<std::vector<double>(const double* v)>& row_scale, double ridge, std::uint64_t seed) {
  std::vector<ScaledTriangle> triangles;
  Matrix<double> basis;
  const auto add = [&](const double* v) {
    triangles.push_back(features_->triangle(row_scale(v), ridge, seed));
    passes_ += features_->triangle_passes();
  };
  if (loss_ == ModelLoss::softmax) {
    basis = class_basis(data_, curvature_.data());
    for (std::int64_t j = 0; j < basis.cols(); ++j) add(basis.data() + j * basis.rows());
  } else {
    add(nullptr);
  }
  return std::make_unique<ModelPreconditioner>(features_->triangle_kind(), std::move(basis), std::move(triangles));
}

std::unique_ptr<Preconditioner> GeneralizedLinearProblem::precondition(std::uint64_t seed) {
  return assemble(
      [&](const double* v) {
        if (loss_ == ModelLoss::softmax) return class_row_scale(data_, curvature_.data(), v);
        std::vector<double> row_scale(curvature_.size());
        for (std::size_t i = 0; i < row_scale.size(); ++i) row_scale[i] = std::sqrt(curvature_[i]);
        return row_scale;
      },
      ridge_, seed);
}

}  // namespace croquis
