// The linear model of the residuals, reduced to a triangle.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

#include "solvers/made_rows.hpp"
#include "solvers/nonlinear/sparse_model.hpp"

namespace croquis {

/// J = Q R and c = Q^T r: ||J y + r||^2 = ||R y + c||^2 + a constant.
struct ReducedModel {
  Matrix<double> r;       ///< p x p, upper triangular, zeros below
  std::vector<double> c;  ///< p
  /// In the place of R and c, where J is large and sparse.
  std::shared_ptr<const SparseModel> sparse = nullptr;

  std::int64_t cols() const { return sparse ? sparse->cols() : r.cols(); }
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
  /// As accurate as the triangle of a sketch makes it.
  static constexpr double strict = 1e-10;
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  explicit ModelReducer(std::uint64_t seed) : seed_(seed) {}

  /// Of J (m x p, any shape) and r (m). Nothing if J holds a NaN or an infinity. J^T r is right to roundoff in every
  /// case, R as accurate as a step with a relative error of `accuracy` wants it.
  ///
  /// A tall J takes the cheapest of what its condition number k, with columns of norm one, allows:
  /// 1. R = chol(J^T J), where k^2 roundoffs are at most `accuracy`: m p^2 flops;
  /// 2. R = chol(B^T B) T with B = J T^-1, T the R of the model before, if the condition number of B allows: 2 m p^2;
  /// 3. the same with T from a sketch of J, in which k does not matter: 2 m p^2, and a pass over J.
  /// The first is not tried again where the model before was too ill conditioned for it. Other shapes, and a J whose
  /// rank a sketch loses, take Householder QR: of a copy, or batch by batch where rows are made. Each of these makes
  /// the rows anew, the sketch too; no more than `most_passes` >= 1 times, for which what may fail is not tried where
  /// nothing would be left for Householder QR. The result does not depend on the number of threads.
  std::optional<ReducedModel> reduce(const AnyMatrixView<double>& j, std::span<const double> r,
                                     double accuracy = strict);
  std::optional<ReducedModel> reduce(const MadeRows<double>& j, std::span<const double> r, double accuracy = strict,
                                     std::int64_t most_passes = unlimited);

  /// The next model has nothing to do with the one before.
  void forget() {
    previous_ = {};
    condition_ = 0;
  }

  /// How often J^T J did, how often the triangle before served again, and how often a sketch was drawn.
  std::int64_t squared() const { return squared_; }
  std::int64_t reused() const { return reused_; }
  std::int64_t sketched() const { return sketched_; }

 private:
  template <class Jacobian>
  std::optional<ReducedModel> reduce_tall(const Jacobian& j, const std::function<bool()>& is_finite,
                                          std::span<const double> r, double accuracy, std::int64_t p,
                                          std::int64_t passes);

  std::uint64_t seed_;
  Matrix<double> previous_;
  double condition_ = 0;  // of the model before, its columns scaled; 0: unknown
  std::int64_t squared_ = 0;
  std::int64_t reused_ = 0;
  std::int64_t sketched_ = 0;
};

}  // namespace croquis
