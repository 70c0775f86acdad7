// A nonlinear least-squares problem as its user has it: residuals, and whatever is known of their derivatives.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/matrix_view.hpp>
#include <croquis/linalg/sparse.hpp>

namespace croquis {

/// How derivatives that are not given are made from residuals. Steps are a part of an unknown's size. Where that is no
/// measure, they are sought by what they show: longer ones, up to those for a size of one, where the residuals' change
/// is lost in rounding, as of an unknown that comes near zero and is no smaller by nature; shorter ones where residuals
/// bend within the step, as of one that starts at zero and is small by nature. Each residual takes its derivative from
/// the step whose neighbours agree with it best. That costs some more evaluations, for these unknowns alone.
enum class DifferenceScheme {
  forward,  ///< one evaluation for each direction; derivatives to about half the digits of the residuals
  central,  ///< two evaluations for each direction; to about two thirds of the digits
  /// Twelve evaluations for each direction, central of six lengths, extrapolated entry by entry: where residuals are
  /// smooth, all but two or three digits. Where a bound is near, six evaluations to one side.
  extrapolated
};

/// What a residual costs: with s = (r / scale)^2, 1/2 scale^2 rho(s), which is about 1/2 r^2 for small r.
enum class LossFunction {
  squares,  ///< rho(s) = s
  huber,    ///< s for s <= 1, 2 sqrt(s) - 1 beyond
  soft_l1,  ///< 2 (sqrt(1 + s) - 1)
  cauchy,   ///< log(1 + s)
  tukey     ///< (1 - (1 - s)^3) / 3 for s <= 1, 1 / 3 beyond: outliers do not count at all
};

/// "squares", "huber", "soft-l1", "cauchy" or "tukey".
CROQUIS_API std::string to_string(LossFunction loss);

/// min 1/2 sum_i w_i r_i(x)^2 for r: R^n -> R^m, with J(i, j) the derivative of r_i by x_j; with a `loss`, what it
/// makes of sqrt(w_i) r_i. The weights w are one unless given.
///
/// Only the sizes and `residual` (or `residual_rows`) are needed. Of the derivatives, give what there is: solvers take
/// `jacobian_times` for products with a few directions, `sparse_jacobian`, `jacobian_rows` or `jacobian` where they
/// need J whole, and make what is missing of the others, or of differences of residuals. Every callable is called with
/// x of n entries, and writes all entries of its last argument: those that it leaves out are NaN, not zero.
///
/// Where J is too large for memory, or where several threads should make it, give `residual_rows` and `jacobian_rows`:
/// solvers then take in J a batch of rows after another, and never hold it.
///
/// A residual that cannot be computed at some x is reported by NaN or infinity in r: solvers then take a shorter step.
/// An exception from a callable goes through the solver to its caller.
struct NonlinearProblem {
  std::int64_t residuals = 0;  ///< m
  std::int64_t unknowns = 0;   ///< n
  /// r := r(x), m entries.
  std::function<void(std::span<const double> x, std::span<double> r)> residual = nullptr;
  /// J := J(x), m x n, in `jacobian_layout`.
  std::function<void(std::span<const double> x, MatrixView<double> j)> jacobian = nullptr;
  Layout jacobian_layout = Layout::column_major;
  /// J(x) by its nonzero entries, m x n.
  std::function<SparseMatrix<double>(std::span<const double> x)> sparse_jacobian = nullptr;
  /// JV := J(x) V for a block of directions, V: n x k, JV: m x k, both column-major, any k.
  std::function<void(std::span<const double> x, MatrixView<const double> v, MatrixView<double> jv)> jacobian_times =
      nullptr;
  /// JTU := J(x)^T U, U: m x k, JTU: n x k, both column-major, any k. Used where gradients
  /// join random subspaces.
  std::function<void(std::span<const double> x, MatrixView<const double> u, MatrixView<double> jtu)>
      jacobian_transposed_times = nullptr;
  /// r := entries first, first + 1, ... of r(x), as many as r has; used instead of `residual` where it is given.
  std::function<void(std::span<const double> x, std::int64_t first, std::span<double> r)> residual_rows = nullptr;
  /// J := rows first, first + 1, ... of J(x), as many as J has, in `jacobian_layout`: some 256 at a time.
  std::function<void(std::span<const double> x, std::int64_t first, MatrixView<double> j)> jacobian_rows = nullptr;
  /// Where derivatives are made from differences.
  DifferenceScheme differences = DifferenceScheme::forward;
  /// The magnitude of each unknown, n numbers > 0, by which the steps of differences are scaled. Empty: |x_j|, and 1
  /// for an unknown that is zero, from which steps are sought as `DifferenceScheme` says; that finds no scale much
  /// larger than one.
  std::vector<double> typical_x = {};
  /// Bounds on x, n numbers each, infinite where there is none; empty: none at all. With bounds, steps are sought among
  /// all unknowns, and a `full` solve never evaluates outside them but for central differences, which step across.
  std::vector<double> lower = {};
  std::vector<double> upper = {};
  /// w, m numbers >= 0; empty: all one. A row of weight zero drops out, but must be finite.
  std::vector<double> weights = {};
  LossFunction loss = LossFunction::squares;
  double loss_scale = 1;  ///< > 0: the size from which on a (weighted) residual counts as an outlier
  /// Whether `residual`, `residual_rows` and `jacobian_rows` may be called from several threads at once, with different
  /// arguments. They must then not call functions of this library that are multithreaded themselves.
  bool parallel_residuals = false;
};

/// What `check_jacobian` found.
struct JacobianCheck {
  /// The largest of |given - by differences|, relative to the larger of the two or, if that is more, to a hundredth of
  /// the largest entry of its row and of the residual.
  double worst_error = 0;
  std::int64_t row = -1;  ///< of the worst entry; -1 where nothing was compared
  std::int64_t col = -1;
  double given = 0;           ///< that entry as the problem gives it
  double by_differences = 0;  ///< and as differences do
  std::string piece;          ///< the callable it came from: "jacobian", "sparse_jacobian", ...
  std::string message;        ///< one sentence

  /// True if no entry is off by more than central differences are.
  bool consistent() const { return worst_error <= 1e-5; }
};

/// Compares the derivatives that a problem gives, at x, with central differences of its residuals.
///
/// Every entry of `jacobian`, `jacobian_rows` and `sparse_jacobian` is compared; of `jacobian_times` the products with
/// all unit vectors; of `jacobian_transposed_times` the products with unit vectors too. The worst entry over all is
/// reported. Cost: 2 n evaluations of the residual (more where steps are sought) and m n numbers of memory for each
/// piece. A wrong entry too small to be seen beside the others of its row is not found. Throws `ShapeError` or
/// `InvalidOption` for a problem that is not well formed or an x of the wrong length. Residuals that are not finite at
/// x, or next to it, make `worst_error` infinite.
CROQUIS_API JacobianCheck check_jacobian(const NonlinearProblem& problem, std::span<const double> x);

}  // namespace croquis
