// Where the rows come from that a generalized linear model is linear in.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/minimize.hpp>

#include "linalg/products.hpp"
#include "solvers/newton/curvature_root.hpp"

namespace croquis {

/// A matrix A that is known by its products, and by triangles near the square root of A^T D A + mu I.
class ModelFeatures {
 public:
  virtual ~ModelFeatures() = default;

  virtual std::int64_t rows() const = 0;
  virtual std::int64_t cols() const = 0;
  /// G = A^T F for F = A X after `transform`, as linalg's function of that name.
  virtual void transformed_product(MatrixView<const double> x, MatrixView<double> g,
                                   const RowTransform<double>& transform) const = 0;
  /// The squared Frobenius norm of diag(row_scale) A, or a bound of it.
  virtual double squared_norm(const std::vector<double>& row_scale) const = 0;

  /// A where it is in memory as the user has it; null elsewhere.
  virtual const AnyMatrixView<double>* matrix() const { return nullptr; }

  /// As the members of `CurvatureRoot`.
  virtual ScaledTriangle triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) = 0;
  virtual NewtonPreconditioner triangle_kind() const = 0;
  virtual double triangle_cost() const = 0;
  virtual double triangle_passes() const = 0;
  virtual double refined_triangle_cost() const { return std::numeric_limits<double>::infinity(); }
  virtual void refine_triangle() {}
};

/// A matrix in memory; it must outlive this, unless it is sparse and stored by columns.
class MatrixFeatures final : public ModelFeatures {
 public:
  /// Arguments as for `CurvatureRoot`.
  MatrixFeatures(const AnyMatrixView<double>& a, bool intercept, std::int64_t triangles, std::int64_t vectors,
                 const NewtonOptions& options);

  std::int64_t rows() const override { return a_.rows(); }
  std::int64_t cols() const override { return a_.cols(); }
  void transformed_product(MatrixView<const double> x, MatrixView<double> g,
                           const RowTransform<double>& transform) const override;
  double squared_norm(const std::vector<double>& row_scale) const override;
  const AnyMatrixView<double>* matrix() const override { return &a_; }
  ScaledTriangle triangle(const std::vector<double>& row_scale, double ridge, std::uint64_t seed) override {
    return root_.triangle(row_scale, ridge, seed);
  }
  NewtonPreconditioner triangle_kind() const override { return root_.kind(); }
  double triangle_cost() const override { return root_.cost(); }
  double triangle_passes() const override { return root_.passes(); }
  double refined_triangle_cost() const override { return root_.refined_cost(); }
  void refine_triangle() override { root_.refine(); }

 private:
  SparseMatrix<double> by_rows_;  // of a sparse A by columns
  AnyMatrixView<double> a_;
  CurvatureRoot root_;
};

}  // namespace croquis
