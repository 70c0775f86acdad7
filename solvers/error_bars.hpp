// Error bars of a sketch-and-solve solution from the factored sketch.
#pragma once

#include <vector>

#include <croquis/linalg/matrix.hpp>
#include <croquis/solvers/bootstrap.hpp>

#include "solvers/factorization.hpp"

namespace croquis {

/// Throws `InvalidOption` for an option out of range.
void check_bootstrap(const BootstrapOptions& options);

/// The bars for each column of SB, given the factorization of S A and the coordinates Y of x~ = N Y. `rows` is how many
/// rows S was applied to. Rows of S A beyond those of S are exact, not sketched.
template <class T>
std::vector<ErrorBar> error_bars(const AnySketch& s, std::int64_t rows, MatrixView<const T> sa, MatrixView<const T> sb,
                                 const Factorization<T>& factorization, const Matrix<T>& coordinates,
                                 const BootstrapOptions& options);

/// The bars of a problem whose x is multiplied by 2^x_exponent and whose b by 2^b_exponent.
void scale_error_bar(ErrorBar& bar, int x_exponent, int b_exponent);

}  // namespace croquis
