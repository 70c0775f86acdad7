// The quadratic model of an objective in a subspace, diagonal in orthonormal coordinates.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// f(x + S B z) = f(x) + c^T z + 1/2 z^T diag(l) z + ..., with ||S B z|| = ||z||.
struct SubspaceModel {
  std::vector<double> curvature = {};  ///< l, ascending
  std::vector<double> slope = {};      ///< c
  Matrix<double> basis = {};           ///< B, p x r

  /// The number of eigenvalues that are not zero to the accuracy of the model.
  std::int64_t rank() const;
};

/// From S^T S, S^T H S (p x p, both symmetric) and S^T g. Directions that depend on the others to some eight digits,
/// and zeros, are left out: r <= p. An S^T S that is exactly the identity costs nothing. All must be finite.
SubspaceModel subspace_model(const Matrix<double>& gram, const Matrix<double>& hessian,
                             std::span<const double> gradient);

}  // namespace croquis
