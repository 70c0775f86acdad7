// Conjugate gradients on M dy = c for several right-hand sides that share the product with M.
#pragma once

#include <cstdint>
#include <functional>

#include <croquis/linalg/matrix.hpp>

namespace croquis {

/// What the caller says after each iteration.
enum class Continue { yes, no };

/// One iteration's state, column by column, for the caller's stopping test.
template <class T>
struct ConjugateGradientState {
  MatrixView<const T> dy;   ///< the solution so far
  MatrixView<const T> s;    ///< the recursive residual c - M dy
  const double* step_norm;  ///< norm of the last change of each column of dy
  const double* alpha;      ///< length of the last step along each direction
  const double* beta;       ///< part of it in the next direction
  const double* rho;        ///< squared norm of each column of s
};

/// Solves M dy = c for symmetric positive definite M near the identity, from dy = 0.
///
/// | argument | shape | |
/// |---|---|---|
/// | c | r x k | right-hand sides; overwritten by the recursive residuals |
/// | dy | r x k | overwritten by the solutions |
/// | product(P, Q) | | writes Q = M P for r x k blocks |
/// | finished(state) | | called after each iteration |
///
/// One product per iteration; each adds 10 r k flops and moves 9 r k entries. A column whose residual is exactly zero
/// stays. Allocates 2 r k entries. Source: Hestenes and Stiefel 1952.
template <class T>
void conjugate_gradients(MatrixView<T> c, MatrixView<T> dy,
                         const std::function<void(MatrixView<const T>, MatrixView<T>)>& product,
                         const std::function<Continue(const ConjugateGradientState<T>&)>& finished);

}  // namespace croquis
