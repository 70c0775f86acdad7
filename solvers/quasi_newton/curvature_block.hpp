// What a block of products with the Hessian says, in the form in which every inverse takes it up.
#pragma once

#include <cstdint>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// Directions in which curvature is asked for: S, n x k, and where the inverse has a factor, B = L L^T, the V with
/// S = L V (otherwise n x 0).
struct Directions {
  Matrix<double> s;
  Matrix<double> coordinates;
};

/// The columns of `a` and then those of `b`; coordinates only where both have them.
Directions joined(const Directions& a, const Directions& b);

/// C and D = H C with C^T D = I: the directions of S that have positive curvature, made conjugate. Then
/// G = S (S^T H S)^-1 S^T = C C^T and I - G H = I - C D^T, with no matrix left to invert.
struct CurvatureBlock {
  Matrix<double> c;
  Matrix<double> d;
  Matrix<double> coordinates;  ///< V with C = L V, or n x 0
  std::int64_t dropped = 0;    ///< directions of S that it leaves out
  bool finite = true;          ///< whether H S is
  bool positive = true;        ///< whether no direction of S lacks positive curvature, alone or beside the others
  double asymmetry = 0;        ///< largest |s_i^T H s_j - s_j^T H s_i|, in units of the roots of their curvatures
};

/// Of S and HS = H S. By a Cholesky factorization of S^T H S with its diagonal scaled to ones and chosen by the largest
/// pivot: directions whose pivot is below 1e-8, or ten times what S^T H S lacks in symmetry if that is more, are left
/// out, and so are those without positive curvature, s^T H s <= 1e-10 ||s|| ||H s||. So C^T D = I to some 1e-8 at
/// worst. All are left out where H S is not finite. Cost: 6 n k^2 flops.
CurvatureBlock curvature_block(const Directions& directions, const Matrix<double>& hs);

}  // namespace croquis
