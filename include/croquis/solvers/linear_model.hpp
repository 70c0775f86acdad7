// The statistics of a linear model: what a least-squares fit says about the coefficients behind noisy data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <croquis/export.hpp>
#include <croquis/linalg/any_matrix_view.hpp>
#include <croquis/solvers/least_squares.hpp>

namespace croquis {

/// Options of `fit_linear_model`.
struct LinearModelOptions {
  /// The column of A that is constant, if there is one: R^2 and F then compare the model with the mean of b, and
  /// otherwise with zero.
  std::optional<std::int64_t> intercept = std::nullopt;
  /// Passed to `least_squares`, which decides the rank by it.
  double rcond = 0;
  /// Seed of the sketches. Same seed, same bits.
  std::uint64_t seed = 0;
};

/// A fitted model b = A x + noise. The report it extends is that of the solve, `rank` being the number of coefficients
/// that could be estimated. What cannot be computed is NaN: everything about an aliased coefficient, all statistics if
/// no degree of freedom is left, and everything if the model was not `solved()`.
struct [[nodiscard]] LinearModel : LeastSquaresReport {
  std::vector<double> coefficients;     ///< x, n of them
  std::vector<double> standard_errors;  ///< sqrt of the covariance's diagonal
  std::vector<double> t_values;         ///< coefficient / standard error
  std::vector<double> p_values;         ///< two-sided, of Student's t: the probability of a |t| as large if x_j = 0
  std::vector<std::int64_t> aliased;  ///< columns that depend linearly on those kept, left out of the model; ascending
  Matrix<double> covariance;          ///< of the coefficients, n x n: s^2 (A^T A)^-1
  std::vector<double> residuals;      ///< b - A x, m of them

  std::int64_t degrees_of_freedom = 0;        ///< m - rank
  double residual_standard_error = 0;         ///< s = sqrt(||b - A x||^2 / degrees_of_freedom)
  double r_squared = 0;                       ///< the part of the variation of b that A x accounts for
  double adjusted_r_squared = 0;              ///< 1 - (1 - R^2) (m - [intercept]) / degrees_of_freedom
  std::int64_t model_degrees_of_freedom = 0;  ///< rank - [intercept]
  double f_statistic = 0;                     ///< variation accounted for over s^2, each per degree of freedom
  double f_p_value = 0;  ///< the probability of an F as large if all coefficients (but the intercept) were zero
};

/// Fits b = A x + noise by least squares, to full accuracy, and computes the statistics of the fit.
///
/// | argument | shape | |
/// |---|---|---|
/// | A | m x n, m >= n | dense in either layout, CSR or CSC; a column of ones if the model is to have an intercept |
/// | b | m | |
///
/// The standard errors suppose independent noise of equal variance with mean zero. The coefficients are those of
/// `least_squares`. The covariance is s^2 R^-1 R^-T with the triangular factor R of A itself, by sketch-preconditioned
/// Cholesky QR: as accurate as Householder QR gives it, for any condition number, where (A^T A)^-1 would be twice as
/// many digits off.
///
/// If A is rank deficient, a column that depends on those before it (the intercept counting as the first) is left out:
/// its coefficient is reported as NaN and listed in `aliased`, and the status is rank_deficient. The numerical rank is
/// decided as `least_squares` does.
///
/// Cost: a call of `least_squares`, 2 m n^2 flops at the speed of a matrix product, n^3; memory O(n^2 + m) and 64 MiB.
/// A sparse A by columns is copied. The result does not depend on the number of threads. A and b are not changed.
///
/// Throws `ShapeError` if the shapes do not fit or m < n, `InvalidOption` if `rcond` is out of range or the intercept's
/// column does not exist or is not constant. NaN or infinity in A or b is a status.
CROQUIS_API LinearModel fit_linear_model(const AnyMatrixView<double>& a, std::span<const double> b,
                                         const LinearModelOptions& options = {});

}  // namespace croquis
