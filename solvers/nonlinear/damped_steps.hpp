// The steps of a linear model that regularization shortens.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "solvers/nonlinear/model_reducer.hpp"

namespace croquis {

/// z(lambda) = argmin ||R D^-1 z + c||^2 + lambda ||z||^2, in scaled unknowns z = D y.
struct DampedStep {
  std::vector<double> z;
  double lambda = 0;
  double norm = 0;            ///< ||z||
  double slope = 0;           ///< the derivative of `norm` by lambda
  double model_decrease = 0;  ///< 1/2 ||c||^2 - 1/2 ||R D^-1 z + c||^2, computed without cancellation
};

/// The steps of one model, for every lambda.
class DampedSteps {
 public:
  /// `scale` is D, positive.
  DampedSteps(const ReducedModel& model, std::vector<double> scale);

  std::int64_t cols() const { return static_cast<std::int64_t>(scale_.size()); }
  const std::vector<double>& scale() const { return scale_; }
  /// ||D^-1 J^T r||
  double gradient_norm() const { return gradient_norm_; }
  /// The least lambda that a step is computed for: 0, or where R D^-1 is numerically rank deficient the square of the
  /// tolerance that says so, which makes the step nearly that of least norm.
  double least_lambda() const { return least_lambda_; }
  bool full_rank() const { return least_lambda_ == 0; }
  /// The numerical rank of R D^-1. 20 n^3 flops unless it is full.
  std::int64_t rank() const;

  /// The step of lambda >= `least_lambda`. One QR of [R D^-1; sqrt(lambda) I], which does not square the condition
  /// number: about n^3 flops, on one thread (none for lambda = 0).
  DampedStep at(double lambda) const;
  /// The longest step with ||z|| <= radius, to a tenth of the radius. Source: More, 1978.
  DampedStep within(double radius) const;
  /// What bends a step for the curvature of the residuals that a trial has shown: w = argmin ||R D^-1 w + e||^2 +
  /// lambda ||w||^2 for e = r(x + y) - r - J y, the part of the change that the model does not know, from `gradient` =
  /// J^T r(x + y) in the unknowns of the steps. As `at`, by seminormal equations. Source: Transtrum and Sethna,
  /// arXiv 1201.5885, for curvature along a path.
  std::vector<double> bend(const DampedStep& step, const std::vector<double>& gradient) const;
  /// The step with lambda = sigma ||z||, to a thousandth.
  DampedStep cubic(double sigma) const;

 private:
  Matrix<double> damped_triangle(double lambda) const;
  void prepare_sparse();
  DampedStep sparse_at(double lambda) const;
  std::vector<double> sparse_bend(double lambda, std::vector<double> gradient) const;

  std::vector<double> scale_;
  Matrix<double> triangle_;                              // [R D^-1, c; 0, 0]
  std::shared_ptr<const SparseModel> sparse_;            // instead
  std::shared_ptr<const SparseModel::Factor> undamped_;  // of that
  double gradient_norm_ = 0;
  double least_lambda_ = 0;
};

}  // namespace croquis
