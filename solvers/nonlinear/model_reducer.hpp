// The linear model of the residuals, reduced to a triangle.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis {

/// J = Q R and c = Q^T r: ||J y + r||^2 = ||R y + c||^2 + a constant.
struct ReducedModel {
  Matrix<double> r;       ///< p x p, upper triangular, zeros below
  std::vector<double> c;  ///< p

  std::int64_t cols() const { return r.cols(); }
  /// ||J_j||
  double column_norm(std::int64_t j) const;
  /// J^T r = R^T c
  std::vector<double> gradient() const;
  /// 1/2 ||r||^2 - 1/2 ||J y + r||^2
  double decrease(std::span<const double> y) const;
  /// The model in some of the columns: O(p^3).
  ReducedModel restricted_to(const std::vector<std::int64_t>& columns) const;
};

/// Reduces the models of one solve, whose Jacobians resemble each other.
class ModelReducer {
 public:
  explicit ModelReducer(std::uint64_t seed) : seed_(seed) {}

  /// Of J (m x p, finite, any shape) and r (m). Backward stable column by column, at any condition number.
  ///
  /// A tall J is made well conditioned by a triangle: the R of the model before, or if the condition number of J R^-1
  /// is too large that of a sketch; then B = J R^-1, R' = chol(B^T B) R and c = chol(B^T B)^-T B^T r. Other shapes, and
  /// a J whose rank a sketch loses, take Householder QR of a copy. The result does not depend on the number of threads.
  ReducedModel reduce(const AnyMatrixView<double>& j, std::span<const double> r);

  /// The next model has nothing to do with the one before.
  void forget() { previous_ = {}; }

  /// How often the triangle before served again, and how often a sketch was drawn.
  std::int64_t reused() const { return reused_; }
  std::int64_t sketched() const { return sketched_; }

 private:
  std::optional<ReducedModel> precondition(const AnyMatrixView<double>& j, std::span<const double> r,
                                           const Matrix<double>& triangle) const;

  std::uint64_t seed_;
  Matrix<double> previous_;
  std::int64_t reused_ = 0;
  std::int64_t sketched_ = 0;
};

}  // namespace croquis
