// Matrices and right-hand sides that are hard for least squares, each from a seed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <croquis/linalg/matrix.hpp>

#include "tests/support/random.hpp"

namespace croquis::test {

/// 1, ..., 1 / condition in `count` steps of equal ratio.
std::vector<double> log_spaced(std::int64_t count, double condition);

/// rows x cols with orthonormal columns, Haar-distributed.
Matrix<double> random_orthonormal(std::int64_t rows, std::int64_t cols, RandomSource& random);

/// U diag(sigma) V^T with random orthonormal U (rows x sigma.size()) and V (cols x sigma.size()): of rank
/// sigma.size() <= cols up to rounding.
Matrix<double> with_singular_values(std::int64_t rows, std::int64_t cols, std::span<const double> sigma,
                                    RandomSource& random);

/// The same with log-spaced singular values, full rank and the given condition number.
Matrix<double> with_condition(std::int64_t rows, std::int64_t cols, double condition, RandomSource& random);

/// The identity above Gaussian rows of size 1e-4: the first `cols` rows carry nearly all the leverage.
Matrix<double> identity_above_small(std::int64_t rows, std::int64_t cols, RandomSource& random);

/// Gaussian, with the row in the middle multiplied by 1e8.
Matrix<double> one_huge_row(std::int64_t rows, std::int64_t cols, RandomSource& random);

/// Gaussian rows multiplied by 10^-8u, u uniform in (0, 1), in random order.
Matrix<double> graded_rows(std::int64_t rows, std::int64_t cols, RandomSource& random);

/// A(i, j) = t_i^j with t_i equispaced in [0, 1].
Matrix<double> vandermonde(std::int64_t rows, std::int64_t cols);

/// A(i, j) = 1 / (i + j + 1).
Matrix<double> hilbert(std::int64_t rows, std::int64_t cols);

/// Kahan's upper triangle diag(1, s, s^2, ...) (I - c N), s = sin(angle), c = cos(angle), N ones above the diagonal;
/// zero rows below. Its pivoted R looks better conditioned than it is.
Matrix<double> kahan(std::int64_t rows, std::int64_t cols, double angle);

/// A row of ones above copies of epsilon * I, cut to `rows`: A^T A is singular in floating point for
/// epsilon < 1e-8.
Matrix<double> lauchli(std::int64_t rows, std::int64_t cols, double epsilon);

/// Multiplies column j by 10^e_j, e equispaced from lowest to highest.
void scale_columns(Matrix<double>& a, double lowest_exponent, double highest_exponent);

/// b = A x + e with x standard normal, e orthogonal to range(A) and ||e|| = relative_residual * ||A x||. A has full
/// numerical rank, or relative_residual is 0.
Matrix<double> right_hand_side(const Matrix<double>& a, double relative_residual, RandomSource& random);

/// A and b, with a name for messages.
struct LeastSquaresProblem {
  std::string name;
  Matrix<double> a;
  Matrix<double> b;
};

/// The problems above at one size and relative residual, each of full rank: those with leverage in few rows
/// (`coherent_problems`) and those with a structure of their own and a large condition number
/// (`structured_problems`).
std::vector<LeastSquaresProblem> coherent_problems(std::int64_t rows, std::int64_t cols, double relative_residual,
                                                   std::uint64_t seed);
std::vector<LeastSquaresProblem> structured_problems(std::int64_t rows, double relative_residual, std::uint64_t seed);

/// The entries of a double matrix rounded to float.
Matrix<float> to_float(const Matrix<double>& a);

}  // namespace croquis::test
