// A Krylov iteration that shows what it has not converged to.
#pragma once

#include <functional>
#include <optional>

#include "linalg/condition.hpp"
#include "solvers/factorization.hpp"
#include "solvers/least_squares_problem.hpp"

namespace croquis {

/// Whether an iteration goes on when the witness is held back by a null space.
enum class LowRank { not_wanted, welcome };

/// What the witness of an iteration found out about A N.
template <class T>
struct Testimony {
  ExtremeSingularValues extreme;  ///< of those that are not zero: the largest from above, the smallest nearly
  Matrix<T> lost;                 ///< the part of w in the null space of A N
  double close = 0;               ///< as far as `lost` may be off
  bool full_rank = false;         ///< `lost` is nothing more than that
};

/// Random vectors w of length one, nearly, and their products (A N)^T A N w: each a column, stored by rows.
template <class T>
struct Witnesses {
  Matrix<T> w, product;
};

/// As many of them (`fill_with_probe_numbers`). Cost: a pass; `report` gains it.
template <class T>
Witnesses<T> call_witnesses(const LeastSquaresProblem<T>& problem, const Factorization<T>& f, std::int64_t count,
                            LeastSquaresReport& report);

/// Conjugate gradients on (A N)^T A N Y = [(A N)^T A N w, (A N)^T B] for a random w, the first of the witnesses. Its
/// iterates have no part in the null space of A N, and what singular values are small hold them up: they come close to
/// w only if every singular value is well above zero, but for a probability of 1e-4, and how fast they come predicts
/// how many passes the problem itself takes. The extreme singular values follow from the tridiagonal matrix of the
/// iteration (Lanczos).
///
/// When the witness has converged, to w or, where a low rank is welcome, to something else, `certify` is asked. If it
/// says yes, having completed `f`, the columns of B go on until the backward errors are at the problem's target, or as
/// far as `most_passes` go. Returns the coordinates of B's solutions; nothing if `certify` says no, or so many passes
/// would not suffice. `gradient` is A^T B.
///
/// Cost: a pass for each iteration, over 1 + k vectors until the witness is there and over k from then on; memory O(m +
/// n) for each. `report` gains passes and iterations.
template <class T>
std::optional<Matrix<T>> certified_iteration(const LeastSquaresProblem<T>& problem, const Factorization<T>& f,
                                             const Witnesses<T>& witnesses, MatrixView<const T> gradient,
                                             double most_passes, LowRank low_rank,
                                             const std::function<bool(const Testimony<T>&)>& certify,
                                             LeastSquaresReport& report);

}  // namespace croquis
