// The functions that M centres of a kernel span, as features of a linear model.
#pragma once

#include <cstdint>
#include <vector>

#include "solvers/kernel/radial_kernel.hpp"
#include "solvers/newton/model_features.hpp"

namespace croquis {

/// A = K T^-1 for the kernel matrix K between m points and M of them, the centres, and K_MM + jitter I = T^T T: the
/// model's penalty mu / 2 ||x||^2 is mu / 2 ||f||^2 in the space of the kernel, for f = sum_j (T^-1 x)_j k(., c_j).
///
/// Triangles are of a sample of the rows of A, four times as many as there are centres, drawn by their curvatures.
/// FALKON (Rudi, Carratino and Rosasco, arXiv 1705.10958) takes the centres' own rows, which are those of T^T, and
/// needs more of them as the ridge falls.
class KernelFeatures final : public ModelFeatures {
 public:
  /// `points` by rows and scaled, as `RadialKernel` takes them. As many of the first rows of K as take `memory_limit`
  /// bytes are kept, the others are computed for each product. For ridges below 1e-8 rows of A are kept instead, which
  /// take m M^2 flops: products with T^-1 would have rounding errors that hide what is left to gain.
  KernelFeatures(KernelFunction function, Matrix<double> points, const std::vector<std::int64_t>& centre_rows,
                 bool intercept, double least_ridge, std::int64_t memory_limit);
  KernelFeatures(const KernelFeatures&) = delete;
  KernelFeatures& operator=(const KernelFeatures&) = delete;

  std::int64_t rows() const override { return points_.rows(); }
  std::int64_t cols() const override { return kernel_.centres(); }
  void transformed_product(MatrixView<const double> x, MatrixView<double> g,
                           const RowTransform<double>& transform) const override;
  double squared_norm(const std::vector<double>& row_scale) const override;
  ScaledTriangle triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) override;
  NewtonPreconditioner triangle_kind() const override { return NewtonPreconditioner::gram; }
  double triangle_cost() const override;
  double triangle_passes() const override;

  double jitter() const { return jitter_; }
  /// Whether products go another way than predictions by `coefficients`, whose rounding errors then are not theirs.
  bool keeps_features() const { return keeps_features_ && kept_.rows() > 0; }
  /// T^-1 x, for the M x K columns of x.
  Matrix<double> coefficients(MatrixView<const double> x) const;

 private:
  std::int64_t sample_size() const;
  // Overwrites rows of K by those of A.
  void to_features(MatrixView<double> k) const;
  // Rows of A; `rows` is ascending.
  Matrix<double> features_of(const std::vector<std::int64_t>& rows) const;

  Matrix<double> points_;
  RadialKernel kernel_;
  bool intercept_;
  double jitter_ = 0;
  Matrix<double> t_;
  bool keeps_features_;  // or rows of K
  Matrix<double> kept_;  // the first rows
};

}  // namespace croquis
