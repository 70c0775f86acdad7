// LAPACK's answer to the same problem.
#pragma once

#include <string>
#include <vector>

#include <croquis/linalg/any_matrix_view.hpp>

namespace croquis::tools {

struct Comparison {
  std::string message;                         ///< why LAPACK could not be run, or what it said; empty if all is well
  double seconds = 0;                          ///< of dgels alone, without the dense copy
  std::vector<double> backward_error;          ///< of its solution, by `least_squares_backward_error`
  std::vector<double> croquis_backward_error;  ///< of ours, by the same
};

/// Solves min ||A X - B|| by dgels (Householder QR) on a dense copy of A, and measures its X and `x` alike. If the
/// copy does not fit the memory that is free, or dgels fails, says so in the message; then there are no errors.
Comparison compare_with_lapack(const AnyMatrixView<double>& a, MatrixView<const double> b, MatrixView<const double> x);

}  // namespace croquis::tools
