#include "solvers/nonlinear/damped_steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/blas.hpp"
#include "linalg/condition.hpp"

namespace croquis {
namespace {

// Steps may leave the trust region by this much: its radius is a guess anyway.
constexpr double radius_tolerance = 0.1;
constexpr double cubic_tolerance = 1e-3;
constexpr int most_trials = 30;

double square(double x) { return x * x; }

double norm_of(const std::vector<double>& x) { return norm2(static_cast<std::int64_t>(x.size()), x.data()); }

}  // namespace

DampedSteps::DampedSteps(const ReducedModel& model, std::vector<double> scale)
    : scale_(std::move(scale)), sparse_(model.sparse) {
  const std::int64_t p = cols();
  if (sparse_) {
    prepare_sparse();
    return;
  }
  triangle_ = Matrix<double>(p + 1, p + 1);
  for (std::int64_t j = 0; j < p; ++j) {
    for (std::int64_t i = 0; i <= j; ++i) triangle_(i, j) = model.r(i, j) / scale_[static_cast<std::size_t>(j)];
    triangle_(j, p) = model.c[static_cast<std::size_t>(j)];
  }
  const auto r = std::as_const(triangle_).view().block(0, 0, p, p);
  std::vector<double> gradient = model.c;
  multiply_triangular<double>(Transpose::yes, r, gradient.data());
  gradient_norm_ = norm_of(gradient);
  if (p == 0) return;
  const ExtremeSingularValues extremes = extreme_singular_values<double>(r);
  const double tolerance = default_rcond<double>(p) * extremes.largest;
  if (!(extremes.smallest > tolerance)) least_lambda_ = square(tolerance);
  // A model that does not depend on y at all: any lambda gives the step zero.
  if (extremes.largest == 0) least_lambda_ = 1;
}

std::int64_t DampedSteps::rank() const {
  const std::int64_t p = cols();
  if (full_rank()) return p;
  if (sparse_) return undamped_->r.rank;
  const std::vector<double> s = singular_value_decomposition<double>(triangle_.view().block(0, 0, p, p)).s;
  const double tolerance = default_rcond<double>(p) * s.front();
  return std::count_if(s.begin(), s.end(), [&](double value) { return value > tolerance; });
}

Matrix<double> DampedSteps::damped_triangle(double lambda) const {
  std::vector<double> diagonal(static_cast<std::size_t>(cols()), std::sqrt(lambda));
  diagonal.push_back(0);
  return append_diagonal<double>(triangle_.view(), diagonal);
}

std::vector<double> DampedSteps::bend(const DampedStep& step, const std::vector<double>& gradient) const {
  const std::int64_t p = cols();
  if (sparse_) {
    std::vector<double> scaled(gradient);
    for (std::size_t j = 0; j < scaled.size(); ++j) scaled[j] = scaled[j] / scale_[j] + step.lambda * step.z[j];
    return sparse_bend(step.lambda, std::move(scaled));
  }
  const Matrix<double> damped = step.lambda > 0 ? damped_triangle(step.lambda) : triangle_;
  const MatrixView<const double> r = damped.view().block(0, 0, p, p);
  std::vector<double> w(static_cast<std::size_t>(p));
  for (std::size_t j = 0; j < w.size(); ++j) w[j] = -(gradient[j] / scale_[j] + step.lambda * step.z[j]);
  solve_triangular<double>(Side::left, Transpose::yes, r, column_major(w.data(), p, 1));
  solve_triangular<double>(Side::left, Transpose::no, r, column_major(w.data(), p, 1));
  return w;
}

void DampedSteps::prepare_sparse() {
  const std::int64_t p = cols();
  std::vector<double> gradient = sparse_->gradient();
  for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] /= scale_[j];
  gradient_norm_ = norm_of(gradient);
  if (p == 0) return;
  undamped_ = std::make_shared<const SparseModel::Factor>(sparse_->factor(scale_, 0));
  const double size = undamped_->r.frobenius_norm();
  if (undamped_->r.rank < p) least_lambda_ = size > 0 ? square(default_rcond<double>(p) * size) : 1;
}

DampedStep DampedSteps::sparse_at(double lambda) const {
  DampedStep step;
  step.lambda = lambda;
  step.z.resize(scale_.size());
  if (scale_.empty()) return step;
  SparseModel::Factor damped;
  if (lambda > 0) damped = sparse_->factor(scale_, lambda);
  const SparseModel::Factor& factor = lambda > 0 ? damped : *undamped_;
  std::vector<double> work = factor.c;
  factor.r.solve(work.data());
  step.norm = norm_of(work);
  std::vector<double> y(scale_.size());
  for (std::size_t k = 0; k < work.size(); ++k) {
    const auto column = static_cast<std::size_t>(factor.r.permutation[k]);
    step.z[column] = work[k];
    y[column] = work[k] / scale_[column];
  }
  factor.r.solve_transposed(work.data());
  step.slope = step.norm > 0 ? -square(norm_of(work)) / step.norm : 0;
  step.model_decrease = square(norm_of(sparse_->product(y))) / 2 + lambda * square(step.norm);
  return step;
}

std::vector<double> DampedSteps::sparse_bend(double lambda, std::vector<double> gradient) const {
  SparseModel::Factor damped;
  if (lambda > 0) damped = sparse_->factor(scale_, lambda);
  const SparseTrapezoid<double>& r = lambda > 0 ? damped.r : undamped_->r;
  std::vector<double> work(static_cast<std::size_t>(r.rank));
  for (std::size_t k = 0; k < work.size(); ++k) work[k] = -gradient[static_cast<std::size_t>(r.permutation[k])];
  r.solve_transposed(work.data());
  r.solve(work.data());
  std::fill(gradient.begin(), gradient.end(), 0.0);
  for (std::size_t k = 0; k < work.size(); ++k) gradient[static_cast<std::size_t>(r.permutation[k])] = work[k];
  return gradient;
}

DampedStep DampedSteps::at(double lambda) const {
  const std::int64_t p = cols();
  if (sparse_) return sparse_at(lambda);
  DampedStep step;
  step.lambda = lambda;
  Matrix<double> damped;
  if (lambda > 0) damped = damped_triangle(lambda);
  const Matrix<double>& whole = lambda > 0 ? damped : triangle_;
  const MatrixView<const double> r = whole.view().block(0, 0, p, p);
  step.z.resize(static_cast<std::size_t>(p));
  for (std::int64_t j = 0; j < p; ++j) step.z[static_cast<std::size_t>(j)] = -whole(j, p);
  solve_triangular<double>(Side::left, Transpose::no, r, column_major(step.z.data(), p, 1));
  step.norm = norm_of(step.z);
  std::vector<double> work = step.z;
  solve_triangular<double>(Side::left, Transpose::yes, r, column_major(work.data(), p, 1));
  step.slope = step.norm > 0 ? -square(norm_of(work)) / step.norm : 0;
  work = step.z;
  multiply_triangular<double>(Transpose::no, std::as_const(triangle_).view().block(0, 0, p, p), work.data());
  step.model_decrease = square(norm_of(work)) / 2 + lambda * square(step.norm);
  return step;
}

DampedStep DampedSteps::within(double radius) const {
  DampedStep step = at(least_lambda_);
  if (step.norm <= (1 + radius_tolerance) * radius) return step;
  double low = least_lambda_;
  double high = gradient_norm_ / radius;
  for (int trial = 0; trial < most_trials; ++trial) {
    if (std::abs(step.norm - radius) <= radius_tolerance * radius) break;
    (step.norm > radius ? low : high) = step.lambda;
    // Newton's iteration for 1 / radius - 1 / ||z(lambda)||, which is nearly linear in lambda.
    double lambda = step.lambda - (step.norm - radius) / radius * step.norm / step.slope;
    if (!(lambda > low && lambda < high)) lambda = std::max(1e-3 * high, std::sqrt(low * high));
    step = at(lambda);
  }
  return step;
}

DampedStep DampedSteps::cubic(double sigma) const {
  double low = least_lambda_;
  // The norm falls with lambda, so lambda - sigma ||z|| rises; ||z|| <= gradient norm / lambda bounds the root.
  double high = std::max(std::sqrt(sigma * gradient_norm_), 2 * least_lambda_);
  DampedStep step = at(high);
  for (int trial = 0; trial < most_trials; ++trial) {
    const double excess = step.lambda - sigma * step.norm;
    if (std::abs(excess) <= cubic_tolerance * step.lambda) break;
    (excess > 0 ? high : low) = step.lambda;
    if (high <= low * (1 + cubic_tolerance)) break;
    double lambda = step.lambda - excess / (1 - sigma * step.slope);
    if (!(lambda > low && lambda < high)) lambda = std::max(1e-3 * high, std::sqrt(low * high));
    step = at(lambda);
  }
  return step;
}

}  // namespace croquis
