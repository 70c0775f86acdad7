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
#include <croquis/linalg/linear_operator.hpp>
#include <croquis/sketch/any_sketch.hpp>
#include <croquis/solvers/bootstrap.hpp>
#include <croquis/solvers/status.hpp>

namespace croquis {

/// How to solve a least-squares problem.
enum class LeastSquaresMethod {
  automatic,                ///< the cheapest that reaches full accuracy, for the shape and the condition number as a
                            ///< small sketch tells it; with a sketch if one is asked for; the report says which
  sketch_and_precondition,  ///< QR of S A as preconditioner of a refined iteration: backward stable
  direct,                   ///< Householder QR of A with column pivoting
  sketch_and_solve,         ///< argmin ||S (A x - b)||: a preview, off by about the square of the distortion
  gram_and_precondition,    ///< Cholesky of A^T A as preconditioner of the refined iteration: for condition numbers up
                            ///< to some 1e6 (float: 200); beyond, it says so and falls back
  column_iteration,         ///< A sparse: the iteration with nothing but the columns scaled, where that makes A well
                            ///< conditioned; if not, it says so after a few passes and falls back
  cholesky_qr  ///< R and Q^T B by Cholesky QR of A R_s^-1, R_s from a sketch, for A dense and of full rank:
               ///< no iteration, and so the cheapest for many right-hand sides
};

/// The name with hyphens, such as "sketch-and-precondition".
CROQUIS_API std::string to_string(LeastSquaresMethod method);

/// Where an iteration stands, for a progress callback.
struct LeastSquaresProgress {
  std::int64_t iteration = 0;  ///< inner iterations so far
  std::int64_t passes = 0;     ///< times A, or a copy of it, was read so far
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
  /// mu >= 0: minimise ||A x - b||^2 + mu ||x||^2. 0: plain least squares. With mu > 0 A may have any shape.
  double ridge = 0;
  /// w, one for each row, >= 0: minimise the sum of w_i (A x - b)_i^2 (plus the ridge). A row of weight zero drops out,
  /// but its entries must be finite. Empty: all one. Rows so light beside n others that their squares fall below the
  /// roundoff of theirs are at the mercy of it.
  std::span<const double> weights = {};
  /// With `sketch_and_solve`: bounds on how far x is from the exact solution go to the report. Not for a ridge, nor for
  /// more columns than rows.
  std::optional<BootstrapOptions> bootstrap = std::nullopt;
  /// Called once per inner iteration on the calling thread; return false to cancel.
  std::function<bool(const LeastSquaresProgress&)> on_iteration = nullptr;
};

/// Seconds of each phase of a solve.
struct LeastSquaresSeconds {
  double sketch = 0;   ///< computing S A and S b
  double factor = 0;   ///< factoring S A (direct: A)
  double iterate = 0;  ///< iterating, and checking the answer
  double bootstrap = 0;
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
  std::int64_t passes = 0;             ///< times A, or a copy of it, was read from memory
  std::optional<AnySketch> sketch;     ///< the operator that was used, if any
  std::vector<double> residual_norm;   ///< ||b - A x||
  std::vector<double> gradient_norm;   ///< ||A^T (b - A x)||
  std::vector<double> backward_error;  ///< see `least_squares`
  double condition_estimate = 0;       ///< of A with columns scaled to norms near one, over the numerical rank
  std::vector<ErrorBar> error_bars;    ///< one per right-hand side, if `bootstrap` was asked for
  /// What the cost model made of the method that was to be tried first, in seconds of this machine: compare with
  /// `seconds.total`. 0 where nothing was predicted (a sparse A, m < n, a stream).
  double predicted_seconds = 0;
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

/// Minimises ||A X(:, k) - B(:, k)|| for each column k of B; with `weights` and `ridge`, the weighted sum of squares of
/// the residual plus ridge ||X(:, k)||^2.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n | dense in either layout, CSR or CSC; or a `LinearOperator` |
/// | B | m x k | either layout; a span is one column |
/// | x (result) | n x k | of minimum norm if A is rank deficient or m < n |
///
/// Sketch-and-precondition computes S A in one pass, scales its columns by powers of two to norms near one, factors it,
/// starts from the sketch-and-solve point and takes one or two steps of iterative refinement (up to four while they
/// gain), each solved by conjugate gradients on the preconditioned normal equations with one fused pass A^T (A p) over
/// A per iteration. Of a large dense A in double and one right-hand side these products are made with a copy of A in
/// fixed point, 32 bits an entry, where the condition number (to some 1e9) leaves them accurate enough: half the memory
/// to read, and half as much again to hold while it iterates, unless that is more than an eighth of the machine's. Each
/// step gains some three digits then, and there are more of them; residuals and the answer are A's, to full accuracy.
/// It is backward stable.
/// Source: Epperly, Meier and Nakatsukasa, arXiv 2406.03468 (FOSSILS, SPIR).
///
/// The backward error is the Karlson-Walden estimate, relative to the Frobenius norm of the column-scaled A: the size
/// of the smallest change of A and b for which x is the exact solution, within a factor sqrt(2) (and the sketch's
/// distortion).
///
/// Gram-and-precondition needs a sketch only to scale the columns and to choose between float and T: the Cholesky
/// factor of A^T A, columns scaled, leaves a condition number of 1 + O(k^2 u), so a few iterations suffice and repair
/// what the normal equations lose. Its factor gives k, and where k^2 u is not small it is not used. Cost: m n^2 flops
/// and 5 to 10 passes over A; memory O(n^2).
///
/// A dense A (or an operator) whose columns are so large or small that products with it would leave the range of T,
/// some 1e+-250 in double and 1e+-31 in float, is copied and the copy multiplied by a power of two, which loses no bit;
/// a sparse one is not solved, and the status says so. An x that overflows in the units of A and b, or underflows so
/// far that its last digits are lost, is not called a solution.
///
/// Cholesky QR takes no iteration: with R_s from a sketch, C = A R_s^-1 is well conditioned, so the Cholesky factor of
/// C^T C gives R and Q^T B of A = Q R as accurately as Householder QR; the solution is checked, and refined only should
/// the check fail. Rank-deficient and sparse A, operators and weighted A are handed on. Cost: 2 m n^2 + 2 m n k flops,
/// 3 passes, of which the last has 4 m n k flops; memory O(n^2 + n k) and a block of A's rows of 64 MiB. Source:
/// Garrison and Ipsen, arXiv 2406.11751 (randomized preconditioned Cholesky QR).
///
/// If the answer fails its own check, the solver draws a new sketch, and then falls back to `direct`, and says so in
/// `status` and `message`. Cost: one sketch, 2 d n^2 flops, 15 to 75 passes over A or its copy (more for a smaller d);
/// memory O(d n). `direct` copies A. The result does not depend on the number of threads. A, B and the options are not
/// changed.
///
/// With m < n the sketch is one of A^T (so an operator of the options has n columns and at least m rows): conjugate
/// gradients on the system it preconditions find x in the range of A^T, refined until the backward error of A x = b,
/// ||b - A x|| / (||A||_F ||x|| + ||b||) with the rows of A scaled to norms near one, is at the target; if A is rank
/// deficient, b here is its part in the range of A. x is as accurate as that of a complete orthogonal decomposition.
/// Rank m is full, and then `converged`. Source of the preconditioner: Meng, Saunders and Mahoney, arXiv 1109.5981.
///
/// A ridge is rows sqrt(ridge) I below A (and below S A, exactly), and `rank`, `backward_error` and
/// `condition_estimate` are those of the matrix with them, weighted; `residual_norm` is that of the weighted b - A x
/// alone, and `gradient_norm` that of half the gradient of what is minimised.
///
/// An operator is tried first on random vectors, for <A x, y> = <x, A^T y>. Its sketch takes n products A e_j, and each
/// iteration a product with A and one with A^T; `direct` takes the same n products and keeps A. `passes` counts each
/// of these groups as one.
///
/// Throws `ShapeError` if the shapes do not fit, `InvalidOption` for an option out of range (for weights with the index
/// of the first that is negative or not finite) and for an operator whose products are not each other's transposes,
/// with both numbers. NaN or infinity in A or B is a status.
CROQUIS_API LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, MatrixView<const float> b,
                                                 const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, MatrixView<const double> b,
                                                  const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<float> least_squares(const AnyMatrixView<float>& a, std::span<const float> b,
                                                 const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares(const AnyMatrixView<double>& a, std::span<const double> b,
                                                  const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<float> least_squares(const LinearOperator<float>& a, MatrixView<const float> b,
                                                 const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares(const LinearOperator<double>& a, MatrixView<const double> b,
                                                  const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<float> least_squares(const LinearOperator<float>& a, std::span<const float> b,
                                                 const LeastSquaresOptions& options = {});
CROQUIS_API LeastSquaresFit<double> least_squares(const LinearOperator<double>& a, std::span<const double> b,
                                                  const LeastSquaresOptions& options = {});

}  // namespace croquis
