// Linear least squares: min ||A x - b||, one or many right-hand sides.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/sketch/any_sketch.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// How to solve a least-squares problem.
enum class LeastSquaresMethod {
  automatic,                ///< the cheaper of the next two for the shape, or the first if a sketch is asked for;
                            ///< the report says which
  sketch_and_precondition,  ///< QR of S A as preconditioner of a refined iteration: backward stable
  direct,                   ///< Householder QR of A with column pivoting
  sketch_and_solve,         ///< argmin ||S (A x - b)||: a preview, off by about the square of the distortion
  gram_and_precondition     ///< Cholesky of A^T A (A dense) as preconditioner of the refined iteration: for condition
                            ///< numbers up to some 1e6 (float: 200); beyond, it says so and falls back
};

/// "automatic", "sketch-and-precondition", "direct", "sketch-and-solve" or "gram-and-precondition".
CROQUIS_API std::string to_string(LeastSquaresMethod method);

/// Where an iteration stands, for a progress callback.
struct LeastSquaresProgress {
  std::int64_t iteration = 0;  ///< inner iterations so far
  std::int64_t passes = 0;     ///< times A was read so far
  double backward_error = 0;   ///< estimate for the current point, largest over the right-hand sides
  double seconds = 0;          ///< since the solver was called
};

/// Options of `least_squares`; the defaults solve to full accuracy.
struct LeastSquaresOptions {
  LeastSquaresMethod method = LeastSquaresMethod::automatic;
  /// The sketching operator; its `cols` must be A's rows. Automatic: `SparseSign` with 8 nonzeros per column,
  /// `sketch_rows` rows and `seed`.
  std::optional<AnySketch> sketch = std::nullopt;
  /// Rows of the automatic sketch, at least A's columns. 0: chosen by a cost model.
  std::int64_t sketch_rows = 0;
  /// Seed of the automatic sketch. Same seed, same answer.
  std::uint64_t seed = 0;
  /// Backward error to reach. 0: a quarter of the unit roundoff of the type, which is what Householder QR reaches on
  /// tall problems; smaller values ask for no more. Where rounding errors do not allow it, a few roundoffs are
  /// accepted.
  double tolerance = 0;
  /// Limit on inner iterations in each of the two refinement steps.
  std::int64_t iteration_limit = 100;
  /// Singular values (direct: diagonal entries of the pivoted R) below rcond times the largest count as zero, after
  /// the columns are scaled to norms near one. 0: 30 units of roundoff, or 2 sqrt(n) of them if that is more.
  double rcond = 0;
  /// Called once per inner iteration on the calling thread; return false to cancel.
  std::function<bool(const LeastSquaresProgress&)> on_iteration = nullptr;
};

/// Seconds of each phase of a solve.
struct LeastSquaresSeconds {
  double sketch = 0;   ///< computing S A and S b
  double factor = 0;   ///< factoring S A (direct: A)
  double iterate = 0;  ///< iterating, and checking the answer
  double total = 0;
};

/// What `least_squares` did and how good the answer is. Norms are of the data as given, one per right-hand side,
/// recomputed from A, b and x at exit.
struct LeastSquaresReport {
  Status status = Status::accuracy_not_reached;
  std::string message;                                        ///< one sentence: what was done and why
  LeastSquaresMethod method = LeastSquaresMethod::automatic;  ///< the method that produced x
  std::int64_t rank = 0;                                      ///< numerical rank of A
  double rcond = 0;                                           ///< the relative tolerance the rank was decided by
  std::int64_t iterations = 0;         ///< inner iterations, over all refinement steps and attempts
  std::int64_t passes = 0;             ///< times A was read from memory
  std::optional<AnySketch> sketch;     ///< the operator that was used, if any
  std::vector<double> residual_norm;   ///< ||b - A x||
  std::vector<double> gradient_norm;   ///< ||A^T (b - A x)||
  std::vector<double> backward_error;  ///< see `least_squares`
  double condition_estimate = 0;       ///< of A with columns scaled to norms near one, over the numerical rank
  LeastSquaresSeconds seconds;

  /// True if x is an answer to the accuracy asked for (or the preview asked for).
  bool solved() const {
    return status == Status::converged || status == Status::rank_deficient || status == Status::fell_back ||
           status == Status::preview;
  }
  /// The largest backward error over the right-hand sides.
  CROQUIS_API double worst_backward_error() const;
};

/// The solution and its report.
template <class T>
struct [[nodiscard]] LeastSquaresFit : LeastSquaresReport {
  Matrix<T> x;  ///< n x (number of right-hand sides), column-major
};

/// Minimises ||A X(:, k) - B(:, k)|| for each column k of B.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n, m >= n | dense in either layout, CSR or CSC |
/// | B | m x k | either layout; a span is one column |
/// | x (result) | n x k | of minimum norm if A is rank deficient |
///
/// Sketch-and-precondition computes S A in one pass, scales its columns by powers of two to norms near one, factors it,
/// starts from the sketch-and-solve point and takes one or two steps of iterative refinement (up to four while they
/// gain), each solved by conjugate gradients on the preconditioned normal equations with one fused pass A^T (A p) over
/// A per iteration. It is backward stable.
/// Source: Epperly, Meier and Nakatsukasa, arXiv 2406.03468 (FOSSILS, SPIR).
///
/// The backward error is the Karlson-Walden estimate, relative to the Frobenius norm of the column-scaled A: the size
/// of the smallest change of A and b for which x is the exact solution, within a factor sqrt(2) (and the sketch's
/// distortion).
///
/// Gram-and-precondition needs no sketch: the Cholesky factor of A^T A, columns scaled, leaves a condition number of
/// 1 + O(k^2 u), so a few iterations suffice and repair what the normal equations lose. Its factor gives k, and where
/// k^2 u is not small it is not used. Cost: m n^2 flops and 5 to 10 passes over A; memory O(n^2).
///
/// If the answer fails its own check, the solver draws a new sketch, and then falls back to `direct`, and says so in
/// `status` and `message`. Cost: one sketch, 2 d n^2 flops, 17 to 45 passes over A (more for a smaller d); memory O(d
/// n). `direct` copies A. The result does not depend on the number of threads. A, B and the options are not changed.
///
/// Throws `ShapeError` if the shapes do not fit or m < n, `InvalidOption` for an option out of range. NaN or infinity
/// in A or B is a status.
CROQUIS_API LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                 const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, MatrixView<const double> b,
                                                  const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, std::span<const float> b,
                                                 const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, std::span<const double> b,
                                                  const LeastSquaresOptions& options = {});

}  // namespace croquis
