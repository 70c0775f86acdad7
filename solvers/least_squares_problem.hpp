// What every least-squares method works on: the checked data, and the report as it grows.
#pragma once

#include <chrono>
#include <vector>

#include <croquis/solvers/least_squares.hpp>

#include "solvers/backward_error.hpp"
#include "solvers/cost_model.hpp"
#include "solvers/factorization.hpp"
#include "solvers/problem_matrix.hpp"

namespace croquis {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// A and a copy of B whose columns are scaled by powers of two to norms near one, so that no product of the iteration
/// leaves the range of T. Solutions, residuals and gradients below are those of the scaled right-hand sides.
template <class T>
struct LeastSquaresProblem {
  const ProblemMatrix<T>& a;
  Matrix<T> b;                  ///< m x k, column-major
  std::vector<int> b_exponent;  ///< column j of the user's B is column j of b times 2^b_exponent[j]
  std::vector<double> b_norm;   ///< norms of the columns of b
  const LeastSquaresOptions& options;
  Stopwatch clock;

  std::int64_t rows() const { return a.rows(); }
  std::int64_t cols() const { return a.cols(); }
  std::int64_t vectors() const { return b.cols(); }
  bool finite_b() const;

  /// The backward error to reach, and the one that is accepted once iterating gains no more: with tolerance 0 a
  /// quarter of the unit roundoff, and the few units of it that Householder QR itself can be off by.
  double target() const;
  double acceptable() const;
  /// The target of tolerance 0: what an error is below it does not matter.
  double negligible() const;
};

/// The shape of a problem, its condition number unknown.
template <class T>
ProblemShape shape_of(const LeastSquaresProblem<T>& problem) {
  const ProblemMatrix<T>& a = problem.a;
  return {.rows = a.sketched_rows(),
          .cols = a.cols(),
          .stored_entries = a.stored_entries(),
          .vectors = problem.vectors(),
          .fixed_point = a.has_fixed_point()};
}

/// The largest of values that are not negative, 0 if there are none, or NaN if one is.
double largest_or_nan(const std::vector<double>& values);

/// Takes over B as A has it, and scales it; A must outlive the problem. Entries that are not finite stay as they are
/// and show in `finite_b`.
template <class T>
LeastSquaresProblem<T> make_problem(const ProblemMatrix<T>& a, Matrix<T> b, const LeastSquaresOptions& options);

/// The same from the right-hand sides as the user gave them.
template <class T>
LeastSquaresProblem<T> make_problem(const ProblemMatrix<T>& a, MatrixView<const T> b,
                                    const LeastSquaresOptions& options);

/// A point, with what is known of it; all are recomputed from A and b by `measure`.
template <class T>
struct LeastSquaresPoint {
  Matrix<T> x;                             ///< n x k
  Matrix<T> gradient;                      ///< A^T (b - A x), n x k
  Matrix<T> s;                             ///< N^T gradient, rank x k
  std::vector<double> residual_norm;       ///< of b - A x
  std::vector<double> data_residual_norm;  ///< of its rows that are sketched: without those of a penalty
  std::vector<double> scaled_norm;         ///< ||D^-1 x||
  std::vector<double> backward_error;

  double worst_backward_error() const;
};

/// Recomputes residual, gradient, s, the norms and, of the closeness asked for, the backward errors of `point.x`: one
/// pass over A, of a dense A one for every 128 right-hand sides.
template <class T>
void measure(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization, BackwardError<T>& error,
             double large, Closeness closeness, LeastSquaresPoint<T>& point, LeastSquaresReport& report);

/// The backward errors of a point from what else has been measured of it.
template <class T>
void estimate_backward_errors(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization,
                              BackwardError<T>& error, double large, Closeness closeness, LeastSquaresPoint<T>& point);

/// Rounds x to what it is in the user's units, where entries near the lower end of the range of T lose digits. False if
/// none does. Entries that overflow there stay as they are: `conclude` finds them.
template <class T>
bool round_to_users_units(const LeastSquaresProblem<T>& problem, MatrixView<T> x);

/// Moves rank-deficient solutions to the ones of minimum norm: subtracts their part in the null space of A.
template <class T>
void minimize_norm(const Factorization<T>& factorization, MatrixView<T> x);

}  // namespace croquis
