// Least squares with a matrix whose singular values are all the same, but for zeros.
#pragma once

#include <optional>

#include "solvers/certified_iteration.hpp"

namespace croquis {

/// How many witnesses `solve_with_one_singular_value` hears: two, or just one where the columns are not scaled alike
/// and it has nothing to do.
template <class T>
std::int64_t witnesses_of_one_singular_value(const Factorization<T>& f);

/// The coordinates of the solution of least norm, if A D has one singular value sigma beside those that are zero, or
/// nearly; then completes `f`. The rank is ||A D||_F^2 / sigma^2, A D (A D)^T / sigma^2 is a projection, and the
/// coordinates are (A D)^T B / sigma^2, which D, scaling all columns alike, leaves in the range of A^T: there is
/// nothing to iterate, and no basis of the null space is needed.
///
/// The witnesses w tell: sigma^2 = ||c||^2 / (w, c) for their products c is the same for both and goes into ||A D||_F^2
/// so many times, a whole number below n, and A D maps w - c / sigma^2, which is in the null space, to zero, within a
/// half of the tolerance or what is one direction's part of it. Nothing if any of that is not so. Of a null
/// space of dimension k, a singular value of t times the tolerance, t^2 > k, is overlooked with a probability of about
/// k / (6 t^2).
///
/// Cost: a pass over A for two vectors where the numbers fit; `report` gains it.
template <class T>
std::optional<Matrix<T>> solve_with_one_singular_value(const LeastSquaresProblem<T>& problem, Factorization<T>& f,
                                                       const Witnesses<T>& witnesses, MatrixView<const T> gradient,
                                                       LeastSquaresReport& report);

}  // namespace croquis
