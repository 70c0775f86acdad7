// Iterative refinement of a least-squares solution with a factorization as preconditioner.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "linalg/products.hpp"
#include "solvers/attempt.hpp"
#include "solvers/backward_error.hpp"
#include "solvers/conjugate_gradients.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// How far `attempt_from` goes beyond the point that a factorization gives.
enum class Refine {
  never,            ///< a preview
  if_unacceptable,  ///< the factorization is of A itself
  to_target,
  last_errors  ///< to the target, from a point near it: of minimum norm before its errors are measured, not after
};

/// What the products of an iteration are made with.
enum class Products { with_matrix, in_fixed_point };

/// Steps of refinement on one problem with one factorization, of A or of a sketch of it. Each point that comes out has
/// been measured: its errors are recomputed from A and b. `report` gains iterations and passes.
template <class T>
class Refinement {
 public:
  Refinement(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization, LeastSquaresReport& report);

  /// The point N Y, for the coordinates Y that `factorize` gives. Of a backward error above `large` no more than that
  /// and an upper bound is found out. Moved to minimum norm first if `refine` says so.
  LeastSquaresPoint<T> start(const Matrix<T>& coordinates, double large, Refine refine);

  /// From now on the products of an iteration are made with a copy of A in fixed point, if that is near enough to A
  /// for this factorization.
  void use_fixed_point();

  /// Improves the point until its backward error is at the target, or acceptable and no more to be gained.
  AttemptOutcome run(LeastSquaresPoint<T>& point, std::string& reason);

  /// Moves the point of a rank-deficient problem to the solution of minimum norm; others stay.
  AttemptOutcome minimize_norm(LeastSquaresPoint<T>& point, std::string& reason);

  /// Rounds the point to the user's units and measures it anew if that changes it.
  AttemptOutcome round(LeastSquaresPoint<T>& point);

 private:
  void measure(LeastSquaresPoint<T>& point, double large, Closeness closeness);
  AttemptOutcome improve(LeastSquaresPoint<T>& point, std::string& reason);
  void normal_product(MatrixView<const T> x, MatrixView<T> g) const;
  AttemptOutcome improve_on_copy(LeastSquaresPoint<T>& point, std::string& reason);
  /// Where an iteration ends, if not at the target: the first step's at its own rounding errors, a copy's at its error.
  enum class Ends { at_target, at_noise, at_copy_error };
  AttemptOutcome iterate(LeastSquaresPoint<T>& point, Ends ends, std::string& reason);
  double estimate(const LeastSquaresPoint<T>& point, const std::vector<double>& scaled_norm, MatrixView<const T> s);
  std::vector<double> moved_norms(const LeastSquaresPoint<T>& point, MatrixView<const T> dy,
                                  Matrix<T>& workspace) const;
  bool is_noise(const LeastSquaresPoint<T>& point, const double* step_norm) const;
  bool report_progress(double backward_error) const;

  const LeastSquaresProblem<T>& problem_;
  const Factorization<T>& f_;
  BackwardError<T> error_;
  Closeness closeness_;  ///< of the errors that say when to end an iteration
  LeastSquaresReport& report_;
  std::unique_ptr<FixedPointMatrix> copy_;  ///< or null: products are with A
  double copy_error_ = 0;                   ///< an estimate of || (A~ - A) N ||
};

/// How far it goes from a point whose factorization is of A itself: with many right-hand sides a step of refinement
/// costs as much as all that went before, with few next to nothing.
template <class T>
Refine refinement_of(const LeastSquaresProblem<T>& problem) {
  return bound_by_arithmetic(problem.vectors()) ? Refine::if_unacceptable : Refine::to_target;
}

/// The point N Y, measured, refined and, where A is rank deficient, of minimum norm. `report` gains iterations, passes
/// and the seconds of it.
template <class T>
Attempt<T> attempt_from(const LeastSquaresProblem<T>& problem, const Factorization<T>& factorization,
                        const Matrix<T>& coordinates, Refine refine, LeastSquaresReport& report,
                        Products products = Products::with_matrix);

}  // namespace croquis
