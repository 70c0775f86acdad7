// How well a sketch keeps lengths: the size to ask for, and the distortion achieved.
#pragma once

#include <cstdint>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>

namespace croquis {

/// The embedding dimension d at which a sketch of `family` has distortion at most `distortion` on a fixed subspace of
/// dimension `subspace_dimension` of R^ambient_dimension, except with probability `failure_probability`.
///
/// With n, eps, delta the dimension, distortion and probability:
/// Gaussian: d = ((sqrt(n) + sqrt(2 log(2 / delta))) / eps)^2, a theorem (Davidson and Szarek 2001).
/// Rademacher and uniform: the Gaussian's. The theorem for independent sub-Gaussian entries (Vershynin, arXiv
/// 1011.3027, theorem 5.39) has this form with a constant it does not state; that the Gaussian's serves was found by
/// experiment. CountSketch: d = n (n + 1) / (e^2 delta), e = eps (2 - eps), a theorem (Nelson and Nguyen, arXiv
/// 1211.1002). Sparse sign with 8 nonzeros: 1.5 times the Gaussian's, found by experiment, or more where eps is so
/// small that two columns sharing a few rows would break it. HashedRht: 1.5 times the Gaussian's, found by experiment.
/// SRHT and SRTT: the Gaussian's or n log(2 n / delta) / h(eps), whichever is larger, the matrix Chernoff bound for a
/// transformed subspace of equal row lengths (Tropp, arXiv 1011.1595); at most the order of the transform, whose sketch
/// keeps all lengths. Row sampling: the same, if by leverage scores; of uniform sampling nothing can be said without
/// knowing them. Throws `InvalidOption` unless 0 < distortion < 1, 0 < failure_probability < 1 and the dimensions are
/// positive.
CROQUIS_API std::int64_t recommended_rows(SketchFamily family, std::int64_t subspace_dimension,
                                          std::int64_t ambient_dimension, double distortion = 0.5,
                                          double failure_probability = 1e-3);

/// What a sketch does to the lengths of the vectors A x: for every x,
/// smallest * ||A x|| <= ||S A x|| <= largest * ||A x||.
struct Distortion {
  double smallest = 0;    ///< smallest singular value of S Q, Q an orthonormal basis of range(A)
  double largest = 0;     ///< largest singular value of S Q
  double distortion = 0;  ///< max(1 - smallest, largest - 1)
  /// Condition number of the problem that S preconditions: largest / smallest.
  double preconditioned_condition() const { return largest / smallest; }
};

/// The distortion of S on a random subspace of dimension n = `subspace_dimension`, in the limit of large n, d = S.rows
/// and m = S.cols: what to compare a measured distortion with. On a coherent subspace, one that has coordinate vectors
/// nearly in it, cheap sketches do worse.
///
/// Independent entries, and signs hashed to rows: the singular values fill [1 - r, 1 + r], r = sqrt(n / d) (Marchenko
/// and Pastur). Srht, Srtt and uniform RowSampling keep d of the M rows of an orthogonal matrix (M its order); with a =
/// n / M, b = d / M the singular values fill |sqrt(b (1 - a)) +- sqrt(a (1 - b))| / sqrt(b), and if a + b > 1 some are
/// 1 / sqrt(b) (Wachter 1980; Dobriban and Liu, arXiv 1810.06089); at d = M all are 1. With d < n the smallest is 0.
/// Throws `InvalidOption` if S is not a valid operator or the dimension is not in [0, m].
CROQUIS_API Distortion typical_distortion(const AnySketch& s, std::int64_t subspace_dimension);

/// Measures the distortion of S on the range of A (m x n, m >= n).
///
/// Computes an orthonormal basis Q of range(A) by QR with column pivoting (columns beyond the numerical rank are
/// dropped) and the singular values of S Q from its Gram matrix, so it costs more than a direct solve: for choosing and
/// checking sketches, not inside solvers. Allocates two dense copies of A. A smallest singular value below sqrt(n u)
/// counts as 0. The rank does not depend on the scaling of the columns, and the result not on the number of threads. A
/// matrix of rank 0 has no lengths to change: 1, 1 and 0; one with NaN or infinities gives NaN. Throws as `apply` does,
/// and `ShapeError` if A has more columns than rows.
CROQUIS_API Distortion measure_distortion(const AnySketch& s, const AnyMatrixView<double>& a);

}  // namespace croquis
